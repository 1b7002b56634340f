"""What every messaging channel shares: accept once, ask, deliver with retries, say how it went.

A channel's own file receives and verifies, renders to its limits and sends; nothing else.
"""

from __future__ import annotations

import asyncio
import logging
import time
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any, ClassVar, TypeVar

from starlette.routing import Route

from bot.bursts import Bursts
from bot.channels.contracts import (
    Outcome,
    Reach,
    Received,
    Result,
    Services,
    TryAgain,
    Undeliverable,
)
from bot.message import AssistantUnavailable, Turn, UnknownChoice, UserMessage
from bot.privacy import without_text
from knowledge.language import Language, detect, has_words

logger = logging.getLogger(__name__)

# More of one conversation than this wait for their turn: someone floods, or a program does.
MOST_WAITING = 10
_ATTEMPTS = 4
_FIRST_PAUSE = 0.5  # seconds; doubled each time
_LONGEST_PAUSE = 60.0
# Seconds after which a message that failed is tried anew: an hour in all, then at the next start.
_LATER = (60.0, 120.0, 240.0, 480.0, 960.0, 1920.0)

_Value = TypeVar("_Value")


class Channel(ABC):
    """One platform. `name` is also the first part of its conversations' ids."""

    name: ClassVar[str]
    # Whether a fragment may wait for its rest; a channel with a page of its own need not.
    waits_for_rest: ClassVar[bool] = True

    def __init__(self, services: Services) -> None:
        self.conversations, self.inbox = services.conversations, services.inbox
        self.texts = services.texts
        self._bursts = Bursts(self.conversations.is_fragment)
        self._running: dict[tuple[str, str], asyncio.Task[Any]] = {}
        self._failed: Counter[tuple[str, str]] = Counter()
        self._again: set[tuple[str, str]] = set()  # accepted long ago, and under way anew
        self._joined: dict[tuple[str, str], UserMessage] = {}
        self._stormy: set[str] = set()  # conversations that were told to slow down
        self._timers: dict[tuple[str, str], asyncio.TimerHandle] = {}
        self._waiting: Counter[str] = Counter()
        self._background: set[asyncio.Task[Any]] = set()
        self.outcomes: Counter[str] = Counter()

    def routes(self) -> Sequence[Route]:
        """What the platform calls."""
        return ()

    async def start(self) -> None:
        """Answer what was accepted before a restart and not answered."""
        open_ones: dict[str, list[Received]] = {}
        for received in await self.inbox.unfinished(self.name):
            open_ones.setdefault(received.message.conversation, []).append(received)
        for messages in open_ones.values():
            self.in_background(self._catch_up(messages))

    async def _catch_up(self, messages: list[Received]) -> None:
        """One after the other, in the order in which they came."""
        for received in messages:
            self._again.add(received.key)
            await self.process(received)

    async def stop(self) -> None:
        """End what is under way; what is not answered is in the inbox."""
        for timer in self._timers.values():
            timer.cancel()
        tasks = [*self._background, *self._running.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    @abstractmethod
    async def send(self, turn: Turn, received: Received) -> None:
        """Render a turn and send it. Raises Undeliverable, TryAgain."""

    @abstractmethod
    async def push(self, conversation: str, turn: Turn) -> None:
        """Send what nobody asked for just now: a person's words.

        Raises Kept, Undeliverable, TryAgain.
        """

    async def held(self, received: Received) -> None:  # noqa: B027 - most have nothing to do
        """A person has the conversation, so nothing is said; what was kept may go now."""

    async def bring(self, conversation: str) -> bool:
        """Send what was kept, as far as that goes now; whether nothing is kept any more.

        Raises Undeliverable, TryAgain.
        """
        return True

    async def reach(self, conversation: str) -> Reach:
        """What may still be pushed; without limits unless a platform has some."""
        return Reach()

    async def process(self, received: Received) -> Outcome:
        """Answer and deliver; a repeat awaits the first and says nothing."""
        first = received.key not in self._running
        outcome = await self.once(received, lambda: self._process(received))
        return outcome if first else replace(outcome, result="repeated")

    async def answer(self, received: Received) -> Turn | None:
        """The turn that answers; None when its text went into a later message.

        For channels whose answer goes back in the same request. Raises AssistantUnavailable.
        """
        return await self.once(received, lambda: self._answer(received))

    async def once(self, received: Received, work: Callable[[], Awaitable[_Value]]) -> _Value:
        """What the first call with this message gives; others of the same message await it."""
        task = self._running.get(received.key)
        if task is None:
            task = asyncio.ensure_future(work())
            self._running[received.key] = task
            task.add_done_callback(lambda _: self._running.pop(received.key, None))
        # A platform that hangs up must not end the work that its repeat will ask for.
        result: _Value = await asyncio.shield(task)
        return result

    def in_background(self, work: Any) -> asyncio.Task[Any]:
        """Run beside the rest; ended by `stop`."""
        task: asyncio.Task[Any] = asyncio.ensure_future(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)
        return task

    async def _process(self, received: Received) -> Outcome:
        started = time.perf_counter()
        try:
            outcome = await self._outcome(received)
        except Exception as error:
            # Ours to mend; what was written may be quoted in it and stays out of the log.
            logger.error("%s: id=%s", self.name, received.message.id, exc_info=without_text(error))
            outcome = Outcome("failed", why=type(error).__name__)
        self._again.discard(received.key)
        if outcome.result == "failed":
            self._try_later(received)
        else:
            self._failed.pop(received.key, None)
            self._joined.pop(received.key, None)
        if outcome.result not in ("failed", "repeated"):
            await self.inbox.finish(self.name, received)
        self.note(received, outcome, started)
        return outcome

    def _try_later(self, received: Received) -> None:
        """An outage is longer than a few attempts, and shorter than the time to a restart."""
        times = self._failed[received.key]
        self._failed[received.key] += 1
        if times >= len(_LATER):
            del self._failed[received.key]
            self._joined.pop(received.key, None)
            return

        def again() -> None:
            del self._timers[received.key]
            self._again.add(received.key)
            self.in_background(self.process(received))

        loop = asyncio.get_running_loop()
        if received.key in self._timers:
            self._timers[received.key].cancel()
        self._timers[received.key] = loop.call_later(_LATER[times], again)

    async def _outcome(self, received: Received) -> Outcome:
        conversation = received.message.conversation
        if await self.inbox.accept(self.name, received) == "done":
            return Outcome("repeated")
        is_storm = self._waiting[conversation] >= MOST_WAITING and received.key not in self._again
        if is_storm and not await self.conversations.has_person(conversation):
            return await self._refuse(received)
        self._waiting[conversation] += 1
        try:
            turn = await self._answer(received)
            if turn is None:
                return Outcome("joined")
            if turn.is_silent:
                await self.held(received)
                return Outcome("held", turn)
            return await self._deliver(received, turn, "answered")
        except Undeliverable as error:
            return Outcome("dropped", why=str(error))
        except AssistantUnavailable as error:
            if received.key not in self._failed:  # said once
                await self._deliver(received, await self.notice(received, "no_answer"), "failed")
            return Outcome("failed", why=str(error))
        finally:
            self._waiting[conversation] -= 1
            if not self._waiting[conversation]:
                del self._waiting[conversation]
                self._stormy.discard(conversation)

    async def _refuse(self, received: Received) -> Outcome:
        """Too many at once; a founder is told so once a storm."""
        conversation = received.message.conversation
        if conversation in self._stormy:
            return Outcome("refused")
        self._stormy.add(conversation)
        return await self._deliver(received, await self.notice(received, "too_many"), "refused")

    async def _answer(self, received: Received) -> Turn | None:
        async def keep(whole: UserMessage) -> None:
            self._joined[received.key] = whole
            await self.inbox.update(self.name, replace(received, message=whole))

        message: UserMessage | None = self._joined.get(received.key, received.message)
        if self.waits_for_rest and message is received.message:
            message = await self._bursts.whole(received.message, keep)
        if message is None:
            return None
        try:
            await self.conversations.create(message.conversation)
            return await self.conversations.handle(message)
        except UnknownChoice:
            # A button of an old answer. What it said is not known any more.
            return await self.notice(received, "old_choice")

    async def _deliver(self, received: Received, turn: Turn, result: Result) -> Outcome:
        pause, why = _FIRST_PAUSE, ""
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                await self.send(turn, received)
                return Outcome(result, turn, attempt)
            except Undeliverable as error:
                return Outcome("dropped", turn, attempt, str(error))
            except TryAgain as error:
                why = str(error)
                if attempt < _ATTEMPTS:
                    await asyncio.sleep(min(error.after or pause, _LONGEST_PAUSE))
                    pause *= 2
        return Outcome("failed", turn, _ATTEMPTS, why)

    async def notice(self, received: Received, text: str) -> Turn:
        """A sentence about the channel (a key of texts.yml), which is no turn of the talk."""
        language = await self.language(received.message)
        return Turn.notice(received.message, language, self.texts.of(text, language))

    async def aside(self, received: Received, text: str) -> Turn:
        """A notice in place of an answer. A person who has the conversation learns that something
        came, and nothing is said."""
        if await self.conversations.has_person(received.message.conversation):
            return await self.conversations.handle(received.message)
        return await self.notice(received, text)

    async def language(self, message: UserMessage) -> Language:
        """The one to speak: asked for, written in, spoken before, or else the default."""
        if message.language is not None:
            return message.language
        if has_words(message.text):
            return detect(message.text)
        return await self.conversations.language(message.conversation)

    def note(self, received: Received, outcome: Outcome, started: float) -> None:
        """The one line that a message leaves in the log."""
        self.outcomes[outcome.result] += 1
        logger.log(
            logging.WARNING if outcome.result == "failed" else logging.INFO,
            "message channel=%s conversation=%s id=%s result=%s attempts=%d ms=%.1f%s",
            self.name,
            received.message.conversation,
            received.message.id,
            outcome.result,
            outcome.attempts,
            (time.perf_counter() - started) * 1000,
            f" why={outcome.why}" if outcome.why else "",
        )
