"""Takes letters to founders: each by the channel of its conversation, in order, over restarts."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta, timezone
from functools import partial
from typing import Protocol

from bot.channels.contracts import Kept, TryAgain, Undeliverable
from bot.events import DESK, Events
from bot.message import Turn
from bot.people.letter import Delivery, Letter, Letters
from bot.privacy import without_text

logger = logging.getLogger(__name__)

_LOOK_AGAIN = 5.0  # seconds; another process may have written
_LONGEST_PAUSE = 60.0
_GIVE_UP = timedelta(hours=1)


class Pushes(Protocol):
    """What the outbox needs of a channel. Raises Kept, Undeliverable, TryAgain."""

    async def push(self, conversation: str, turn: Turn) -> None: ...

    async def bring(self, conversation: str) -> bool:
        """Send what was kept; whether nothing is kept any more. Raises as `push`, but Kept."""


class Outbox:
    """Sends what is undelivered and marks it; a founder's letters never overtake each other."""

    def __init__(
        self,
        letters: Letters,
        channels: Mapping[str, Pushes],
        events: Events,
        clock: Callable[[], datetime] = lambda: datetime.now(timezone.utc),
        pause: float = _LOOK_AGAIN,
    ) -> None:
        """`pause`: seconds until what a platform did not take is tried again."""
        self._letters, self._channels, self._events = letters, channels, events
        self._clock, self._pause = clock, pause
        self._under_way: dict[str, asyncio.Task[None]] = {}
        self._loop: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Send from now on, beginning with what a former process left."""
        if self._channels:
            self._loop = asyncio.ensure_future(self._run())

    async def stop(self) -> None:
        tasks = [*self._under_way.values(), *([self._loop] if self._loop else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self) -> None:
        with self._events.listen(DESK) as listener:
            while True:
                try:
                    await self.send_open()
                except Exception as error:
                    logger.error("outbox", exc_info=without_text(error))
                await listener.wait(_LOOK_AGAIN)

    async def send_open(self) -> None:
        """Begin to send what is undelivered and not being sent."""
        for name, channel in self._channels.items():
            by_conversation: dict[str, list[Letter]] = {}
            for letter in await self._letters.undelivered(name):
                by_conversation.setdefault(letter.conversation, []).append(letter)
            for conversation, letters in by_conversation.items():
                if conversation not in self._under_way:
                    task = asyncio.ensure_future(self._send(channel, letters))
                    self._under_way[conversation] = task
                    task.add_done_callback(partial(self._done, conversation))

    def _done(self, conversation: str, _: asyncio.Task[None]) -> None:
        del self._under_way[conversation]

    async def settled(self) -> None:
        """Until nothing is being sent, for tests and for the end."""
        while self._under_way:
            with suppress(Exception):
                await asyncio.gather(*self._under_way.values())

    async def _send(self, channel: Pushes, letters: list[Letter]) -> None:
        for letter in letters:
            delivery, why = await self._try(channel, letter)
            if delivery == "open":
                return  # and those after it wait too
            if delivery != letter.delivery:
                await self._letters.mark(letter, delivery, why)
                self._events.publish(letter.conversation)
                self._events.publish(DESK)

    async def _try(self, channel: Pushes, letter: Letter) -> tuple[Delivery, str]:
        try:
            if letter.delivery == "kept":
                return ("sent" if await channel.bring(letter.conversation) else "kept"), ""
            await channel.push(letter.conversation, letter.to_turn())
        except Kept:
            return "kept", ""
        except Undeliverable as error:
            return self._failed(letter, str(error))
        except TryAgain as error:
            if letter.delivery == "kept":
                return "kept", ""
            if self._clock() - letter.created >= _GIVE_UP:
                return self._failed(letter, str(error))
            await asyncio.sleep(min(error.after or self._pause, _LONGEST_PAUSE))
            return "open", ""
        except Exception as error:
            logger.error("letter", exc_info=without_text(error))
            return self._failed(letter, type(error).__name__)
        return "sent", ""

    @staticmethod
    def _failed(letter: Letter, why: str) -> tuple[Delivery, str]:
        logger.warning(
            "letter conversation=%s number=%d failed: %s", letter.conversation, letter.number, why
        )
        return "failed", why
