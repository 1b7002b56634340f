"""Mentors, kept."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.secretary.mentor import Mentor
from bot.store.library_tables import mentors
from bot.store.sql import SqlStore

_LISTS = ("fields", "stages", "tongues")


class SqlMentors:
    """Mentors in the database of the conversations."""

    def __init__(self, store: SqlStore) -> None:
        self._store = store

    async def all(self) -> list[Mentor]:
        """Every one, by id; those that are no longer active too."""
        return await self._read(sa.select(mentors))

    async def active(self) -> list[Mentor]:
        """Those that founders are told of, by id."""
        return await self._read(sa.select(mentors).where(mentors.c.active))

    async def find(self, identity: str) -> Mentor | None:
        found = await self._read(sa.select(mentors).where(mentors.c.id == identity))
        return found[0] if found else None

    async def put(self, some: Iterable[Mentor], now: datetime) -> tuple[int, int]:
        """Keep them, all or none: how many are new, and how many were there and are changed.

        Whether one is active stays as it was.
        """

        def work(connection: Connection) -> tuple[int, int]:
            added = changed = 0
            for mentor in some:
                row = {**row_of(mentor), "changed": now}
                kept = {name: value for name, value in row.items() if name != "active"}
                same = mentors.update().where(mentors.c.id == mentor.id).values(**kept)
                if connection.execute(same).rowcount:
                    changed += 1
                else:
                    connection.execute(mentors.insert(), row)
                    added += 1
            return added, changed

        return await self._store.run(work)

    async def add(self, mentor: Mentor, now: datetime) -> bool:
        """Keep a new one; False where there is one of that id, which stays as it is."""

        def work(connection: Connection) -> bool:
            there = sa.select(mentors.c.id).where(mentors.c.id == mentor.id)
            if connection.execute(there).first() is not None:
                return False
            connection.execute(mentors.insert(), {**row_of(mentor), "changed": now})
            return True

        return await self._store.run(work)

    async def set_active(self, identity: str, active: bool, now: datetime) -> bool:
        """Whether founders are told of one; False where that was so before."""
        row = mentors.update().where(mentors.c.id == identity, mentors.c.active != active)
        return await self._store.run(
            lambda c: bool(c.execute(row.values(active=active, changed=now)).rowcount)
        )

    async def _read(self, chosen: Any) -> list[Mentor]:
        return await self._store.run(
            lambda c: [_mentor(row) for row in c.execute(chosen.order_by(mentors.c.id))]
        )


def row_of(mentor: Mentor) -> dict[str, Any]:
    """The columns of one, but when it was changed."""
    row = asdict(mentor)
    return {**row, **{name: json.dumps(row[name]) for name in _LISTS}}


def _mentor(row: Any) -> Mentor:
    kept = dict(row._mapping)
    kept.pop("changed")
    return Mentor(**{**kept, **{name: tuple(json.loads(kept[name])) for name in _LISTS}})
