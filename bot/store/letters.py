"""Letters to founders, kept, and whether they have arrived."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.message import Choice, Part
from bot.people.letter import Author, Delivery, Letter, content_from_json, content_to_json
from bot.store.desk_tables import letters
from bot.store.sql import FIRST_CHOICE, SqlStore
from bot.store.tables import conversations
from knowledge.language import Language


class SqlLetters:
    """Letters in the database of the conversations."""

    def __init__(self, store: SqlStore) -> None:
        self._store = store

    async def after(self, conversation: str, number: int = 0) -> list[Letter]:
        """Those of a conversation that come after a number, oldest first."""
        chosen = (
            sa.select(letters)
            .where(letters.c.conversation == conversation, letters.c.number > number)
            .order_by(letters.c.number)
        )
        return await self._store.run(
            lambda c: [letter_of(row._mapping) for row in c.execute(chosen)]
        )

    async def undelivered(self, channel: str) -> list[Letter]:
        """What waits to be sent by a channel, or is kept by it, oldest first."""
        chosen = (
            sa.select(letters)
            .where(
                letters.c.delivery.in_(("open", "kept")),
                letters.c.conversation.startswith(f"{channel}:", autoescape=True),
            )
            .order_by(letters.c.created, letters.c.number)
        )
        return await self._store.run(
            lambda c: [letter_of(row._mapping) for row in c.execute(chosen)]
        )

    async def mark(self, letter: Letter, delivery: Delivery, why: str = "") -> None:
        row = letters.update().where(
            letters.c.conversation == letter.conversation, letters.c.number == letter.number
        )
        await self._store.run(lambda c: c.execute(row.values(delivery=delivery, why=why[:200])))


def add(
    connection: Connection,
    conversation: str,
    key: str,
    author: Author,
    staff: int | None,
    language: Language,
    parts: tuple[Part, ...],
    now: datetime,
    offered: tuple[tuple[str, str], ...] = (),
) -> Letter:
    """Keep a letter within a transaction; the one kept already where the key was used.

    `offered`: titles and payloads of choices, which may then be tapped instead of those of the
    last turn.
    """
    same = sa.select(letters).where(letters.c.conversation == conversation, letters.c.key == key)
    there = connection.execute(same).first()
    if there is not None:
        return letter_of(there._mapping)
    # The owner's row was written before in this transaction, so nobody counts at the same time.
    last = sa.select(sa.func.max(letters.c.number)).where(letters.c.conversation == conversation)
    number = (connection.execute(last).scalar() or 0) + 1
    choices = tuple(
        Choice(f"{FIRST_CHOICE + number}-{position}", title, payload)
        for position, (title, payload) in enumerate(offered, start=1)
    )
    connection.execute(
        letters.insert().values(
            conversation=conversation,
            number=number,
            key=key,
            author=author,
            staff=staff,
            language=language,
            content=json.dumps(content_to_json(parts, choices), ensure_ascii=False),
            delivery="open",
            why="",
            created=now,
        )
    )
    if choices:
        _offer(connection, conversation, choices)
    return letter_of(connection.execute(same).one()._mapping)


def _offer(connection: Connection, conversation: str, choices: tuple[Choice, ...]) -> None:
    state = sa.select(conversations.c.state).where(conversations.c.id == conversation)
    kept = json.loads(connection.execute(state).scalar_one())
    kept["choices"] = [vars(choice) for choice in choices]
    connection.execute(
        conversations.update()
        .where(conversations.c.id == conversation)
        .values(state=json.dumps(kept, ensure_ascii=False))
    )


def letter_of(row: Mapping[str, Any]) -> Letter:
    """A row of the table."""
    kept = dict(row)
    kept["parts"], kept["choices"] = content_from_json(json.loads(kept.pop("content")))
    return Letter(**kept)
