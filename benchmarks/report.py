"""Shows the results: a table in the terminal, a page with a plot for the repository."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from string import Template

from rich.console import Console
from rich.table import Table

from benchmarks.measure import CLIENTS, TURNS
from benchmarks.plot import draw
from benchmarks.results import QUIET, Results, Row, SideFigures, rows

RESULTS = "results.json"
_PAGE = Path(__file__).with_name("page.md")
_PLOT = "benchmark.svg"


def show(results: Results, console: Console) -> None:
    """The table, and a warning where the machine was not quiet."""
    if not console.is_terminal:
        console = Console(file=console.file, width=120)  # a pipe has no width of its own
    table = Table(title="ChuangWen beside Rasa's stock layout", title_justify="left")
    for name in ("", "ours", "stock", "ours : stock", "target", ""):
        table.add_column(name, justify="left" if not name else "right")
    for row in rows(results):
        table.add_row(*_cells(row))
    console.print(table)
    for warning in _warnings(results):
        console.print(warning, style="yellow")


def write(results: Results, folder: Path, command: str) -> None:
    """results.json, the plot and README.md."""
    results.save(folder / RESULTS)
    draw(results, folder / _PLOT)
    ours, own = results.ours, results.own
    page = Template(_PAGE.read_text(encoding="utf-8")).substitute(
        table="\n".join("| " + " | ".join(_cells(row)) + " |" for row in rows(results)),
        plot=_PLOT,
        command=command,
        machine=f"{ours.machine.cpu}, {ours.machine.cores} cores, {ours.machine.ram_gb:g} GB RAM, "
        f"{ours.machine.system}",
        versions=", ".join(f"{name} {number}" for name, number in results.versions.items()),
        ours_when=_when(ours),
        stock_when=_when(results.stock),
        warnings="".join(f"\n> {warning}\n" for warning in _warnings(results)),
        clients=CLIENTS,
        epochs=results.stock.epochs,
        turns=TURNS,
        failed=results.stock.failed_turns,
        asked=results.stock.turns,
        search_build=f"{ours.search_build_s:.0f}",
        **{
            name: f"{value:.2f}" if isinstance(value, float) else value
            for name, value in asdict(own).items()
        },
    )
    (folder / "README.md").write_text(page, encoding="utf-8")


def _cells(row: Row) -> tuple[str, ...]:
    mark = {True: "✓", False: "✗", None: ""}[row.reached]
    return (row.what, row.ours, row.stock, row.ratio, row.target, mark)


def _when(side: SideFigures) -> str:
    return f"{side.date} (other programs used {side.others:.0%} of the machine meanwhile)"


def _warnings(results: Results) -> list[str]:
    sides = {"Ours": results.ours, "The stock layout": results.stock}
    return [
        f"{name} was measured while other programs used {side.others:.0%} of the machine: its "
        "times are too long, its throughput too low. Processor times suffer less."
        for name, side in sides.items()
        if side.others > QUIET
    ]
