"""The page of figures: what was asked and how it ended, drawn, as tables, and to take along."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route

from bot.desk.access import Access, Visit
from bot.desk.finding import loaded
from bot.desk.plots import Plot, lines, stacks
from bot.desk.rendering import DeskPages
from bot.desk.services import Desk
from bot.people.figures import SPANS, Counts, Row, Table, periods_of, step_of, tables_of
from bot.site.serving import HEADERS
from bot.store.figures import SqlFigures
from knowledge.language import LANGUAGE_NAMES, LANGUAGES, Language
from knowledge.live import Library
from knowledge.models import Knowledge

_PATH, _BLOCK = "/desk/figures", "figures"
_USUAL = 30
# So that a spreadsheet takes the file for UTF-8.
_MARK = "\ufeff"

Name = Callable[[str], str]


@dataclass(frozen=True)
class Shown:
    """A table with its names in a language, and its plot; `largest` measures plain bars."""

    table: Table
    title: str
    head: str
    columns: tuple[str, ...]
    names: tuple[str, ...]
    drawn: tuple[str, ...]
    plot: Plot | None
    largest: float

    @property
    def has_values(self) -> bool:
        """Whether there is something to read, be it nothing that is drawn."""
        return any(any(row.values) for row in self.table.rows)

    @property
    def highest(self) -> Row | None:
        """Of what is drawn, the row with the most; None where there is nothing to draw."""
        rows = [row for row in self.table.rows if any(self.table.drawn_of(row))]
        return max(rows, key=self.sum_of) if rows else None

    def sum_of(self, row: Row) -> float:
        return sum(value or 0 for value in self.table.drawn_of(row))

    def name_of(self, row: Row) -> str:
        return self.names[self.table.rows.index(row)]

    def shown(self, value: float | None) -> str:
        return "" if value is None else f"{value:g}" if value < 100 else f"{value:.0f}"


class FigurePages:
    """For supervisors. Counts alone: nobody's words, no conversation, no member of staff."""

    def __init__(self, access: Access, pages: DeskPages, desk: Desk, library: Library) -> None:
        self._access, self._pages, self._desk, self._library = access, pages, desk, library
        self._store = SqlFigures(desk.store)

    def routes(self) -> list[Route]:
        def get(path: str, endpoint, audit: str = "") -> Route:  # type: ignore[no-untyped-def]
            return self._access.route(path, endpoint, role="supervisor", audit=audit)

        return [
            get(_PATH, self._show),
            get(f"{_PATH}/{{table}}.csv", self._export, "figures_exported"),
        ]

    async def _show(self, visit: Visit) -> Response:
        days = _days(visit)
        counts, tables = await self._read(days, visit.language)
        return self._pages.page(
            visit,
            "figures.html",
            block=_BLOCK,
            days=days,
            spans=SPANS,
            counts=counts,
            tables=tables,
            zone=str(self._desk.operator.opening.zone),
        )

    async def _export(self, visit: Visit) -> Response:
        days, wanted = _days(visit), visit.request.path_params["table"]
        _, tables = await self._read(days, visit.language)
        shown = next((each for each in tables if each.table.key == wanted), None)
        if shown is None:
            raise HTTPException(404)
        today = self._desk.clock().astimezone(self._desk.operator.opening.zone).date()
        name = f"chuangwen-{wanted}-{today.isoformat()}-{days}.csv"
        headers = {
            **HEADERS,
            "Cache-Control": "no-store",
            "Content-Disposition": f'attachment; filename="{name}"',
        }
        return Response(_csv(shown).encode(), 200, headers, "text/csv; charset=utf-8")

    async def _read(self, days: int, language: Language) -> tuple[Counts, list[Shown]]:
        knowledge = loaded(self._library).knowledge
        now = self._desk.clock()
        periods = periods_of(days, now, self._desk.operator.opening.zone)
        counts = await self._store.read(periods, now)

        def topic_of(identity: str) -> str | None:
            provision = knowledge.provision(identity)
            return provision.topics[0] if provision is not None else None

        tables = tables_of(counts, periods, step_of(days), topic_of)
        return counts, [self._shown(table, knowledge, language) for table in tables]

    def _shown(self, table: Table, knowledge: Knowledge, language: Language) -> Shown:
        words = self._pages.words(language, _BLOCK)
        column, row = self._names(table, knowledge, language)
        drawn = [table.drawn_of(each) for each in table.rows]
        plots = {"stacks": stacks, "lines": lines}
        is_empty = not any(value for values in drawn for value in values)
        draw = plots.get(table.shape)
        return Shown(
            table=table,
            title=getattr(words, f"table_{table.key}"),
            head=getattr(words, f"rows_{table.rows_are}"),
            columns=tuple(column(name) for name in table.columns),
            names=tuple(row(each.name) for each in table.rows),
            drawn=tuple(column(name) for name in table.drawn),
            plot=draw(drawn) if draw is not None and not is_empty else None,
            largest=max((value or 0 for values in drawn for value in values), default=0),
        )

    def _names(self, table: Table, knowledge: Knowledge, language: Language) -> tuple[Name, Name]:
        """How the columns and the rows of a table are called."""
        words, chats = (self._pages.words(language, block) for block in (_BLOCK, "chats"))
        topics = {
            t.id: t.name[language] for p in knowledge.policies.values() for t in p.topics.values()
        }

        def word(key: str) -> str:
            return str(getattr(words, f"{table.key}_{key}", key))

        def column(key: str) -> str:
            if table.key == "channels":
                return str(getattr(chats, f"channel_{key}", key))
            if table.key == "languages":
                return LANGUAGE_NAMES[key] if key in LANGUAGES else key
            return word(key) if table.shape != "bars" else str(words.count)

        if table.key == "topics":
            return column, lambda key: topics.get(key, key)
        return column, word if table.shape == "bars" else str


def _csv(shown: Shown) -> str:
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([shown.head, *shown.columns])
    for name, row in zip(shown.names, shown.table.rows, strict=True):
        writer.writerow([name, *row.values])
    return _MARK + out.getvalue()


def _days(visit: Visit) -> int:
    sent = visit.request.query_params.get("days", "")
    return int(sent) if sent in {str(days) for days in SPANS} else _USUAL
