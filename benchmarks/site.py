"""`python -m benchmarks.site`: the website and the widget; writes docs/benchmarks/site.md."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import tempfile
from contextlib import AbstractContextManager, ExitStack
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks import browser, lighthouse
from benchmarks.pages import addresses, get, largest_of_each_kind, load, searches
from benchmarks.processes import (
    BenchmarkError,
    environment,
    free_port,
    others_now,
    python,
    server,
)
from benchmarks.questions import Supply, questions
from benchmarks.results import Machine, percentile
from benchmarks.site_figures import QUICK, Figures, Sizes, page, rows, warning
from benchmarks.steps import Steps
from benchmarks.widgets import connected_mb
from bot.settings import PROJECT

_PUBLISHED = PROJECT / "docs" / "benchmarks"
_TRIED = PROJECT / "var" / "benchmarks"

_SEARCHES = 2000  # more than are asked in the time
_SEARCH = "/zh-Hans/search?q=%E8%B4%B7%E6%AC%BE"
# What the sitemap does not name; a search that finds much, in each language.
_UNNAMED = (_SEARCH, "/zh-Hant/search?q=%E8%B2%B8%E6%AC%BE", "/en/search?q=loan", "/talk", "/demo")
_JUDGED = (
    "/zh-Hans/",
    "/zh-Hans/measures/6",
    "/zh-Hant/measures/6",
    "/en/measures/6",
    "/zh-Hans/topics/loans",
    "/zh-Hans/offices",
    "/zh-Hans/offices/gequ",
    "/zh-Hans/terms",
    "/zh-Hans/terms/four-crowds",
    "/zh-Hans/about",
    _SEARCH,
    "/talk",
    "/demo",
)
_SKIPPED = {_SEARCH: ("is-crawlable",)}


def measure(sizes: Sizes, judged: tuple[str, ...], say: Steps) -> Figures:
    """Start the server, load its pages, connect many widgets, and visit it with a browser.
    Raises BenchmarkError."""
    say("what it needs: chromium, Lighthouse, a quiet machine")
    browser.require()
    lighthouse.install()
    others, port, supply = others_now(), free_port(), Supply(questions())
    host = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory(prefix="chuangwen-bench-") as name, ExitStack() as stack:
        folder = Path(name)
        say("the server starts")
        pid = stack.enter_context(_serve(port, folder))
        sitemap = addresses(get(host, "/sitemap.xml").decode(), host)
        say(f"{len(sitemap)} pages, each made once")
        load(port, 2, sizes.clients, sitemap, folder)
        say("pages, one client")
        alone = load(port, sizes.seconds / 2, 1, sitemap, folder)
        say(f"pages, {sizes.clients} clients")
        together = load(port, sizes.seconds, sizes.clients, sitemap, folder)
        say("search results, one client")
        found = load(port, sizes.seconds / 2, 1, searches(supply.take(_SEARCHES)), folder)
        say(f"{sizes.widgets} widgets connected")
        widget_mb = connected_mb(host, pid, sizes.widgets, supply)
        weighed = [*largest_of_each_kind(together.sizes), *_UNNAMED]
        with browser.browser() as chromium:
            say(f"{len(weighed)} pages weighed in the browser")
            weights = {path: browser.page_bytes(chromium, host + path) for path in weighed}
            say(f"the widget opened on {sizes.visits} visits")
            opened = browser.interactive(chromium, host, sizes.visits)
            say(f"{sizes.answers} questions asked in the browser")
            answered = browser.answers(chromium, host, supply.take(sizes.answers))
        points = {}
        for path in judged:
            say(f"Lighthouse on {path}")
            points[path] = lighthouse.judge(host + path, _SKIPPED.get(path, ()))
        widget = get(host, "/widget.js", "gzip")
    heaviest = max(weighed, key=lambda path: weights[path])
    return Figures(
        date=date.today().isoformat(),
        machine=Machine.this(),
        others=max(others, others_now()),
        sizes=sizes,
        widget_kb=len(widget) / 1000,
        interactive_p95=percentile(opened, 95),
        page_kb=weights[heaviest] / 1000,
        heaviest=heaviest,
        page_p95=percentile(alone.ms, 95),
        pages_per_s=together.per_second,
        loaded_p95=percentile(together.ms, 95),
        search_p95=percentile(found.ms, 95),
        answer_p50=percentile(answered, 50),
        answer_p95=percentile(answered, 95),
        widget_mb=widget_mb,
        pages=len(sitemap),
        weighed=len(weighed),
        points=points,
    )


def _serve(port: int, folder: Path) -> AbstractContextManager[int]:
    return server(
        python("-m", "bot", "serve", "--port", str(port)),
        cwd=PROJECT,
        env=environment(
            CHUANGWEN_DATA_DIR=str(folder / "var"),
            CHUANGWEN_LIMIT_FACTOR="0",  # one machine is all the visitors here
            CHUANGWEN_LOG_LEVEL="WARNING",
            CHUANGWEN_PUBLIC_URL=f"http://127.0.0.1:{port}",
        ),
        log=folder / "serve.log",
        port=port,
        ready="/ready",
    )


def _show(figures: Figures, console: Console) -> None:
    if not console.is_terminal:
        console = Console(file=console.file, width=120)  # a pipe has no width of its own
    table = Table(title="Website and widget", title_justify="left")
    for name in ("", "measured", "target", ""):
        table.add_column(name, justify="right" if name else "left")
    for row in rows(figures):
        table.add_row(*row.cells())
    console.print(table)
    console.print(warning(figures), style="yellow")


def main() -> int:
    """0 when all was measured, whether or not the targets are reached: this is no test."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.site",
        description=__doc__,
        epilog="Needs chromium, node and npm (apt-get install chromium fonts-wqy-zenhei nodejs "
        "npm) and a trained model (make train). Takes some six minutes; a machine on which "
        "nothing else runs gives the best figures.",
    )
    parser.add_argument("--questions", type=int, metavar="N", help="questions asked in the browser")
    parser.add_argument(
        "--quick",
        action="store_true",
        help="little of everything, to try the benchmark itself; written to var/benchmarks/",
    )
    options = parser.parse_args()
    if options.questions is not None and options.questions < 2:
        parser.error("--questions: a percentile wants at least two")
    # An interrupted run must end the server and the browsers that it has started.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(130))
    sizes = QUICK if options.quick else Sizes()
    if options.questions:
        sizes = replace(sizes, answers=options.questions)
    console = Console(stderr=True)
    try:
        with Steps(console) as say:
            figures = measure(sizes, _JUDGED[:1] if options.quick else _JUDGED, say)
    except BenchmarkError as error:
        console.print(str(error), style="red", markup=False)
        return 1
    except KeyboardInterrupt:
        return 130
    _show(figures, Console())
    folder = _TRIED if options.quick else _PUBLISHED
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "site.json").write_text(json.dumps(asdict(figures), indent=1) + "\n", "utf-8")
    command = " ".join(["python -m benchmarks.site", *sys.argv[1:]])
    (folder / "site.md").write_text(page(figures, command), encoding="utf-8")
    console.print(f"written to {folder.relative_to(PROJECT)}/")
    return 0


if __name__ == "__main__":
    sys.exit(main())
