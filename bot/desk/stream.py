"""The desk's stream: wakes a page when something has changed; what has, the page asks for."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator

from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from bot.desk.access import Access, Visit
from bot.desk.rendering import DeskPages
from bot.desk.services import Desk
from bot.events import DESK
from bot.http import Problem

# Seconds. What time alone changes, and what other processes did, is seen after so long.
BEAT = 15.0
# Much that happens at once wakes a page once.
_GATHER = 0.2
# A browser opens one for each tab.
_MOST_STREAMS = 12


class DeskStream:
    """Carries no content, so that permissions are checked where the content is asked for."""

    def __init__(self, access: Access, pages: DeskPages, desk: Desk, beat: float = BEAT) -> None:
        self._access, self._desk, self._beat = access, desk, beat
        self._streams: Counter[int] = Counter()

    def routes(self) -> list[Route]:
        return [self._access.route("/desk/events", self._stream, background=True)]

    async def _stream(self, visit: Visit) -> Response:
        if self._streams[visit.staff.id] >= _MOST_STREAMS:
            raise Problem(429, "Too many streams", "Close a tab.", {"Retry-After": "60"})
        return StreamingResponse(
            self._lines(visit),
            media_type="text/event-stream",
            # A proxy must not collect what is meant to arrive at once.
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )

    async def _lines(self, visit: Visit) -> AsyncGenerator[str, None]:
        self._streams[visit.staff.id] += 1
        try:
            with self._desk.events.listen(DESK) as listener:
                yield "retry: 3000\n\n"
                while not self._desk.events.ended and await self._access.lasts(visit):
                    happened = await listener.wait(self._beat)
                    yield f"event: {'change' if happened else 'beat'}\ndata:\n\n"
                    await asyncio.sleep(_GATHER)
        finally:
            self._streams[visit.staff.id] -= 1
