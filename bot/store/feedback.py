"""What founders think of an answer, kept beside its turn."""

from __future__ import annotations

from datetime import datetime, timezone

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.privacy import mask
from bot.store.sql import SqlStore
from bot.store.tables import feedback, turns
from knowledge.language import clean


class SqlFeedback:
    """Feedback in the database of the conversations; it goes when its conversation is deleted."""

    def __init__(self, store: SqlStore) -> None:
        self._store = store

    async def keep(self, conversation: str, number: int, vote: str, reason: str) -> bool:
        """Keep a vote in place of an earlier one; False where there is no such turn."""
        row = {
            "conversation": conversation,
            "number": number,
            "vote": vote,
            "reason": mask(clean(reason)),
            "created": datetime.now(timezone.utc),
        }

        def work(connection: Connection) -> bool:
            turn = sa.select(turns.c.number).where(
                turns.c.conversation == conversation, turns.c.number == number
            )
            if connection.execute(turn).first() is None:
                return False
            connection.execute(_KEEP, row)
            return True

        return await self._store.run(work)


# Both databases know "on conflict".
_KEEP = sa.text(
    "INSERT INTO feedback (conversation, number, vote, reason, created) "
    "VALUES (:conversation, :number, :vote, :reason, :created) "
    "ON CONFLICT (conversation, number) DO UPDATE SET "
    "vote = excluded.vote, reason = excluded.reason, created = excluded.created"
).bindparams(sa.bindparam("created", type_=feedback.c.created.type))
