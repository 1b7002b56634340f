"""Ranks what clerks type, beside the event loop and all that waits at once."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from knowledge.live import Library
from knowledge.typeahead import Typeahead, Typed

# Many callers begin with the same words, and every text is typed through its beginnings.
_REMEMBERED = 2048
_Waiting = dict[str, asyncio.Future[Typed]]


class Lookups:
    """One thread: while it ranks, what is typed meanwhile gathers and is embedded together.

    A text costs a third when sixteen come together, and a second thread would only take turns
    with the first and with the assistant's.
    """

    def __init__(self, library: Library) -> None:
        self._library = library
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="lookups")
        self._waiting: _Waiting = {}
        self._working: asyncio.Task[None] | None = None
        self._warming: asyncio.Task[Typed] | None = None
        self._typeahead: Typeahead | None = None
        self._known: OrderedDict[str, Typed] = OrderedDict()

    async def find(self, fragment: str) -> Typed:
        """What is meant by a fragment, of the content in use."""
        if self._typeahead is not None and self._typeahead.version != self._version:
            self._typeahead = None
            self._known.clear()
        if fragment in self._known:
            self._known.move_to_end(fragment)
            return self._known[fragment]
        future = self._waiting.get(fragment)
        if future is None:
            future = self._waiting[fragment] = asyncio.get_running_loop().create_future()
        if self._working is None or self._working.done():
            self._working = asyncio.create_task(self._work())
        # One who no longer waits must not take the answer from the others.
        return await asyncio.shield(future)

    def warm(self) -> None:
        """Make ready beside all else what the first lookup would wait for."""
        if self._typeahead is None and self._library.loaded and self._warming is None:
            self._warming = asyncio.create_task(self.find(""))

    @property
    def _version(self) -> str:
        return self._library.content.knowledge.version

    async def _work(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            waiting, self._waiting = self._waiting, {}
            # Each answer goes out as soon as it is there, without those behind it.
            found = partial(self._found, waiting)
            try:
                await loop.run_in_executor(self._thread, self._rank, list(waiting), loop, found)
            except Exception as error:
                for future in waiting.values():
                    _fail(future, error)

    def _found(self, waiting: _Waiting, fragment: str, typed: Typed) -> None:
        future = waiting[fragment]
        self._known[fragment] = typed
        if len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        if not future.done():
            future.set_result(typed)

    def _rank(
        self,
        fragments: list[str],
        loop: asyncio.AbstractEventLoop,
        found: Callable[[str, Typed], None],
    ) -> None:
        typeahead = self._typeahead
        if typeahead is None:
            typeahead = self._typeahead = Typeahead(self._library.content)
        read = [typeahead.read(fragment) for fragment in fragments]
        # All at once; each is then ranked with what is remembered of it.
        self._library.encoder.remember(read)
        for fragment, each in zip(fragments, read, strict=True):
            loop.call_soon_threadsafe(found, fragment, typeahead.rank(each))


def _fail(future: asyncio.Future[Typed], error: Exception) -> None:
    if not future.done():
        future.set_exception(error)
        future.exception()  # nobody may be waiting any more
