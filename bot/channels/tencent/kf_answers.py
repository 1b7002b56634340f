"""Answers to customers of 微信客服: five after each message of theirs, and none twice."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from weakref import WeakValueDictionary

from bot.channels.contracts import Inbox, TryAgain, Undeliverable
from bot.channels.tencent.api import PlatformError
from bot.channels.tencent.codes import EXPLAINED
from bot.channels.tencent.kf_calls import Customer, CustomerService

logger = logging.getLogger(__name__)

MOST = 5  # messages after each of the customer's
WINDOW = 48 * 3600.0  # seconds after it
_REMEMBERED = 20  # ids
# It may go when the customer has written again: five were sent, 48 hours are over, or it ended.
_NOT_NOW = frozenset({95001, 95002, 95013})
# No such customer, no such account, a person has the conversation.
_NEVER = frozenset({40096, 95000, 95018})


@dataclass(frozen=True)
class Allowance:
    """What may still be sent: `left` messages, `until` a time in seconds since 1970.

    `tried` and `sent` are ids of messages of ours: those that may have gone, and those that did.
    """

    left: int
    until: float
    tried: tuple[str, ...] = ()
    sent: tuple[str, ...] = ()


class Answers:
    """Sends texts in order and remembers, over restarts, what went."""

    def __init__(
        self,
        service: CustomerService,
        inbox: Inbox,
        channel: str,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._service, self._inbox, self._channel = service, inbox, channel
        self._clock = clock
        self._changing = asyncio.Lock()
        self._delivering: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def heard(self, customer: Customer, at: float) -> None:
        """The customer wrote: as many messages as ever may go again."""
        await self._change(
            customer, lambda a: replace(a, left=MOST, until=max(a.until, at + WINDOW))
        )

    async def allowance(self, customer: Customer) -> Allowance:
        kept = await self._inbox.read(self._channel, f"quota:{customer.conversation}")
        if kept is None:
            return Allowance(MOST, 0.0)
        return Allowance(kept["left"], kept["until"], tuple(kept["tried"]), tuple(kept["sent"]))

    async def deliver(
        self, customer: Customer, texts: dict[str, str], later: dict[str, str]
    ) -> bool:
        """Send texts, each under its own id, after those that had to wait; whether all went.

        What may not go now waits for the customer's next message; where nothing may, `later` waits
        instead of `texts`. Raises Undeliverable, TryAgain.
        """
        async with self._alone(customer):
            late = await self._late(customer)
            waiting = await self._rest(customer, late, texts, later)
            if waiting != late:
                # Of more than may ever be sent at once, the last.
                await self._keep(customer, dict(list(waiting.items())[-MOST:]))
            return not waiting

    async def push(self, customer: Customer, texts: dict[str, str], later: dict[str, str]) -> bool:
        """Like `deliver`, for what must not be lost: TryAgain where too much waits already."""
        async with self._alone(customer):
            late = await self._late(customer)
            waiting = await self._rest(customer, late, texts, later)
            if len(waiting) > MOST:
                await self._keep(customer, {i: t for i, t in waiting.items() if i in late})
                raise TryAgain("more waits than may be sent at once")
            await self._keep(customer, waiting)
            return not waiting

    def _alone(self, customer: Customer) -> asyncio.Lock:
        return self._delivering.setdefault(customer.conversation, asyncio.Lock())

    async def _late(self, customer: Customer) -> dict[str, str]:
        return await self._inbox.read(self._channel, f"late:{customer.conversation}") or {}

    async def _keep(self, customer: Customer, late: dict[str, str]) -> None:
        await self._inbox.keep(self._channel, f"late:{customer.conversation}", late or None)

    async def _rest(
        self,
        customer: Customer,
        late: dict[str, str],
        texts: dict[str, str],
        later: dict[str, str],
    ) -> dict[str, str]:
        """Send in order; what has to wait, and as what."""
        waiting = await self._send_all(customer, {**late, **texts})
        if waiting.keys() >= texts.keys():
            waiting = {**{i: t for i, t in waiting.items() if i not in texts}, **later}
        return waiting

    async def _send_all(self, customer: Customer, texts: dict[str, str]) -> dict[str, str]:
        """Those that have to wait."""
        waiting = dict(texts)
        for identity, text in texts.items():
            if not await self._send(customer, identity, text):
                logger.info(
                    "wecom: no more may be sent now, conversation=%s waiting=%d",
                    customer.conversation,
                    len(waiting),
                )
                break
            del waiting[identity]
        return waiting

    async def _send(self, customer: Customer, identity: str, text: str) -> bool:
        """Whether it went, now or before; not when it may go only later."""
        allowance = await self.allowance(customer)
        if identity in allowance.sent:
            return True
        is_over = allowance.until and self._clock() >= allowance.until
        if allowance.left <= 0 or is_over:
            return False
        await self._change(customer, lambda a: replace(a, tried=_with(a.tried, identity)))
        try:
            await self._service.send(customer, identity, text)
        except PlatformError as error:
            # An id that was used is refused, says Tencent, and not by which code. So a refusal
            # that nothing else explains, of one that may have gone, means that it has.
            if identity not in allowance.tried or error.code in EXPLAINED:
                return await self._refused(customer, identity, error)
        await self._change(
            customer, lambda a: replace(a, left=a.left - 1, sent=_with(a.sent, identity))
        )
        return True

    async def _refused(self, customer: Customer, identity: str, error: PlatformError) -> bool:
        """It did not go: whether it may at all is said by what is raised."""
        await self._change(
            customer, lambda a: replace(a, tried=tuple(i for i in a.tried if i != identity))
        )
        if error.code in _NOT_NOW:
            await self._change(customer, lambda a: replace(a, left=0))
            return False
        if error.code in _NEVER:
            raise Undeliverable(str(error)) from error
        raise TryAgain(str(error)) from error

    async def _change(self, customer: Customer, change: Callable[[Allowance], Allowance]) -> None:
        async with self._changing:
            changed = change(await self.allowance(customer))
            key = f"quota:{customer.conversation}"
            await self._inbox.keep(self._channel, key, asdict(changed))


def _with(ids: tuple[str, ...], identity: str) -> tuple[str, ...]:
    return (*(i for i in ids if i != identity), identity)[-_REMEMBERED:]
