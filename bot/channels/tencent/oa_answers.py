"""Texts to a founder outside the passive reply: by a call while WeChat allows it, or kept."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from weakref import WeakValueDictionary

from bot.channels.contracts import Inbox, TryAgain, Undeliverable
from bot.channels.tencent.api import PlatformApi, PlatformError

logger = logging.getLogger(__name__)

# WeChat's table of how much may be sent after what a founder did: messages, seconds.
AFTER_MESSAGE = (5, 48 * 3600.0)
AFTER_TAP = (3, 60.0)  # a tap on the menu, following, scanning

_NOT_ALLOWED = 48001  # for this account
_TOO_LATE_OR_MANY = frozenset({45015, 45047})
# No such user, no follower, refuses messages, restricted.
_NEVER = frozenset({40003, 43004, 48002, 50002})


@dataclass(frozen=True)
class Allowance:
    """What may still be sent: `left` messages, `until` a time in seconds since 1970."""

    left: int
    until: float


class Answers:
    """Sends by /cgi-bin/message/custom/send and counts; without `api` everything is kept."""

    def __init__(
        self,
        api: PlatformApi | None,
        inbox: Inbox,
        channel: str,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._api, self._inbox, self._channel, self._clock = api, inbox, channel, clock
        self._counting, self._keeping = asyncio.Lock(), asyncio.Lock()
        self._bringing: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def heard(self, user: str, grant: tuple[int, float]) -> None:
        """The founder did something, after which WeChat allows messages."""
        if self._api is None:
            return
        count, seconds = grant
        async with self._counting:
            left = await self.allowance(user)
            # A tap allows little and for a minute: it must not end what a message allowed.
            if grant == AFTER_MESSAGE or not left.left:
                await self._keep(user, Allowance(count, self._clock() + seconds))

    async def allowance(self, user: str) -> Allowance:
        """Counted over restarts; nothing where the account may not send at all."""
        kept = await self._inbox.read(self._channel, f"quota:{self._channel}:{user}")
        if self._api is None or kept is None or self._clock() >= kept["until"]:
            return Allowance(0, 0.0)
        return Allowance(kept["left"], kept["until"])

    async def send(self, user: str, text: str) -> bool:
        """Whether it went; not where it may not now. Raises Undeliverable, TryAgain."""
        if self._api is None or not await self._take(user):
            return False
        try:
            await self._api.call(
                "/cgi-bin/message/custom/send",
                {"touser": user, "msgtype": "text", "text": {"content": text}},
            )
        except TryAgain:
            await self._give_back(user)
            raise
        except PlatformError as error:
            return await self._refused(user, error)
        return True

    async def push(self, user: str, now: list[str], later: list[str]) -> bool:
        """Send these after what waits; whether all went. What did not go waits, `later` instead of
        `now` where nothing may go. Raises Undeliverable."""
        async with self.alone(user):
            may_go = (await self.allowance(user)).left > 0
            # Kept before it is sent: whatever happens then, no piece of it goes twice.
            await self.wait(user, now if may_go else later)
            try:
                return await self.bring(user)
            except TryAgain:
                return False
            except Undeliverable:
                await self.went(user, await self.kept(user))
                raise

    async def bring(self, user: str) -> bool:
        """Send what waits, in order, as far as that may go now; whether all went. Only `alone`.

        Raises Undeliverable, TryAgain.
        """
        while late := await self.kept(user):
            if not await self.send(user, late[0]):
                return False
            await self.went(user, late[:1])
        return True

    def alone(self, user: str) -> asyncio.Lock:
        """Held by who brings what waits: it goes once, and in order."""
        return self._bringing.setdefault(user, asyncio.Lock())

    async def kept(self, user: str) -> list[str]:
        """Texts that wait for the founder's next message."""
        return await self._inbox.read(self._channel, f"late:{self._channel}:{user}") or []

    async def wait(self, user: str, texts: Sequence[str]) -> None:
        """These go with the founder's next message, behind those that wait already."""
        async with self._keeping:
            await self._keep_late(user, [*await self.kept(user), *texts])

    async def went(self, user: str, late: Sequence[str], rest: Sequence[str] = ()) -> None:
        """The first that waited, `late`, went, all but a rest; what came after them waits on."""
        async with self._keeping:
            await self._keep_late(user, [*rest, *(await self.kept(user))[len(late) :]])

    async def _keep_late(self, user: str, texts: list[str]) -> None:
        await self._inbox.keep(self._channel, f"late:{self._channel}:{user}", texts or None)

    async def _refused(self, user: str, error: PlatformError) -> bool:
        if error.code in _NEVER:
            raise Undeliverable(str(error)) from error
        if error.code in _TOO_LATE_OR_MANY:
            async with self._counting:
                await self._keep(user, Allowance(0, 0.0))
        else:
            await self._give_back(user)
        if error.code == _NOT_ALLOWED:
            self._api = None  # until the next start: permissions change, but not often
        logger.warning("wechat: a text has to wait for the founder's next message: %s", error)
        return False

    async def _take(self, user: str) -> bool:
        """Count one before it is sent, so that two at once are two."""
        async with self._counting:
            now = await self.allowance(user)
            if now.left:
                await self._keep(user, Allowance(now.left - 1, now.until))
        return now.left > 0

    async def _give_back(self, user: str) -> None:
        async with self._counting:
            now = await self.allowance(user)
            if now.until:
                await self._keep(user, Allowance(now.left + 1, now.until))

    async def _keep(self, user: str, allowance: Allowance) -> None:
        kept = asdict(allowance) if allowance.until else None
        await self._inbox.keep(self._channel, f"quota:{self._channel}:{user}", kept)
