"""Counts for the page of figures; nothing that is read here says who asked, or what."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.people.figures import Asked, CallBackCounts, Counts, Period, Wait
from bot.store.desk_tables import callbacks, calls, ownership_changes
from bot.store.sql import SqlStore
from bot.store.tables import UtcTime, feedback, turns

_PLACE_OF_A_SIGN = {"sqlite": sa.func.instr, "postgresql": sa.func.strpos}


class SqlFigures:
    """Reads them off the event loop, from the database of the conversations."""

    def __init__(self, store: SqlStore) -> None:
        self._store = store

    async def read(self, periods: Sequence[Period], now: datetime) -> Counts:
        """What happened in these periods, which follow one another."""

        def work(connection: Connection) -> Counts:
            start, end = periods[0].start, periods[-1].end
            return Counts(
                asked=[_asked(connection, period) for period in periods],
                provisions=_pairs(connection, _PROVISIONS, start, end),
                votes=[_pairs(connection, _VOTES, p.start, p.end) for p in periods],
                calls=_pairs(connection, _CALLS, start, end),
                waits=_waits(connection, start, end),
                callbacks=_callbacks(connection, start, end, now),
            )

        return await self._store.run_beside(work)


def _asked(connection: Connection, period: Period) -> list[Asked]:
    """One question a period: each reads only its own part of the index."""
    place = _PLACE_OF_A_SIGN[connection.dialect.name](turns.c.conversation, ":")
    channel = sa.func.substr(turns.c.conversation, 1, place - 1).label("channel")
    columns = (channel, turns.c.language, turns.c.outcome)
    chosen = (
        sa.select(*columns, sa.func.count().label("count"))
        .where(*_of(turns, period.start, period.end), turns.c.intent != "")
        .group_by(*columns)
        .order_by(*columns)
    )
    return [Asked(*row) for row in connection.execute(chosen)]


def _pairs(
    connection: Connection, chosen: sa.sql.Select, start: datetime, end: datetime
) -> dict[str, int]:
    rows = connection.execute(chosen, {"start": start, "end": end})
    return {row[0]: row[1] for row in rows}


def _waits(connection: Connection, start: datetime, end: datetime) -> list[Wait]:
    """Each wish for a person in the span, with how it ended, whenever that was."""
    asked, ends = ownership_changes, ownership_changes.alias("ends")
    # From the queue every change leads out of it.
    next_one = sa.and_(
        ends.c.conversation == asked.c.conversation, ends.c.version == asked.c.version + 1
    )
    chosen = (
        sa.select(asked.c.created, ends.c.reason, ends.c.created)
        .select_from(asked.outerjoin(ends, next_one))
        .where(asked.c.reason == "asked", *_of(asked, start, end))
        .order_by(asked.c.created)
    )
    return [
        Wait(began, (ended - began).total_seconds() if reason == "taken" else None)
        for began, reason, ended in connection.execute(chosen)
    ]


def _callbacks(
    connection: Connection, start: datetime, end: datetime, now: datetime
) -> CallBackCounts:
    table = callbacks
    done, opened = table.c.state == "done", table.c.state == "open"
    promised = table.c.due.is_not(None)
    cases = {
        "on_time": sa.and_(done, promised, table.c.done <= table.c.due),
        "late": sa.and_(done, promised, table.c.done > table.c.due),
        "made": sa.and_(done, ~promised),
        "not_reached": table.c.state == "dropped",
        "overdue": sa.and_(opened, promised, table.c.due < now),
        "to_make": sa.and_(opened, sa.or_(~promised, table.c.due >= now)),
    }
    sums = [
        sa.func.coalesce(sa.func.sum(sa.case((when, 1), else_=0)), 0).label(name)
        for name, when in cases.items()
    ]
    row = connection.execute(sa.select(*sums).where(*_of(table, start, end))).one()
    return CallBackCounts(**{name: int(count) for name, count in row._mapping.items()})


def _of(table: sa.Table, start: Any, end: Any, column: str = "created") -> tuple[Any, ...]:
    # Compared in UTC, as all of them are kept.
    when = sa.type_coerce(table.c[column], UtcTime())
    return when >= start, when < end


def _counted(table: sa.Table, column: str, created: str, *where: Any) -> sa.sql.Select:
    start, end = sa.bindparam("start", type_=UtcTime()), sa.bindparam("end", type_=UtcTime())
    return (
        sa.select(table.c[column], sa.func.count())
        .where(*_of(table, start, end, created), *where)
        .group_by(table.c[column])
        .order_by(table.c[column])
    )


_PROVISIONS = _counted(turns, "provision", "created", turns.c.provision != "", turns.c.intent != "")
_VOTES = _counted(feedback, "vote", "created")
_CALLS = _counted(calls, "outcome", "started", calls.c.outcome != "")
