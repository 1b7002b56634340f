"""Lists the conversations that people have to do with, for the desk."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.people.chat import Chat
from bot.store.desk_tables import ownership, ownership_changes
from bot.store.owning import ownership_of
from bot.store.sql import SqlStore
from bot.store.tables import turns

_MOST = 50
_WITH_PEOPLE = ("waiting", "human")


class SqlChats:
    """Chats out of the database of the conversations."""

    def __init__(self, store: SqlStore) -> None:
        self._store = store

    async def held(self) -> list[Chat]:
        """Those that wait for a person or have one; who asked first is first."""
        return await self._read(
            _CHATS.where(ownership.c.owner.in_(_WITH_PEOPLE)).order_by(
                ownership.c.asked, ownership.c.conversation
            )
        )

    async def over(self, after: datetime, staff: int | None = None) -> list[Chat]:
        """Those that no person has any more since some time, the last first; `staff`: only those
        that this one had."""
        chosen = _CHATS.where(
            ownership.c.owner.not_in(_WITH_PEOPLE), ownership.c.since > after
        ).order_by(ownership.c.since.desc(), ownership.c.conversation)
        if staff is not None:
            chosen = chosen.where(_had(ownership.c.conversation, staff))
        return await self._read(chosen.limit(_MOST))

    async def had(self, conversation: str, staff: int) -> bool:
        """Whether this one has a conversation, or once had it."""
        asked = sa.select(_had(sa.literal(conversation), staff))
        return bool(await self._store.run(lambda c: c.execute(asked).scalar()))

    async def _read(self, chosen: sa.sql.Select) -> list[Chat]:
        return await self._store.run(lambda c: [_chat(row) for row in c.execute(chosen)])


def _had(conversation: Any, staff: int) -> Any:
    changes = ownership_changes
    return sa.exists(
        sa.select(sa.literal(1)).where(
            changes.c.conversation == conversation, changes.c.staff == staff
        )
    )


def _last(column: sa.Column, number: sa.Column, *where: Any) -> Any:
    """A column of the last row about a conversation."""
    return (
        sa.select(column)
        .where(column.table.c.conversation == ownership.c.conversation, *where)
        .order_by(number.desc())
        .limit(1)
        .scalar_subquery()
    )


_CHATS = sa.select(
    ownership,
    _last(turns.c.text, turns.c.number, turns.c.text != "").label("words"),
    _last(ownership_changes.c.reason, ownership_changes.c.version).label("reason"),
    _last(
        ownership_changes.c.staff,
        ownership_changes.c.version,
        ownership_changes.c.staff.is_not(None),
    ).label("had"),
)


def _chat(row: Any) -> Chat:
    return Chat(ownership_of(row), row.words or "", row.reason, row.had)
