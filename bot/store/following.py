"""Who follows what, kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

import sqlalchemy as sa

from bot.secretary.follow import Follow
from bot.store.following_tables import follows
from bot.store.sql import SqlStore


class SqlFollows:
    """Follows in the database of the conversations."""

    def __init__(self, store: SqlStore, clock: Callable[[], datetime]) -> None:
        self._store, self._clock = store, clock

    async def of(self, conversation: str) -> list[Follow]:
        """What a conversation follows, first followed first."""
        chosen = (
            sa.select(follows.c.what)
            .where(follows.c.conversation == conversation)
            .order_by(follows.c.created, follows.c.what)
        )
        keys = await self._store.run(lambda c: [row.what for row in c.execute(chosen)])
        return [follow for key in keys if (follow := Follow.of(key)) is not None]

    async def add(self, conversation: str, follow: Follow) -> None:
        """Once, however often it is asked for."""
        row = {"conversation": conversation, "what": follow.key, "created": self._clock()}
        await self._store.run(lambda c: c.execute(_ADD, row))

    async def remove(self, conversation: str, some: Sequence[Follow]) -> None:
        keys = [follow.key for follow in some]
        where = sa.and_(follows.c.conversation == conversation, follows.c.what.in_(keys))
        await self._store.run(lambda c: c.execute(follows.delete().where(where)))


# Both databases know "on conflict do nothing": who follows already does since then.
_ADD = sa.text(
    "INSERT INTO follows (conversation, what, created) VALUES (:conversation, :what, :created) "
    "ON CONFLICT (conversation, what) DO NOTHING"
).bindparams(sa.bindparam("created", type_=follows.c.created.type))
