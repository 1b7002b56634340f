"""Turns, votes, waits and calls as a month leaves them, for the tests of what supervisors see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.engine import Connection

from bot.message import Part, Reply, Turn, UserMessage
from bot.people.ownership import Ownership, Reason
from bot.store.feedback import SqlFeedback
from bot.store.ownership import SqlOwnership
from bot.store.sql import SqlStore
from bot.store.tables import feedback, turns
from knowledge.language import Language

Said = tuple[str, str]  # what was asked, and the outcome


class Month:
    """Writes into a store what would take weeks; `now` is moved by hand."""

    def __init__(self, store: SqlStore, now: datetime) -> None:
        self.store, self.now = store, now
        self._counts: dict[str, int] = {}
        self._owned: dict[str, Ownership] = {}

    def before(self, **span: float) -> Month:
        """The same month, seen from hours=… or days=… earlier."""
        earlier = Month(self.store, self.now - timedelta(**span))
        earlier._counts, earlier._owned = self._counts, self._owned
        return earlier

    async def ask(
        self,
        conversation: str,
        text: str,
        outcome: str = "decline",
        *,
        language: Language = "en",
        found: Sequence[str] = (),
        intent: str = "ask_measure",
    ) -> int:
        """One turn; its number."""
        await self.store.create(conversation)
        number = self._counts[conversation] = self._counts.get(conversation, 0) + 1
        reply = Reply(outcome, language, intent, 1.0, (Part(text="…"),), (), tuple(found))
        turn = Turn.of(UserMessage(conversation, f"m{number}"), number, reply, 1.0)
        self.store._clock = lambda: self.now
        held = self._owned.get(conversation, Ownership(conversation))
        await self.store.record(turn, text, {}, held)
        return number

    async def vote(self, conversation: str, number: int, vote: str, reason: str = "") -> None:
        assert await SqlFeedback(self.store).keep(conversation, number, vote, reason)

        def backdate(connection: Connection) -> None:
            same = feedback.c.conversation == conversation, feedback.c.number == number
            connection.execute(feedback.update().where(*same).values(created=self.now))

        await self.store.run(backdate)

    async def change(self, conversation: str, reason: Reason, by: int | None = None) -> None:
        """A change of owner, as bot/people/handover.py and the reception make them."""
        await self.store.create(conversation)
        held = self._owned.get(conversation, Ownership(conversation))
        change = held.change(reason, by=by)
        await SqlOwnership(self.store).apply(change, self.now, "en")
        self._owned[conversation] = replace(
            held, owner=change.after, version=held.version + 1, staff=change.staff
        )


async def is_there(store: SqlStore, conversation: str) -> bool:
    chosen = turns.select().where(turns.c.conversation == conversation)
    return await store.run(lambda c: c.execute(chosen).first() is not None)
