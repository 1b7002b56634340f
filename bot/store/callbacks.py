"""Call backs, kept."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.people.callback import CallBack, State
from bot.store.desk_tables import callbacks
from bot.store.sql import SqlStore
from bot.store.tables import conversations

# A promise outlives its talk; of one that is gone nothing is shown any more.
_SHOWN = sa.select(
    *(column for column in callbacks.c if column.name != "conversation"),
    conversations.c.id.label("conversation"),
).select_from(callbacks.outerjoin(conversations, conversations.c.id == callbacks.c.conversation))


class SqlCallBacks:
    """Call backs in the database of the conversations."""

    def __init__(self, store: SqlStore) -> None:
        self._store = store

    async def add(self, callback: CallBack) -> None:
        await self._store.run(lambda c: c.execute(callbacks.insert(), asdict(callback)))

    async def find(self, ticket: str) -> CallBack | None:
        """By the ticket's number; None for one that is none of ours."""
        chosen = _SHOWN.where(callbacks.c.ticket == ticket)

        def work(connection: Connection) -> CallBack | None:
            row = connection.execute(chosen).first()
            return None if row is None else CallBack(**dict(row._mapping))

        return await self._store.run(work)

    async def open(self) -> list[CallBack]:
        """Those to be made, the first that is due first, those without a time last."""
        chosen = _SHOWN.where(callbacks.c.state == "open").order_by(
            callbacks.c.due.is_(None), callbacks.c.due, callbacks.c.created
        )
        return await self._store.run(
            lambda c: [CallBack(**dict(row._mapping)) for row in c.execute(chosen)]
        )

    async def finished(
        self, staff: int | None, state: State | None, limit: int, skip: int = 0
    ) -> list[CallBack]:
        """Those that are made or given up, closed by one member of staff or by all, the newest
        first."""
        chosen = (
            _SHOWN.where(callbacks.c.state != "open")
            .order_by(callbacks.c.done.desc(), callbacks.c.ticket)
            .limit(limit)
            .offset(skip)
        )
        if staff is not None:
            chosen = chosen.where(callbacks.c.staff == staff)
        if state is not None:
            chosen = chosen.where(callbacks.c.state == state)
        return await self._store.run(
            lambda c: [CallBack(**dict(row._mapping)) for row in c.execute(chosen)]
        )

    async def ticket_of(self, call: int) -> str:
        """Of the call back that was promised in a call; empty where none was, or is kept."""
        chosen = sa.select(callbacks.c.ticket).where(callbacks.c.call == call)
        return await self._store.run(lambda c: str(c.execute(chosen).scalar() or ""))

    async def change(self, ticket: str, **values: Any) -> bool:
        """Change fields of an open one; False where there is none of that number that is open, or
        nothing to change in it."""
        row = callbacks.update().where(*_open(ticket), _differs(values))
        return await self._store.run(lambda c: bool(c.execute(row.values(**values)).rowcount))

    async def change_own(self, ticket: str, by: int, **values: Any) -> bool:
        """As `change`, unless a colleague takes care of it."""
        mine = sa.or_(callbacks.c.staff.is_(None), callbacks.c.staff == by)
        row = callbacks.update().where(*_open(ticket), mine, _differs(values))
        return await self._store.run(lambda c: bool(c.execute(row.values(**values)).rowcount))

    async def pressing(self, now: datetime, soon: datetime) -> tuple[int, int]:
        """How many are overdue, and how many are due from now until `soon`."""
        due = callbacks.c.due

        def count(*when: Any) -> Any:
            return sa.select(sa.func.count(callbacks.c.ticket)).where(
                callbacks.c.state == "open", *when
            )

        def work(connection: Connection) -> tuple[int, int]:
            overdue = connection.execute(count(due < now)).scalar_one()
            return overdue, connection.execute(count(due >= now, due <= soon)).scalar_one()

        return await self._store.run(work)


def _open(ticket: str) -> tuple[Any, ...]:
    return callbacks.c.ticket == ticket, callbacks.c.state == "open"


def _differs(values: dict[str, Any]) -> Any:
    return sa.or_(*(callbacks.c[name].is_distinct_from(value) for name, value in values.items()))
