"""How much one conversation and one address may ask: what is beyond it waits, and is told so."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import math
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice

from aiolimiter import AsyncLimiter
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.http import Problem, problem_response

logger = logging.getLogger(__name__)

_MOST_KEYS = 20_000  # of a limit; who was quiet for the longest is forgotten first
_LOG_EVERY = 60.0  # seconds


@dataclass(frozen=True)
class Limit:
    """A burst at once, and so many a second after it; the name is for the log."""

    name: str
    burst: int
    per_second: float


# One person: nobody reads answers faster than one a second.
TALK = Limit("talk", burst=20, per_second=1)
# The page of one person: it polls every few seconds, and opens a stream anew when it broke.
LISTEN = Limit("listen", burst=30, per_second=1)
# One address may be a whole office: 200 people, each with a message every 5 seconds (40 a second)
# and suggestions twice a second for as long as they type (80 a second where a fifth types).
OFFICE_STARTS = Limit("starts", burst=400, per_second=2)
OFFICE_TALK = Limit("office talk", burst=600, per_second=60)
OFFICE_READS = Limit("office reads", burst=2000, per_second=200)


class Buckets:
    """One leaky bucket for each key of a limit. `factor` widens the limit."""

    def __init__(self, limit: Limit, factor: float = 1.0) -> None:
        self.limit = limit
        self._burst = max(1.0, limit.burst * factor)
        self._period = limit.burst / limit.per_second
        self._buckets: OrderedDict[str, AsyncLimiter] = OrderedDict()

    def __len__(self) -> int:
        return len(self._buckets)

    async def take(self, key: str) -> float:
        """0 where it may go on; else the seconds until it may."""
        bucket = self._buckets.get(key)
        if bucket is None:
            self._forget()
            bucket = self._buckets[key] = AsyncLimiter(self._burst, self._period)
        self._buckets.move_to_end(key)
        if bucket.has_capacity():
            await bucket.acquire()  # at once, because there is room
            return 0.0
        return self._period / self._burst  # what one takes to leak: by then there is room

    def _forget(self) -> None:
        """Drop old buckets that have run empty, two for each new one so that they become fewer."""
        for key, oldest in list(islice(self._buckets.items(), 2)):
            if len(self._buckets) >= _MOST_KEYS or oldest.has_capacity(oldest.max_rate):
                del self._buckets[key]


class RateLimits:
    """Answers 429 to what is beyond a limit. Webhooks of platforms have none.

    `holder` says which conversation a token speaks for; it raises Problem for a forged one.
    `busy` makes the page for people; programs get a problem as JSON.
    """

    def __init__(
        self,
        app: ASGIApp,
        holder: Callable[[str], str],
        busy: Callable[[Request], Response | None],
        factor: float = 1.0,
    ) -> None:
        self._app, self._holder, self._busy = app, holder, busy
        self._talk, self._listen = Buckets(TALK), Buckets(LISTEN)
        self._starts, self._office_talk, self._reads = (
            Buckets(limit, factor) for limit in (OFFICE_STARTS, OFFICE_TALK, OFFICE_READS)
        )
        self._logged: dict[str, float] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            for buckets, key in self._limits(scope):
                seconds = await buckets.take(key)
                if seconds:
                    self._log(buckets.limit)
                    response = self._refusal(Request(scope), seconds)
                    return await response(scope, receive, send)
        return await self._app(scope, receive, send)

    def _limits(self, scope: Scope) -> list[tuple[Buckets, str]]:
        """What a request counts towards, the person's own limit first: what that refuses takes
        nothing from the neighbours behind the same address."""
        path: str = scope["path"]
        if not path.startswith("/api/") and not path.endswith("/search"):
            return []
        address = network_of(scope["client"][0] if scope.get("client") else "")
        if path == "/api/conversations":
            return [(self._starts, address)]
        if path.startswith("/api/conversations/"):
            speaker = self._speaker(scope)
            if scope["method"] == "GET":
                limits = [(self._listen, speaker), (self._reads, address)]
            else:
                limits = [(self._talk, speaker), (self._office_talk, address)]
            return limits if speaker else limits[1:]
        return [(self._reads, address)]

    def _speaker(self, scope: Scope) -> str:
        """Whose token it is; nobody's where it is forged: a stranger must not use up what is
        another's, and has the limit of the address."""
        try:
            return self._holder(Headers(scope=scope).get("authorization", ""))
        except Problem:
            return ""

    def _refusal(self, request: Request, seconds: float) -> Response:
        wait = {"Retry-After": str(max(1, math.ceil(seconds)))}
        page = self._busy(request)
        if page is not None:
            page.headers.update(wait)
            return page
        problem = Problem(429, "Too many", "Wait as long as Retry-After says, then go on.", wait)
        return problem_response(request, problem)

    def _log(self, limit: Limit) -> None:
        """That a limit was reached, not by whom: an address is personal."""
        now = asyncio.get_running_loop().time()
        if now - self._logged.get(limit.name, -math.inf) >= _LOG_EVERY:
            self._logged[limit.name] = now
            logger.warning("limit reached: %s", limit.name)


def network_of(address: str) -> str:
    """The address that a limit counts: of IPv6 its /64, because one line has all of that."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address[:100]
    if parsed.version == 4:
        return address
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.IPv6Address(int(parsed) >> 64 << 64))
