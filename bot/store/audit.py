"""The audit trail, kept: who saw and did what, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from bot.store.desk_tables import audit, staff
from bot.store.sql import SqlStore

_LONGEST_ABOUT = 200


@dataclass(frozen=True)
class Entry:
    """One line of the trail. `name`: who, empty where nobody was signed in."""

    id: int
    name: str
    action: str
    about: str
    created: datetime


class SqlAudit:
    """The trail in the database of the conversations. There is no way to change it."""

    def __init__(self, store: SqlStore) -> None:
        self._store = store

    async def add(self, staff_id: int | None, action: str, about: str, now: datetime) -> None:
        row = {
            "staff": staff_id,
            "action": action,
            "about": about[:_LONGEST_ABOUT],
            "created": now,
        }
        await self._store.run(lambda c: c.execute(audit.insert(), row))

    async def read(
        self,
        start: datetime | None,
        end: datetime | None,
        staff_id: int | None,
        limit: int,
        skip: int = 0,
    ) -> list[Entry]:
        """Lines from `start` to before `end`, of one person or all, the newest first."""
        chosen = (
            sa.select(audit, staff.c.name)
            .join(staff, staff.c.id == audit.c.staff, isouter=True)
            .order_by(audit.c.created.desc(), audit.c.id.desc())
            .limit(limit)
            .offset(skip)
        )
        if start is not None:
            chosen = chosen.where(audit.c.created >= start)
        if end is not None:
            chosen = chosen.where(audit.c.created < end)
        if staff_id is not None:
            chosen = chosen.where(audit.c.staff == staff_id)
        return await self._store.run(
            lambda c: [
                Entry(r.id, r.name or "", r.action, r.about, r.created) for r in c.execute(chosen)
            ]
        )
