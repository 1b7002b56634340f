"""How fast Telegram is called: overall, in each chat, and not at all while it says so."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Any

from aiolimiter import AsyncLimiter
from telegram.error import RetryAfter
from telegram.ext import BaseRateLimiter

logger = logging.getLogger(__name__)

# How many in how many seconds; what Telegram's guidance allows.
Rate = tuple[float, float]
OVERALL: Rate = (30, 1.0)
PRIVATE: Rate = (3, 3.0)  # one a second, the first three at once
GROUP: Rate = (20, 60.0)
_TRIES = 3
# A chat that was silent for so long has its whole allowance again.
_IDLE = 60.0
# Only messages count; a tap must be answered at once.
_COUNTED = "sendMessage"


class _Chat:
    """What is known of one chat's pace."""

    def __init__(self, rate: Rate) -> None:
        self.limiter = AsyncLimiter(*rate)
        self.turn = asyncio.Lock()  # its messages go out one after the other, in order
        self.held_until = 0.0
        self.users, self.used = 0, 0.0

    async def released(self) -> None:
        """Wait as long as Telegram asked for."""
        while (left := self.held_until - asyncio.get_running_loop().time()) > 0:
            await asyncio.sleep(left)

    def is_idle(self, now: float) -> bool:
        return now - max(self.used, self.held_until) > _IDLE


class Pace(BaseRateLimiter[int]):
    """A rate limiter that knows private chats too, which PTB's own does not.

    Where Telegram says RetryAfter, the whole chat waits. Raises RetryAfter when that did not
    help several times.
    """

    def __init__(
        self, overall: Rate = OVERALL, private: Rate = PRIVATE, group: Rate = GROUP
    ) -> None:
        self._overall = AsyncLimiter(*overall)
        self._private, self._group = private, group
        self._chats: OrderedDict[str, _Chat] = OrderedDict()

    async def initialize(self) -> None:
        """Nothing to prepare."""

    async def shutdown(self) -> None:
        self._chats.clear()

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, Any]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: int | None,
    ) -> Any:
        call = partial(callback, *args, **kwargs)
        async with self._chat(str(data.get("chat_id", ""))) as chat:
            if endpoint != _COUNTED:
                return await self._call(chat, call)
            async with chat.turn:
                await chat.limiter.acquire()
                await self._overall.acquire()
                return await self._call(chat, call)

    async def _call(self, chat: _Chat, call: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
        for _ in range(_TRIES - 1):
            with suppress(RetryAfter):
                return await self._once(chat, call)
        return await self._once(chat, call)

    async def _once(self, chat: _Chat, call: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
        await chat.released()
        try:
            return await call()
        except RetryAfter as error:
            chat.held_until = asyncio.get_running_loop().time() + seconds(error)
            logger.warning("telegram asks for a pause of %.0f s", seconds(error))
            raise

    @asynccontextmanager
    async def _chat(self, identity: str) -> AsyncIterator[_Chat]:
        now = asyncio.get_running_loop().time()
        chat = self._chats.get(identity)
        if chat is None:
            is_group = identity.startswith(("-", "@"))
            chat = self._chats[identity] = _Chat(self._group if is_group else self._private)
        chat.users += 1
        self._touch(identity, chat, now)
        try:
            yield chat
        finally:
            chat.users -= 1
            self._touch(identity, chat, asyncio.get_running_loop().time())

    def _touch(self, identity: str, chat: _Chat, now: float) -> None:
        """Mark as used last, and forget those that were not for long."""
        chat.used = now
        if identity in self._chats:
            self._chats.move_to_end(identity)
        while self._chats:
            first, oldest = next(iter(self._chats.items()))
            if oldest.users:
                self._chats.move_to_end(first)  # it may wait for long; the others need not stay
                break
            if not oldest.is_idle(now):
                break
            del self._chats[first]


def seconds(error: RetryAfter) -> float:
    """How long Telegram asks to wait."""
    # The public attribute is a number or a timedelta, depending on PTB's version, and warns.
    return error._retry_after.total_seconds()
