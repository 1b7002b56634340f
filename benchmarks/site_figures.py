"""What `python -m benchmarks.site` measured, beside what it must reach."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template

from benchmarks.lighthouse import CATEGORIES, Points
from benchmarks.results import QUIET, Machine
from benchmarks.widgets import MESSAGES

_PAGE = Path(__file__).with_name("site.md")


@dataclass(frozen=True)
class Sizes:
    """How much is asked and how often; `clients` load pages at once, `seconds` long."""

    seconds: float = 10.0
    clients: int = 8
    widgets: int = 200
    visits: int = 25
    answers: int = 80


QUICK = Sizes(seconds=1.0, widgets=10, visits=3, answers=5)


@dataclass(frozen=True)
class Figures:
    """Kilobytes of 1000 bytes, milliseconds, megabytes of 2^20 bytes. `others`: the share of the
    machine that other programs used right before and after; `pages`: how many addresses were
    fetched, `weighed`: how many of them in the browser; `points` by address."""

    date: str
    machine: Machine
    others: float
    sizes: Sizes
    widget_kb: float
    interactive_p95: float
    page_kb: float
    heaviest: str
    page_p95: float
    pages_per_s: float
    loaded_p95: float
    search_p95: float
    answer_p50: float
    answer_p95: float
    widget_mb: float
    pages: int
    weighed: int
    points: Mapping[str, Points]


@dataclass(frozen=True)
class Row:
    """A line of the table; a target that is None was not set."""

    what: str
    measured: str
    target: str = ""
    reached: bool | None = None

    def cells(self) -> tuple[str, str, str, str]:
        return (
            self.what,
            self.measured,
            self.target,
            {True: "✓", False: "✗", None: ""}[self.reached],
        )


def rows(figures: Figures) -> list[Row]:
    """Each figure beside its target."""
    sizes = figures.sizes
    return [
        _most("widget.js, gzipped (KB)", figures.widget_kb, 15, 1),
        _most("script loaded to the dialog open, p95 (ms)", figures.interactive_p95, 200),
        _most(f"a page in all, the heaviest, {figures.heaviest} (KB)", figures.page_kb, 60, 1),
        _most("a page, one client, p95 (ms)", figures.page_p95, 10, 2),
        _most(f"a page, {sizes.clients} clients at once, p95 (ms)", figures.loaded_p95, 10, 2),
        _most("search results, one client, p95 (ms)", figures.search_p95, 10, 2),
        _least(f"pages/s, {sizes.clients} clients at once", figures.pages_per_s, 800),
        _most("Enter to the answer on the screen, p95 (ms)", figures.answer_p95, 80),
        Row("… p50 (ms)", f"{figures.answer_p50:.0f}"),
        _most(f"{sizes.widgets} widgets connected, memory of each (MB)", figures.widget_mb, 1, 2),
        *(
            _least(
                f"Lighthouse {name}, the lowest of {len(figures.points)} pages",
                min(points[name] for points in figures.points.values()),
                95,
            )
            for name in CATEGORIES
        ),
    ]


def _most(what: str, value: float, limit: int, digits: int = 0) -> Row:
    return Row(what, f"{value:.{digits}f}", f"≤ {limit}", value <= limit)


def _least(what: str, value: float, limit: int) -> Row:
    return Row(what, f"{value:.0f}", f"≥ {limit}", value >= limit)


def warning(figures: Figures) -> str:
    """What makes the figures worse than they are; empty on a quiet machine."""
    if figures.others <= QUIET:
        return ""
    return (
        f"Other programs used {figures.others:.0%} of the machine: times are too long, "
        "pages/s and Lighthouse's performance too low."
    )


def page(figures: Figures, command: str) -> str:
    """The report as Markdown."""
    machine, said = figures.machine, warning(figures)
    points = [[path, *(str(each[c]) for c in CATEGORIES)] for path, each in figures.points.items()]
    return Template(_PAGE.read_text(encoding="utf-8")).substitute(
        command=command,
        table=_lines(row.cells() for row in rows(figures)),
        points=_lines(points),
        warning=f"\n> {said}\n" if said else "",
        date=figures.date,
        others=f"{figures.others:.0%}",
        machine=f"{machine.cpu}, {machine.cores} cores, {machine.ram_gb:g} GB RAM, "
        f"{machine.system}",
        messages=MESSAGES,
        pages=figures.pages,
        weighed=figures.weighed,
        seconds=f"{figures.sizes.seconds:g}",
        clients=figures.sizes.clients,
        visits=figures.sizes.visits,
        answers=figures.sizes.answers,
    )


def _lines(table: Iterable[Sequence[str]]) -> str:
    return "\n".join("| " + " | ".join(cells) + " |" for cells in table)
