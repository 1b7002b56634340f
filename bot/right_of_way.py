"""Who goes first where there is one interpreter for all: a clerk with a caller on the line."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager

# Seconds. So often a turn of a chat goes on in any case: nobody's answer waits for ever.
_AT_LEAST = 0.15
# So long after a clerk's last key the next may come at any moment.
_TYPING = 1.0
# So long a turn looks whether a key has come in; less than anybody notices.
_GLANCE = 0.002


class RightOfWay:
    """Lets keystrokes of the desk go before turns of chats; for one event loop.

    A keystroke takes milliseconds, but beside sixteen turns at once it would get each of them
    after all others had theirs (docs/adr/0018 has the figures).
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._first = 0
        self._last = self._granted = -_TYPING
        self._turn = asyncio.Lock()

    @contextmanager
    def first(self) -> Iterator[None]:
        """While something goes first."""
        self._first += 1
        try:
            yield
        finally:
            self._first -= 1
            self._last = self._clock()

    @asynccontextmanager
    async def second(self) -> AsyncIterator[None]:
        """While something goes on that gives way where it begins."""
        if not self._is_typed:
            yield
            return
        # One at a time; without clerks all go on at once, which costs less in all.
        async with self._turn:
            await self._gap()
            yield

    @property
    def _is_typed(self) -> bool:
        return self._first > 0 or self._clock() - self._last < _TYPING

    async def _gap(self) -> None:
        """Until nothing goes first, or it is a turn's turn."""
        while self._is_typed:
            await asyncio.sleep(_GLANCE)
            now = self._clock()
            if self._first == 0 or now - self._granted >= _AT_LEAST:
                self._granted = now
                return
