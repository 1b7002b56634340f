"""One turn: accepted once, one at a time per conversation, answered, recorded."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.attendant import Attendant, Received
from bot.events import DESK, Events
from bot.message import Choice, Turn, UnknownChoice, UserMessage
from bot.people.ownership import OwnerChanged
from bot.privacy import mask
from bot.right_of_way import RightOfWay
from bot.texts import Texts
from bot.turn_store import Stored, TurnStore
from knowledge.language import DEFAULT, LANGUAGES, Language, clean
from knowledge.picking import number_alone

if TYPE_CHECKING:  # It brings Rasa, which takes seconds; who only reads a conversation needs none.
    from bot.assistant import Assistant

logger = logging.getLogger(__name__)

FORGET = "/forget"


class UnknownConversation(Exception):
    """There is no conversation of that id."""


class Conversations:
    """Takes messages of all channels to the assistant and keeps what was said."""

    def __init__(
        self,
        assistant: Assistant,
        store: TurnStore,
        attendants: Sequence[Attendant] = (),
        events: Events | None = None,
        texts: Texts | None = None,
        way: RightOfWay | None = None,
    ) -> None:
        """`attendants` are asked in their order; without any the assistant answers everything."""
        self._assistant, self._store = assistant, store
        self._attendants, self._events = attendants, events
        self._texts = texts or Texts.read(Path(__file__).parent / "people" / "reception.yml")
        self._way = way or RightOfWay()
        self._locks: dict[str, tuple[asyncio.Lock, int]] = {}

    async def create(self, conversation: str) -> None:
        await self._store.create(conversation)

    async def forget(self, conversation: str) -> None:
        """Delete everything that was said in it."""
        async with self._alone(conversation):
            await self._store.forget(conversation)
            self._publish(conversation)

    async def state(self, conversation: str) -> dict[str, Any] | None:
        """What is known in it; None if there is no such conversation."""
        return await self._store.state(conversation)

    async def amend(
        self, conversation: str, change: Callable[[dict[str, Any]], dict[str, Any] | None]
    ) -> bool:
        """Change what is known beside its turns, and not in the middle of one."""
        async with self._alone(conversation):
            return await self._store.amend(conversation, change)

    async def language(self, conversation: str, default: Language = DEFAULT) -> Language:
        """The one last spoken; the default where nothing was said."""
        stored = await self._store.read(conversation, "")
        spoken = stored.state.get("language") if stored is not None else None
        return spoken if spoken in LANGUAGES else default

    async def has_person(self, conversation: str) -> bool:
        """Whether a person answers in it, so that nothing else does."""
        stored = await self._store.read(conversation, "")
        return stored is not None and stored.ownership.owner == "human"

    async def is_fragment(self, text: str) -> bool:
        """Whether a text looks unfinished, so that its rest may be waited for."""
        return await self._assistant.is_fragment(mask(clean(text)))

    async def handle(self, message: UserMessage) -> Turn:
        """The turn that answers a message; the recorded one if it was answered before.

        Raises UnknownConversation, UnknownChoice, UnknownProvision, AssistantUnavailable.
        """
        async with self._alone(message.conversation), self._way.second():
            if message.text.strip().lower() == FORGET:
                return await self._forgotten(message)
            while True:
                stored = await self._store.read(message.conversation, message.id)
                if stored is None:
                    raise UnknownConversation(message.conversation)
                if stored.repeated is not None:
                    return stored.repeated
                try:
                    return await self._turn(message, stored)
                except OwnerChanged:
                    # A clerk took it or gave it back while it was being answered: who has it now
                    # answers, and nothing was kept or said.
                    logger.info("owner changed meanwhile conversation=%s", message.conversation)

    async def _forgotten(self, message: UserMessage) -> Turn:
        """Said on any channel; the answer is kept nowhere."""
        language = message.language or await self.language(message.conversation)
        if not await self._store.forget(message.conversation):
            raise UnknownConversation(message.conversation)
        self._publish(message.conversation)
        return Turn.notice(message, language, self._texts.of("forgotten", language))

    async def _turn(self, message: UserMessage, stored: Stored) -> Turn:
        """Answer and record. Raises OwnerChanged, having kept nothing."""
        chosen = await self._chosen(message, stored)
        said = f"/{message.intent}" if message.intent else None
        payload = chosen.payload if chosen else said
        started = time.perf_counter()
        received = await self._received(message, payload, stored)
        assert received.reply is not None
        ms = (time.perf_counter() - started) * 1000
        owner = received.change.after if received.change else stored.ownership.owner
        turn = Turn.of(message, stored.turns + 1, received.reply, ms, owner)
        text = received.text if received.text is not None else _kept(message, chosen, stored)
        await self._store.record(
            turn, text, received.state, stored.ownership, received.change, received.callback
        )
        self._tell(stored, received)
        logger.info(
            "turn conversation=%s number=%d outcome=%s intent=%s ms=%.1f",
            turn.conversation,
            turn.number,
            turn.outcome,
            turn.intent,
            turn.ms,
        )
        return turn

    async def _chosen(self, message: UserMessage, stored: Stored) -> Choice | None:
        """What was tapped, or named by its number; None for words."""
        with_person = stored.ownership.owner == "human"
        if message.choice is not None:
            offered = {choice.id: choice for choice in stored.last_choices}
            known = offered.get(message.choice)
            known = known or await self._store.offered(message.conversation, message.choice)
            if known is None and not with_person:  # A person can ask what was meant.
                raise UnknownChoice(message.choice)
            return known
        # To a person a number is a number.
        number = number_alone(message.text) if message.numbered and not with_person else None
        if number is not None and 1 <= number <= len(stored.last_choices):
            return stored.last_choices[number - 1]
        return None

    async def _received(
        self, message: UserMessage, payload: str | None, stored: Stored
    ) -> Received:
        """By an attendant, or by the assistant with what attendants make of its answer."""
        for attendant in self._attendants:
            received = await attendant.receive(message, payload, stored)
            if received.reply is not None:
                return received
            stored = replace(stored, state=received.state)
        reply, state = await self._assistant.answer(_masked(message), payload, stored.state)
        received = Received(reply, state)
        for attendant in self._attendants:
            received = await attendant.carry_out(message, received, stored)
        return received

    def _tell(self, stored: Stored, received: Received) -> None:
        """The desk, where a person has to do with it."""
        if received.change is not None or stored.ownership.is_held:
            self._publish(stored.ownership.conversation)

    def _publish(self, conversation: str) -> None:
        if self._events is not None:
            self._events.publish(conversation)
            self._events.publish(DESK)

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


def _kept(message: UserMessage, chosen: Choice | None, stored: Stored) -> str:
    """What is kept of a message: its words, or what was tapped where a person reads it."""
    if not message.text and stored.ownership.is_held:
        return chosen.title if chosen else ""
    return mask(clean(message.text))


def _masked(message: UserMessage) -> UserMessage:
    return replace(message, text=mask(clean(message.text)))
