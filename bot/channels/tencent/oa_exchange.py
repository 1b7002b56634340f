"""One message of WeChat and its passive reply, over as many attempts as WeChat makes.

WeChat asks up to three times, each time for 5 s, then tells the founder that the service is out
of order. An attempt gets

- the reply, if it is there within 4.5 s, even if an earlier attempt got it: WeChat shows one;
- nothing, if it is not, in attempts 1 and 2: the connection stays open until WeChat gives up on it,
  and the next attempt gets the reply;
- "success", if it is not, in attempt 3: the answer is then sent by a call, or kept;
- "success", if the answer went in that way, or the text became part of a later question.

An answer that no attempt fetches within 5 s of its being there is sent or kept too.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, field

LAST_ATTEMPT = 3
_MOST_REMEMBERED = 2000

Key = tuple[str, str]


@dataclass(frozen=True)
class Timing:
    """In seconds; tests have less of them."""

    patience: float = 4.5  # of WeChat's 5: what comes later may find nobody there
    hold: float = 1.5  # then the connection is left open until WeChat gives up on it
    grace: float = 5.0  # for an attempt to fetch the answer


@dataclass
class Exchange:
    """The attempts of one message meet its answer here.

    `unsent`: texts that are still to be sent in another way; None while the reply is not decided.
    """

    attempts: int = 0
    unsent: list[str] | None = None
    _text: str = ""
    _given_up: bool = False
    _settled: asyncio.Event = field(default_factory=asyncio.Event)
    _taken: asyncio.Event = field(default_factory=asyncio.Event)
    _handed: asyncio.Event = field(default_factory=asyncio.Event)

    async def take(self, patience: float) -> str | None:
        """The reply, empty where there will be none; None if that is not known in time."""
        try:
            await asyncio.wait_for(self._settled.wait(), patience)
        except asyncio.TimeoutError:
            return None
        if self._text:
            self._taken.set()
        return self._text

    async def hand_over(self) -> None:
        """The response with the reply is out."""
        self._handed.set()

    def give_up(self) -> None:
        """WeChat will not ask again, so that there is no reply unless one is there already."""
        self._given_up = not self._settled.is_set()
        self._settled.set()

    async def offer(self, text: str, grace: float) -> bool:
        """Whether the text was handed over as the reply; if not, it never will be."""
        if self._given_up:
            return False
        self._text = text
        self._settled.set()
        for done in (self._taken, self._handed):
            try:
                await asyncio.wait_for(done.wait(), grace)
            except asyncio.TimeoutError:
                if not done.is_set():  # not in the very moment
                    self._text = ""
                    return False
        return True

    def close(self) -> None:
        """Nothing more will be offered."""
        self._settled.set()


class Exchanges:
    """Those under way, and the last ones, so that a repeat gets at once what the first got."""

    def __init__(self) -> None:
        self._open: dict[Key, Exchange] = {}
        self._closed: OrderedDict[Key, Exchange] = OrderedDict()

    def find(self, key: Key) -> Exchange | None:
        return self._open.get(key) or self._closed.get(key)

    def open(self, key: Key) -> Exchange:
        """The one under way, or a new one."""
        return self._open.setdefault(key, Exchange())

    def close(self, key: Key) -> None:
        exchange = self._open.pop(key, None)
        if exchange is None:
            return
        exchange.close()
        self._closed[key] = exchange
        if len(self._closed) > _MOST_REMEMBERED:
            self._closed.popitem(last=False)
