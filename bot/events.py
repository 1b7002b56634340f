"""Wakes who waits for something to happen; what happened is read from the store."""

from __future__ import annotations

import asyncio
from collections import defaultdict

DESK = "desk"  # the topic of what the desk shows


class Events:
    """Topics within one process. An event carries nothing, so none can be lost: who is woken
    reads what is new, and who waits reads again after a while in any case, which is how the
    events of other processes arrive."""

    def __init__(self) -> None:
        self._waiting: defaultdict[str, set[asyncio.Future[None]]] = defaultdict(set)
        self._counts: defaultdict[str, int] = defaultdict(int)
        self._listening: defaultdict[str, int] = defaultdict(int)
        self.ended = False

    def end(self) -> None:
        """The process is about to end: who listens is woken, and finds that it has `ended`."""
        self.ended = True
        for topic in list(self._listening):
            self.publish(topic)

    def publish(self, topic: str) -> None:
        """Wake all who wait for the topic."""
        if self._listening.get(topic):
            self._counts[topic] += 1
        for future in self._waiting.pop(topic, ()):
            if not future.done():
                future.set_result(None)

    def listen(self, *topics: str) -> Listener:
        """Events of these topics from now on; close it when done."""
        return Listener(self, topics)


class Listener:
    """Notices events from its making on, also those between two waits."""

    def __init__(self, events: Events, topics: tuple[str, ...]) -> None:
        self._events, self._topics = events, topics
        for topic in topics:
            events._listening[topic] += 1
        self._seen = self._count()

    def __enter__(self) -> Listener:
        return self

    def __exit__(self, *_: object) -> None:
        for topic in self._topics:
            self._events._listening[topic] -= 1
            if not self._events._listening[topic]:
                del self._events._listening[topic]
                self._events._counts.pop(topic, None)

    async def wait(self, seconds: float) -> bool:
        """Until something happened, or so long; whether something did."""
        if self._count() == self._seen:
            future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            for topic in self._topics:
                self._events._waiting[topic].add(future)
            await asyncio.wait([future], timeout=seconds)
            future.cancel()
            for topic in self._topics:
                waiting = self._events._waiting.get(topic)
                if waiting is not None:
                    waiting.discard(future)
                    if not waiting:
                        del self._events._waiting[topic]
        happened = self._count() != self._seen
        self._seen = self._count()
        return happened

    def _count(self) -> int:
        return sum(self._events._counts.get(topic, 0) for topic in self._topics)
