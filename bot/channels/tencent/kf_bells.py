"""A callback of 微信客服 is only a bell: what rang is pulled, page by page, and none is lost."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from bot.channels.contracts import Inbox, TryAgain
from bot.channels.tencent.api import PlatformError
from bot.channels.tencent.kf_calls import CustomerService

logger = logging.getLogger(__name__)

_TOKEN_REFUSED = 95007  # a callback's token is good for ten minutes
_FIRST_PAUSE = 1.0  # seconds; doubled each time
_LONGEST_PAUSE = 30.0

Accept = Callable[[dict[str, Any]], Awaitable[None]]
Background = Callable[[Coroutine[Any, Any, None]], object]


class Bells:
    """Pulls what is new at an account after its bell rang: one pull at a time an account.

    `accept` takes one entry for good. The cursor moves on after a page's last entry was accepted,
    so that an end in between costs a repeat, which is known as one, and never a message.
    """

    def __init__(
        self,
        service: CustomerService,
        inbox: Inbox,
        channel: str,
        accept: Accept,
        background: Background,
    ) -> None:
        self._service, self._inbox, self._channel = service, inbox, channel
        self._accept, self._background = accept, background
        self._rung: dict[str, str] = {}  # accounts to pull, with the newest token
        self._pulling: set[str] = set()
        self._started = False
        self._naming = asyncio.Lock()

    async def start(self) -> None:
        """Pull once from every account that ever rang: a bell may have rung while we were away.

        Before, bells are noted alone: there is nobody to answer yet.
        """
        self._started = True
        for account in await self._read("accounts") or []:
            self._pull_soon(account, await self._read(f"bell:{account}") or "")

    async def ring(self, account: str, token: str) -> None:
        """Returns when the bell is noted for good, before anything is pulled."""
        async with self._naming:
            accounts = await self._read("accounts") or []
            if account not in accounts:
                await self._keep("accounts", [*accounts, account])
        await self._keep(f"bell:{account}", token)
        self._pull_soon(account, token)

    def _pull_soon(self, account: str, token: str) -> None:
        self._rung[account] = token
        if self._started and account not in self._pulling:
            self._pulling.add(account)
            self._background(self._pull_until_quiet(account))

    async def _pull_until_quiet(self, account: str) -> None:
        pause = _FIRST_PAUSE
        try:
            while account in self._rung:
                token = self._rung.pop(account)
                wait = await self._pull(account, token)
                if wait is None:
                    pause = _FIRST_PAUSE
                    continue
                # Not pulled: the bell stays rung, unless a newer one has.
                self._rung.setdefault(account, token)
                await asyncio.sleep(max(wait, pause))
                pause = min(pause * 2, _LONGEST_PAUSE)
        finally:
            self._pulling.discard(account)

    async def _pull(self, account: str, token: str) -> float | None:
        """None when all was pulled; else the seconds to wait at least."""
        try:
            await self._pull_pages(account, token)
            if account not in self._rung:
                await self._keep(f"bell:{account}", None)
            return None
        except PlatformError as error:
            if error.code == _TOKEN_REFUSED and token:
                self._rung.setdefault(account, "")  # old, but what rang is still there
                return None
            why, wait = str(error), 0.0
        except TryAgain as error:
            why, wait = str(error), error.after or 0.0
        except Exception as error:  # whatever it is, the next messages must not wait for a restart
            why, wait = type(error).__name__, 0.0
        logger.warning("wecom: messages of %s not pulled, tried again: %s", account, why)
        return wait

    async def _pull_pages(self, account: str, token: str) -> None:
        cursor = await self._read(f"cursor:{account}") or ""
        has_more = True
        while has_more:
            page = await self._service.page(account, cursor, token)
            for entry in page.entries:
                await self._accept(entry)
            if page.has_more and page.cursor == cursor:
                raise TryAgain("sync_msg has more, but its cursor stands still")
            has_more, cursor = page.has_more, page.cursor
            await self._keep(f"cursor:{account}", cursor)

    async def _read(self, key: str) -> Any:
        return await self._inbox.read(self._channel, key)

    async def _keep(self, key: str, value: Any) -> None:
        await self._inbox.keep(self._channel, key, value)
