"""One turn: accepted once, one at a time per conversation, answered, recorded."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from bot.assistant import Assistant
from bot.message import Choice, Turn, TurnStore, UnknownChoice, UserMessage
from bot.privacy import mask
from knowledge.language import DEFAULT, LANGUAGES, Language, clean
from knowledge.picking import number_alone

logger = logging.getLogger(__name__)


class UnknownConversation(Exception):
    """There is no conversation of that id."""


class Conversations:
    """Takes messages of all channels to the assistant and keeps what was said."""

    def __init__(self, assistant: Assistant, store: TurnStore) -> None:
        self._assistant, self._store = assistant, store
        self._locks: dict[str, tuple[asyncio.Lock, int]] = {}

    async def create(self, conversation: str) -> None:
        await self._store.create(conversation)

    async def forget(self, conversation: str) -> None:
        """Delete everything that was said in it."""
        async with self._alone(conversation):
            await self._store.forget(conversation)

    async def language(self, conversation: str, default: Language = DEFAULT) -> Language:
        """The one last spoken; the default where nothing was said."""
        stored = await self._store.read(conversation, "")
        spoken = stored.state.get("language") if stored is not None else None
        return spoken if spoken in LANGUAGES else default

    async def is_fragment(self, text: str) -> bool:
        """Whether a text looks unfinished, so that its rest may be waited for."""
        return await self._assistant.is_fragment(mask(clean(text)))

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
    """What a tap, a command, or the number of a choice says; None for words."""
    if message.intent is not None:
        return f"/{message.intent}"
    if message.choice is not None:
        for choice in offered:
            if choice.id == message.choice:
                return choice.payload
        raise UnknownChoice(message.choice)
    number = number_alone(message.text) if message.numbered else None
    if number is not None and 1 <= number <= len(offered):
        return offered[number - 1].payload
    return None


def _masked(message: UserMessage) -> UserMessage:
    return replace(message, text=mask(clean(message.text)))
