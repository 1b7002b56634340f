"""Who owns which conversation, kept; a change is made only if nobody changed it before."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.message import Part
from bot.people.letter import Letter
from bot.people.ownership import Change, Owner, Ownership
from bot.store import letters, owning
from bot.store.desk_tables import ownership, ownership_changes
from bot.store.sql import SqlStore
from bot.store.tables import conversations
from knowledge.language import Language


class SqlOwnership:
    """Owners in the database of the conversations."""

    def __init__(self, store: SqlStore) -> None:
        self._store = store

    async def read(self, conversation: str) -> Ownership:
        return await self._store.run(lambda connection: owning.read(connection, conversation))

    async def find(self, conversation: str) -> Ownership | None:
        """Who owns a conversation; None where there is no such conversation."""
        chosen = (
            sa.select(conversations.c.id, ownership)
            .select_from(conversations.outerjoin(ownership))
            .where(conversations.c.id == conversation)
        )

        def work(connection: Connection) -> Ownership | None:
            row = connection.execute(chosen).first()
            if row is None:
                return None
            return owning.ownership_of(row) if row.owner else Ownership(conversation)

        return await self._store.run(work)

    async def apply(
        self,
        change: Change,
        now: datetime,
        language: Language,
        notice: str = "",
        offered: tuple[tuple[str, str], ...] = (),
    ) -> Letter | None:
        """Make a change and keep the sentence that tells the founder of it, both or neither.

        `offered`: choices under the sentence, titles and payloads. Raises OwnerChanged.
        """

        def work(connection: Connection) -> Letter | None:
            owning.apply(connection, change, now, language)
            if not notice:
                return None
            key = f"owner-{change.version + 1}"
            parts = (Part(text=notice),)
            return letters.add(
                connection, change.conversation, key, "notice", None, language, parts, now, offered
            )

        return await self._store.run(work)

    async def say(
        self,
        conversation: str,
        key: str,
        staff: int,
        parts: tuple[Part, ...],
        now: datetime,
    ) -> Letter | None:
        """Keep what a clerk says, once for each key; None where somebody else has it."""

        def work(connection: Connection) -> Letter | None:
            mine = sa.and_(
                ownership.c.conversation == conversation,
                ownership.c.owner == "human",
                ownership.c.staff == staff,
            )
            # First the write: it is what holds others off until both are done.
            said = ownership.update().where(mine).values(spoken=now, heard=None)
            if not connection.execute(said).rowcount:
                return None
            language = owning.read(connection, conversation).language
            return letters.add(connection, conversation, key, "staff", staff, language, parts, now)

        return await self._store.run(work)

    async def with_owner(self, *owners: Owner) -> list[Ownership]:
        """Conversations that one of these owns, who asked first being first."""
        chosen = (
            sa.select(ownership)
            .where(ownership.c.owner.in_(owners))
            .order_by(ownership.c.asked, ownership.c.conversation)
        )
        return await self._store.run(
            lambda c: [owning.ownership_of(row) for row in c.execute(chosen)]
        )

    async def place(self, conversation: str) -> int:
        """The place in the queue, from 1; 0 for who does not wait."""
        waiting = [each.conversation for each in await self.with_owner("waiting")]
        return waiting.index(conversation) + 1 if conversation in waiting else 0

    async def waiting(self) -> int:
        """How many wait."""
        return len(await self.with_owner("waiting"))

    async def changes(self, conversation: str) -> list[tuple[Change, datetime]]:
        """All changes of one conversation, oldest first, each with its time."""
        table = ownership_changes
        chosen = (
            sa.select(table).where(table.c.conversation == conversation).order_by(table.c.version)
        )

        def work(connection: Connection) -> list[tuple[Change, datetime]]:
            return [change_of(row._mapping) for row in connection.execute(chosen)]

        return await self._store.run(work)


def change_of(row: Mapping[str, Any]) -> tuple[Change, datetime]:
    """A row of the changes' table, and its time."""
    kept = dict(row)
    created: datetime = kept.pop("created")
    return Change(**{**kept, "version": kept["version"] - 1}), created
