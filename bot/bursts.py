"""Bursts: a fragment waits a moment for its rest, and the joined text is one question."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from bot.message import UserMessage

LONGEST_WAIT = 1.5  # seconds

Keep = Callable[[UserMessage], Awaitable[None]]


@dataclass
class _Fragment:
    """A text that waits. `claimed` by a later message, which sets `taken` when it has it safely."""

    text: str
    since: float
    taken: asyncio.Event
    claimed: bool = False


class Bursts:
    """Joins what a founder types in pieces.

    A complete message goes on at once. A fragment goes on alone when nothing follows in time.
    """

    def __init__(
        self, is_fragment: Callable[[str], Awaitable[bool]], seconds: float = LONGEST_WAIT
    ) -> None:
        self._is_fragment, self._seconds = is_fragment, seconds
        self._waiting: dict[str, _Fragment] = {}

    async def whole(self, message: UserMessage, keep: Keep) -> UserMessage | None:
        """The message with the fragment before it; None when a later message took it along.

        `keep` is given a joined message before the fragment is let go of.
        """
        if not message.text:
            return message  # a tap or a command is complete
        before = self._waiting.pop(message.conversation, None)
        if before is not None:
            before.claimed = True
            message = replace(message, text=f"{before.text} {message.text}")
            await keep(message)
            before.taken.set()
        if not await self._is_fragment(message.text):
            return message
        since = before.since if before is not None else time.monotonic()
        fragment = _Fragment(message.text, since, asyncio.Event())
        self._waiting[message.conversation] = fragment
        try:
            left = self._seconds - (time.monotonic() - since)
            await asyncio.wait_for(fragment.taken.wait(), max(left, 0.0))
            return None
        except asyncio.TimeoutError:
            if not fragment.claimed:
                return message
            await fragment.taken.wait()
            return None
        finally:
            if self._waiting.get(message.conversation) is fragment:
                del self._waiting[message.conversation]
