"""Letters on their way to a web page: a stream that resumes, and a list to poll without one."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import AsyncIterator
from typing import Protocol

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from bot.channels.tokens import Tokens
from bot.events import Events
from bot.http import Problem
from bot.people.letter import Letters
from bot.people.ownership import Owner, Ownership

# An idle stream says something so often, because proxies end what says nothing for a minute; then
# it also looks whether another process has written.
_BEAT = 15.0
_MOST_STREAMS = 8  # of one conversation: more tabs than anybody keeps open
_MOST_DIGITS = 9


class FindsOwners(Protocol):
    """What the page is told of who answers."""

    async def find(self, conversation: str) -> Ownership | None: ...


class WebLetters:
    """Routes by which a page gets what people write to it."""

    def __init__(
        self,
        tokens: Tokens,
        letters: Letters,
        owners: FindsOwners,
        events: Events,
        beat: float = _BEAT,
    ) -> None:
        self._tokens, self._letters = tokens, letters
        self._owners, self._events = owners, events
        self._beat = beat
        self._streams: Counter[str] = Counter()

    def routes(self) -> list[Route]:
        return [
            Route("/api/conversations/{id}/events", self._stream, methods=["GET"]),
            Route("/api/conversations/{id}/letters", self._list, methods=["GET"]),
        ]

    async def _list(self, request: Request) -> Response:
        conversation = self._tokens.conversation(request)
        after = _after(request.query_params.get("after", "0"))
        owner = await self._owner(conversation)
        fresh = await self._letters.after(conversation, after)
        for letter in fresh:
            if letter.delivery == "open":
                await self._letters.mark(letter, "sent")
        headers = {"Cache-Control": "no-store"}
        return JSONResponse(
            {"owner": owner, "letters": [letter.to_json() for letter in fresh]}, headers=headers
        )

    async def _stream(self, request: Request) -> Response:
        conversation = self._tokens.conversation(request)
        named = request.headers.get("last-event-id") or request.query_params.get("after", "0")
        after = _after(named)
        await self._owner(conversation)
        if self._streams[conversation] >= _MOST_STREAMS:
            raise Problem(
                429, "Too many streams", "Close one of this conversation.", {"Retry-After": "60"}
            )
        return StreamingResponse(
            self._lines(conversation, after),
            media_type="text/event-stream",
            # A proxy must not collect what is meant to arrive at once.
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )

    async def _owner(self, conversation: str) -> Owner:
        ownership = await self._owners.find(conversation)
        if ownership is None:
            raise Problem(404, "No such conversation", "Start one with POST /api/conversations.")
        return ownership.owner

    async def _lines(self, conversation: str, after: int) -> AsyncIterator[str]:
        owner: Owner | None = None
        self._streams[conversation] += 1
        try:
            with self._events.listen(conversation) as listener:
                while not self._events.ended:
                    now = await self._owners.find(conversation)
                    if now is None:  # forgotten meanwhile
                        return
                    # The letter that tells of a change of owner first: who hears that the bot
                    # answers again may leave.
                    for letter in await self._letters.after(conversation, after):
                        after = letter.number
                        yield _event("letter", letter.to_json(), after)
                        if letter.delivery == "open":
                            await self._letters.mark(letter, "sent")
                    if now.owner != owner:
                        owner = now.owner
                        yield _event("owner", {"owner": owner})
                    if not await listener.wait(self._beat):
                        yield ":\n\n"
        finally:
            self._streams[conversation] -= 1
            if not self._streams[conversation]:
                del self._streams[conversation]


def _event(name: str, data: object, number: int | None = None) -> str:
    identity = "" if number is None else f"id: {number}\n"
    return f"{identity}event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"


def _after(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > _MOST_DIGITS:
        raise Problem(422, "No such letter", "after is the number of the last letter, from 0.")
    return int(text)
