"""Who is signed in, kept; the cookie's token is not, only its hash."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.people.staff import Staff
from bot.store.desk_tables import staff, staff_sessions
from bot.store.sql import SqlStore
from knowledge.language import Language


@dataclass(frozen=True)
class SignIn:
    """A session of a member of staff."""

    hash: str = field(repr=False)
    staff: Staff
    csrf: str = field(repr=False)
    language: Language
    created: datetime
    seen: datetime


class SqlSignIns:
    """Sessions in the database of the conversations."""

    def __init__(self, store: SqlStore) -> None:
        self._store = store

    async def add(
        self, hash: str, staff_id: int, csrf: str, language: Language, now: datetime
    ) -> None:
        row = {
            "hash": hash,
            "staff": staff_id,
            "csrf": csrf,
            "language": language,
            "created": now,
            "seen": now,
        }
        await self._store.run(lambda c: c.execute(staff_sessions.insert(), row))

    async def find(self, hash: str, begun_after: datetime, seen_after: datetime) -> SignIn | None:
        """The session, where it still lasts and whoever it belongs to is still active."""
        asked = {"hash": hash, "begun_after": begun_after, "seen_after": seen_after}

        def work(connection: Connection) -> SignIn | None:
            row = connection.execute(_FIND, asked).first()
            if row is None:
                return None
            who = Staff(row.id, row.name, row.role, row.active)
            return SignIn(row.hash, who, row.csrf, row.language, row.created, row.seen)

        return await self._store.run(work)

    async def touch(self, hash: str, now: datetime) -> None:
        await self._change(hash, seen=now)

    async def speak(self, hash: str, language: Language) -> None:
        """Keep the language that the screens are in."""
        await self._change(hash, language=language)

    async def end(self, hash: str) -> None:
        row = staff_sessions.delete().where(staff_sessions.c.hash == hash)
        await self._store.run(lambda c: c.execute(row))

    async def end_all(self, staff_id: int) -> int:
        """Sign somebody out everywhere; how many sessions that were."""
        rows = staff_sessions.delete().where(staff_sessions.c.staff == staff_id)
        return await self._store.run(lambda c: int(c.execute(rows).rowcount))

    async def present(self, begun_after: datetime, seen_after: datetime) -> dict[int, datetime]:
        """Who is signed in, and when each was last seen."""
        table = staff_sessions
        chosen = (
            sa.select(table.c.staff, sa.func.max(table.c.seen).label("seen"))
            .where(table.c.created > begun_after, table.c.seen > seen_after)
            .group_by(table.c.staff)
        )
        return await self._store.run(lambda c: {r.staff: r.seen for r in c.execute(chosen)})

    async def _change(self, hash: str, **values: object) -> None:
        row = staff_sessions.update().where(staff_sessions.c.hash == hash)
        await self._store.run(lambda c: c.execute(row.values(**values)))


# Put together once: this is asked for each request of the desk.
_FIND = (
    sa.select(staff_sessions, staff.c.id, staff.c.name, staff.c.role, staff.c.active)
    .join(staff, staff.c.id == staff_sessions.c.staff)
    .where(
        staff.c.active,
        staff_sessions.c.hash == sa.bindparam("hash"),
        staff_sessions.c.created > sa.bindparam("begun_after"),
        staff_sessions.c.seen > sa.bindparam("seen_after"),
    )
)
