"""`python -m benchmarks`: measure both sides, print the table, write docs/benchmarks/."""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
from pathlib import Path

from rich.console import Console

from benchmarks import measure, report
from benchmarks.processes import BenchmarkError
from benchmarks.results import Machine, Results, SideFigures, stock_of_last_run, versions
from benchmarks.sides import Ours, Stock
from benchmarks.steps import Steps
from bot.settings import PROJECT

_PUBLISHED = PROJECT / "docs" / "benchmarks"
_TRIED = PROJECT / "var" / "benchmarks"


def main() -> int:
    """0 when all was measured, whether or not the targets are reached: this is no test."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--skip-stock",
        action="store_true",
        help="take the stock side's figures from docs/benchmarks/results.json",
    )
    parser.add_argument(
        "--quick",
        action="store_true",
        help="little of everything, to try the benchmark itself; written to var/benchmarks/",
    )
    options = parser.parse_args()
    # An interrupted run must end the servers that it has started.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(130))
    console = Console(stderr=True)
    try:
        results = _measure(options.skip_stock, options.quick, console)
    except BenchmarkError as error:
        console.print(str(error), style="red", markup=False)
        return 1
    except KeyboardInterrupt:
        return 130
    report.show(results, Console())
    folder = _TRIED if options.quick else _PUBLISHED
    report.write(results, folder, " ".join(["python -m benchmarks", *sys.argv[1:]]))
    console.print(f"written to {folder.relative_to(PROJECT)}/")
    return 0


def _measure(skip_stock: bool, quick: bool, console: Console) -> Results:
    sizes = measure.QUICK if quick else measure.Sizes()
    last: SideFigures | None = None
    if skip_stock:
        last = stock_of_last_run(_PUBLISHED / report.RESULTS, Machine.this())
    with tempfile.TemporaryDirectory(prefix="chuangwen-bench-") as name, Steps(console) as say:
        folder = Path(name)
        # Ours first: it takes a minute, and what is wrong shows before the long training.
        ours = Ours(folder / "ours")
        figures = measure.side(ours, sizes, say)
        own = measure.own(ours, sizes, folder, say)
        stock = last or measure.side(Stock(folder / "stock", sizes.epochs), sizes, say)
    return Results(versions(), figures, stock, own)


if __name__ == "__main__":
    sys.exit(main())
