"""Calls, kept; each clerk has one that lasts at most."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from bot.people.call import Call, Lookup, NoContact, Outcome
from bot.people.callback import CallBack
from bot.store.desk_tables import callbacks, calls
from bot.store.sql import SqlStore
from knowledge.language import Language


class SqlCalls:
    """Calls in the database of the conversations."""

    def __init__(self, store: SqlStore) -> None:
        self._store = store

    async def lasting(self, staff: int) -> Call | None:
        """The clerk's call that has not ended."""
        return await self._store.run(lambda connection: _lasting(connection, staff))

    async def begin(self, staff: int, language: Language, now: datetime) -> Call:
        """The one that lasts, or a new one; the same for two tabs that begin at once."""
        row = {
            "staff": staff,
            "language": language,
            "looked_up": "[]",
            "told": "[]",
            "note": "",
            "outcome": "",
            "contact": "",
            "started": now,
        }

        def work(connection: Connection) -> Call | None:
            if _lasting(connection, staff) is None:
                connection.execute(calls.insert(), row)
            return _lasting(connection, staff)

        try:
            call = await self._store.run(work)
        except IntegrityError:  # the other tab was faster
            call = await self.lasting(staff)
        assert call is not None
        return call

    async def change(self, staff: int, call: int, how: Callable[[Call], Call]) -> Call | None:
        """The call as `how` makes it; None where the clerk has no such call that lasts."""

        def work(connection: Connection) -> Call | None:
            kept = _locked(connection, staff, call)
            return None if kept is None else _write(connection, how(kept))

        return await self._store.run(work)

    async def end(
        self,
        staff: int,
        call: int,
        outcome: Outcome,
        now: datetime,
        promise: Callable[[Call], CallBack] | None = None,
    ) -> tuple[Call, CallBack | None] | None:
        """End it, with the call back that is promised in it, both or neither.

        None where the clerk has no such call that lasts. Raises NoContact for a promise without
        a contact.
        """

        def work(connection: Connection) -> tuple[Call, CallBack | None] | None:
            kept = _locked(connection, staff, call)
            if kept is None:
                return None
            if promise is not None and not kept.contact:
                raise NoContact
            ended = _write(connection, replace(kept, outcome=outcome, ended=now))
            callback = promise(ended) if promise is not None else None
            if callback is not None:
                connection.execute(callbacks.insert(), asdict(callback))
            return ended, callback

        return await self._store.run(work)

    async def discard(self, staff: int, call: int) -> bool:
        """Delete one that lasts and was none; False where there is no such call."""
        gone = calls.delete().where(*_mine(staff, call))
        return await self._store.run(lambda c: bool(c.execute(gone).rowcount))

    async def finished(
        self, staff: int | None, outcome: Outcome | None, limit: int, skip: int = 0
    ) -> list[Call]:
        """Calls that ended, of one clerk or of all, the newest first."""
        chosen = (
            sa.select(calls)
            .where(calls.c.ended.is_not(None))
            .order_by(calls.c.started.desc(), calls.c.id.desc())
            .limit(limit)
            .offset(skip)
        )
        if staff is not None:
            chosen = chosen.where(calls.c.staff == staff)
        if outcome is not None:
            chosen = chosen.where(calls.c.outcome == outcome)
        return await self._store.run(lambda c: [_call(row) for row in c.execute(chosen)])

    async def numbered(self, numbers: Iterable[int]) -> dict[int, Call]:
        """Calls by their number; those that are no longer kept are missing."""
        chosen = sa.select(calls).where(calls.c.id.in_(sorted(set(numbers))))
        found = await self._store.run(lambda c: [_call(row) for row in c.execute(chosen)])
        return {call.id: call for call in found}


def _mine(staff: int, call: int) -> tuple[Any, ...]:
    return calls.c.id == call, calls.c.staff == staff, calls.c.ended.is_(None)


def _lasting(connection: Connection, staff: int) -> Call | None:
    row = connection.execute(
        sa.select(calls).where(calls.c.staff == staff, calls.c.ended.is_(None))
    ).first()
    return None if row is None else _call(row)


def _locked(connection: Connection, staff: int, call: int) -> Call | None:
    # First a write: it holds others off until both the reading and the change are done.
    if not connection.execute(
        calls.update().where(*_mine(staff, call)).values(staff=staff)
    ).rowcount:
        return None
    return _lasting(connection, staff)


def _write(connection: Connection, call: Call) -> Call:
    values = {
        "language": call.language,
        "looked_up": json.dumps([vars(each) for each in call.looked_up], ensure_ascii=False),
        "told": json.dumps(call.told),
        "note": call.note,
        "contact": call.contact,
        "outcome": call.outcome or "",
        "ended": call.ended,
    }
    connection.execute(calls.update().where(calls.c.id == call.id).values(**values))
    return call


def _call(row: Any) -> Call:
    kept = dict(row._mapping)
    return Call(
        **{
            **kept,
            "looked_up": tuple(Lookup(**each) for each in json.loads(kept["looked_up"])),
            "told": tuple(json.loads(kept["told"])),
            "outcome": kept["outcome"] or None,
        }
    )
