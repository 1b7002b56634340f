"""What channels must not lose: accepted messages, and the small things they keep."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import datetime, timedelta, timezone
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.channels.contracts import Received
from bot.message import UserMessage
from bot.privacy import mask
from bot.store.sql import SqlStore
from bot.store.tables import channel_state, inbox
from knowledge.language import clean

# No platform repeats a message after so long.
KEPT = timedelta(days=3)
_FINISHES_TO_PRUNE = 1000


class SqlInbox:
    """The inbox in the database of the conversations."""

    def __init__(self, store: SqlStore) -> None:
        self._store = store
        self._finished = 0

    async def accept(self, channel: str, received: Received) -> Literal["new", "open", "done"]:
        row = {
            "channel": channel,
            "conversation": received.message.conversation,
            "message_id": received.message.id,
            "received": _written(received),
            "created": datetime.now(timezone.utc),
        }

        def work(connection: Connection) -> Literal["new", "open", "done"]:
            if connection.execute(_ACCEPT, row).rowcount:
                return "new"
            kept = connection.execute(sa.select(inbox.c.received).where(_is(channel, received)))
            return "open" if kept.scalar() else "done"

        return await self._store.run(work)

    async def update(self, channel: str, received: Received) -> None:
        row = inbox.update().where(_is(channel, received), inbox.c.received.is_not(None))
        grown = row.values(received=_written(received))
        await self._store.run(lambda connection: connection.execute(grown))

    async def finish(self, channel: str, received: Received) -> None:
        self._finished += 1
        prune = self._finished % _FINISHES_TO_PRUNE == 1

        def work(connection: Connection) -> None:
            connection.execute(inbox.update().where(_is(channel, received)).values(received=None))
            if prune:
                old = datetime.now(timezone.utc) - KEPT
                connection.execute(inbox.delete().where(inbox.c.created < old))

        await self._store.run(work)

    async def unfinished(self, channel: str) -> list[Received]:
        question = (
            sa.select(inbox.c.received)
            .where(inbox.c.channel == channel, inbox.c.received.is_not(None))
            .order_by(inbox.c.created)
        )
        rows = await self._store.run(
            lambda connection: connection.execute(question).scalars().all()
        )
        return [_received(json.loads(row)) for row in rows]

    async def read(self, channel: str, key: str) -> Any:
        """What was kept under a key; None where nothing was."""
        question = sa.select(channel_state.c.value).where(
            channel_state.c.channel == channel, channel_state.c.key == key
        )
        value = await self._store.run(lambda connection: connection.execute(question).scalar())
        return json.loads(value) if value is not None else None

    async def keep(self, channel: str, key: str, value: Any) -> None:
        """Keep plain data under a key; None forgets it."""
        row = {"channel": channel, "key": key, "value": json.dumps(value, ensure_ascii=False)}

        def work(connection: Connection) -> None:
            if value is None:
                connection.execute(
                    channel_state.delete().where(
                        channel_state.c.channel == channel, channel_state.c.key == key
                    )
                )
            else:
                connection.execute(_KEEP, row)

        await self._store.run(work)


# Both databases know "on conflict".
_ACCEPT = sa.text(
    "INSERT INTO inbox (channel, conversation, message_id, received, created) "
    "VALUES (:channel, :conversation, :message_id, :received, :created) "
    "ON CONFLICT (channel, conversation, message_id) DO NOTHING"
).bindparams(sa.bindparam("created", type_=inbox.c.created.type))
_KEEP = sa.text(
    "INSERT INTO channel_state (channel, key, value) VALUES (:channel, :key, :value) "
    "ON CONFLICT (channel, key) DO UPDATE SET value = excluded.value"
)


def _is(channel: str, received: Received) -> Any:
    return sa.and_(
        inbox.c.channel == channel,
        inbox.c.conversation == received.message.conversation,
        inbox.c.message_id == received.message.id,
    )


def _written(received: Received) -> str:
    """As JSON, personal numbers masked. ASCII: half a character is no reason to lose a message."""
    message = replace(received.message, text=mask(clean(received.message.text)))
    return json.dumps(asdict(replace(received, message=message)))


def _received(data: dict[str, Any]) -> Received:
    return Received(UserMessage(**data["message"]), data["address"])
