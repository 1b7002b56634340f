"""Many widgets at once: each has its messages answered and keeps its stream open."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from benchmarks.processes import BenchmarkError
from benchmarks.questions import Supply
from benchmarks.widgets import MESSAGES, connected_mb
from tests.benchmarks.serving import served

WIDGETS = 5


class Conversations:
    """Follows the conversations' API as far as a widget needs it; every text is answered."""

    def __init__(self, streams_last: bool = True) -> None:
        self._streams_last = streams_last
        self.begun = self.open = self.most_open = 0
        self.texts: list[str] = []

    def app(self) -> Starlette:
        path = "/api/conversations"
        return Starlette(
            routes=[
                Route(path, self._begin, methods=["POST"]),
                Route(f"{path}/{{id}}/messages", self._message, methods=["POST"]),
                Route(f"{path}/{{id}}/events", self._events),
            ]
        )

    async def _begin(self, request: Request) -> Response:
        self.begun += 1
        return JSONResponse({"id": f"{self.begun}", "token": f"token-{self.begun}"}, 201)

    async def _message(self, request: Request) -> Response:
        if not self._knows(request):
            return Response(status_code=403)
        self.texts.append((await request.json())["text"])
        return JSONResponse({})

    async def _events(self, request: Request) -> Response:
        status = 200 if self._knows(request) else 403
        return StreamingResponse(self._stream(), status, media_type="text/event-stream")

    async def _stream(self) -> AsyncIterator[str]:
        self.open += 1
        self.most_open = max(self.most_open, self.open)
        try:
            while self._streams_last:
                yield ": still there\n\n"
                await asyncio.sleep(0.1)
        finally:
            self.open -= 1

    @staticmethod
    def _knows(request: Request) -> bool:
        token = request.headers.get("authorization")
        return token == f"Bearer token-{request.path_params['id']}"


def _texts(count: int) -> list[str]:
    return [f"question {number}" for number in range(count)]


def test_every_widget_has_asked_and_all_streams_are_open_at_once() -> None:
    conversations = Conversations()
    texts = _texts((WIDGETS + 1) * MESSAGES)
    with served(conversations.app()) as host:
        connected_mb(host, os.getpid(), WIDGETS, Supply(texts))
    # One more warms up.
    assert conversations.begun == conversations.most_open == WIDGETS + 1
    assert conversations.texts == texts


def test_a_stream_that_ends_early_is_an_error() -> None:
    supply = Supply(_texts((WIDGETS + 1) * MESSAGES))
    with (
        served(Conversations(streams_last=False).app()) as host,
        pytest.raises(BenchmarkError, match="a stream has ended"),
    ):
        connected_mb(host, os.getpid(), WIDGETS, supply)


def test_a_server_that_refuses_is_an_error_that_names_the_status() -> None:
    with (
        served(Starlette()) as host,
        pytest.raises(BenchmarkError, match="404"),
    ):
        connected_mb(host, os.getpid(), 1, Supply(_texts(4)))
