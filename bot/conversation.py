"""One turn: accepted once, one at a time per conversation, answered, recorded."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.assistant import Assistant
from bot.message import Choice, Turn, TurnStore, UserMessage
from bot.privacy import mask
from knowledge.language import clean

logger = logging.getLogger(__name__)


class UnknownConversation(Exception):
    """There is no conversation of that id."""


class UnknownChoice(Exception):
    """The choice was not offered in the last turn."""


class Conversations:
    """Takes messages of all channels to the assistant and keeps what was said."""

    def __init__(self, assistant: Assistant, store: TurnStore) -> None:
        self._assistant, self._store = assistant, store
        self._locks: dict[str, tuple[asyncio.Lock, int]] = {}

    async def create(self, conversation: str) -> None:
        await self._store.create(conversation)

    async def handle(self, message: UserMessage) -> Turn:
        """The turn that answers a message; the recorded one if it was answered before.

        Raises UnknownConversation, UnknownChoice, UnknownProvision, AssistantUnavailable.
        """
        async with self._alone(message.conversation):
            stored = await self._store.read(message.conversation, message.id)
            if stored is None:
                raise UnknownConversation(message.conversation)
            if stored.repeated is not None:
                return stored.repeated
            payload = _payload(message, stored.last_choices)
            started = time.perf_counter()
            message = _masked(message)
            reply, state = await self._assistant.answer(message, payload, stored.state)
            ms = (time.perf_counter() - started) * 1000
            turn = Turn.of(message, stored.turns + 1, reply, ms)
            await self._store.record(turn, message.text, state)
            logger.info(
                "turn conversation=%s number=%d outcome=%s intent=%s ms=%.1f",
                turn.conversation,
                turn.number,
                turn.outcome,
                turn.intent,
                turn.ms,
            )
            return turn

    @asynccontextmanager
    async def _alone(self, conversation: str) -> AsyncIterator[None]:
        """Turns of one conversation run one after the other; others do not wait for them."""
        lock, waiting = self._locks.get(conversation, (asyncio.Lock(), 0))
        self._locks[conversation] = (lock, waiting + 1)
        try:
            async with lock:
                yield
        finally:
            lock, waiting = self._locks[conversation]
            if waiting == 1:
                del self._locks[conversation]
            else:
                self._locks[conversation] = (lock, waiting - 1)


def _payload(message: UserMessage, offered: tuple[Choice, ...]) -> str | None:
    if message.choice is None:
        return None
    for choice in offered:
        if choice.id == message.choice:
            return choice.payload
    raise UnknownChoice(message.choice)


def _masked(message: UserMessage) -> UserMessage:
    return UserMessage(
        conversation=message.conversation,
        id=message.id,
        text=mask(clean(message.text)),
        choice=message.choice,
        language=message.language,
        focus=message.focus,
    )
