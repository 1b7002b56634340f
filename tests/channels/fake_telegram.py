"""A small Bot API on a port of its own: as strict as Telegram where our channel can go wrong."""

from __future__ import annotations

import asyncio
import json
import re
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

TOKEN = "123456:a-token_of-the-tests"
ME = {"id": 123456, "is_bot": True, "first_name": "ChuangWen", "username": "ChuangWenBot"}
_TAGS = {"b", "i", "a", "blockquote"}


class _Reader(HTMLParser):
    """The text of a message, as Telegram parses it; `wrong` says why it would not."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.text, self.wrong = "", ""
        self._open: list[str] = []
        self.feed(html)
        self.close()
        if self._open:
            self.wrong = f"Can't find end tag corresponding to start tag {self._open[-1]}"

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        if tag not in _TAGS:
            self.wrong = f'Unsupported start tag "{tag}"'
        self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open.pop() != tag:
            self.wrong = f"Unexpected end tag {tag}"

    def handle_data(self, data: str) -> None:
        self.text += data


def shown(html: str) -> str:
    """What a reader sees of an HTML message."""
    reader = _Reader(html)
    assert not reader.wrong, reader.wrong
    return reader.text


@dataclass
class Call:
    """One call of the Bot API and when it came."""

    method: str
    data: dict[str, Any]
    at: float


Trouble = Callable[[], Any]  # gives a Response or None, or waits


@dataclass
class FakeTelegram:
    """Keeps updates until they are acknowledged; `trouble` happens first, one a call."""

    base: str = ""
    calls: list[Call] = field(default_factory=list)
    updates: list[dict[str, Any]] = field(default_factory=list)
    trouble: dict[str, list[Trouble]] = field(default_factory=dict)
    refused_token: bool = False
    _news: asyncio.Event = field(default_factory=asyncio.Event)
    _update_id: int = 1000

    def push(self, **content: Any) -> int:
        """A new update; its id."""
        self._update_id += 1
        self.updates.append({"update_id": self._update_id, **content})
        self._news.set()
        return self._update_id

    def of(self, method: str) -> list[dict[str, Any]]:
        return [call.data for call in self.calls if call.method == method]

    @property
    def sent(self) -> list[dict[str, Any]]:
        """The messages that reached a chat."""
        return [data for data in self.of("sendMessage") if data.get("arrived")]

    async def until(self, true: Callable[[], Any], seconds: float = 5.0) -> Any:
        """Wait for something that the bot does."""

        async def wait() -> Any:
            while not (value := true()):
                await asyncio.sleep(0.002)
            return value

        return await asyncio.wait_for(wait(), seconds)

    async def messages(self, count: int) -> list[dict[str, Any]]:
        """The first messages, when there are so many."""
        return await self.until(lambda: self.sent[:count] if len(self.sent) >= count else None)

    async def serve(self, request: Request) -> Response:
        method = request.path_params["method"]
        form = parse_qsl((await request.body()).decode(), keep_blank_values=True)
        data = {name: _read(value) for name, value in form}
        self.calls.append(Call(method, data, asyncio.get_running_loop().time()))
        if self.refused_token or request.path_params["token"] != TOKEN:
            return refusal(401, "Unauthorized")
        if self.trouble.get(method):
            answer = self.trouble[method].pop(0)()
            if asyncio.iscoroutine(answer):
                answer = await answer
            if answer is not None:
                return answer
        if method == "getUpdates":
            return await self._get_updates(data)
        if method == "sendMessage":
            return self._send(data)
        return _result(ME if method == "getMe" else True)

    async def _get_updates(self, data: dict[str, Any]) -> Response:
        offset = data.get("offset") or 0
        self.updates = [update for update in self.updates if update["update_id"] >= offset]
        if not self.updates and data.get("timeout"):
            self._news.clear()
            with suppress(asyncio.TimeoutError, asyncio.CancelledError):  # the end of the test
                await asyncio.wait_for(self._news.wait(), min(data["timeout"], 2))
        return _result(self.updates[:100])

    def _send(self, data: dict[str, Any]) -> Response:
        text = data["text"]
        if data.get("parse_mode") == "HTML":
            reader = _Reader(text)
            text = reader.text
            if reader.wrong:
                return refusal(400, f"Bad Request: can't parse entities: {reader.wrong}")
        if len(text.encode("utf-16-le")) // 2 > 4096:
            return refusal(400, "Bad Request: message is too long")
        if not text.strip():
            return refusal(400, "Bad Request: message text is empty")
        for row in (data.get("reply_markup") or {}).get("inline_keyboard", []):
            for button in row:
                if not 1 <= len(button["callback_data"].encode()) <= 64:
                    return refusal(400, "Bad Request: BUTTON_DATA_INVALID")
        data["arrived"] = True
        chat = {"id": data["chat_id"], "type": "private", "first_name": "F"}
        return _result({"message_id": len(self.calls), "date": 1, "chat": chat, "text": text})


def refusal(status: int, description: str, **parameters: Any) -> Response:
    body = {"ok": False, "error_code": status, "description": description}
    return JSONResponse({**body, **({"parameters": parameters} if parameters else {})}, status)


def flood(seconds: int) -> Response:
    return refusal(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)


BLOCKED = "Forbidden: bot was blocked by the user"


def _result(value: Any) -> Response:
    return JSONResponse({"ok": True, "result": value})


def _read(value: str) -> Any:
    """PTB sends a form, whose lists, objects and numbers are JSON."""
    if not value.startswith(("{", "[")) and not re.fullmatch(r"-?\d+|true|false", value):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


@asynccontextmanager
async def serving(app: Any) -> AsyncIterator[str]:
    """An ASGI app on a free port of this machine; its address."""
    listening = socket.socket(proto=socket.IPPROTO_TCP)  # or asyncio does not set TCP_NODELAY
    listening.bind(("127.0.0.1", 0))
    config = uvicorn.Config(app, ws="none", log_config=None, lifespan="off", access_log=False)
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve(sockets=[listening]))
    while not server.started:
        await asyncio.sleep(0.001)
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = server.force_exit = True
        await task


@asynccontextmanager
async def fake_telegram() -> AsyncIterator[FakeTelegram]:
    fake = FakeTelegram()
    app = Starlette(routes=[Route("/bot{token}/{method}", fake.serve, methods=["GET", "POST"])])
    async with serving(app) as fake.base:
        yield fake
