"""The channel against npm's telegram-test-api, a Bot API that others wrote, end to end."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio
from starlette.applications import Starlette

from bot.channels.contracts import Services
from bot.channels.telegram import TelegramChannel
from bot.http import Problem, problem_response
from bot.settings import Settings
from tests.bot.conftest import FakeAssistant
from tests.channels.fake_telegram import serving, shown
from tests.channels.telegram_said import units
from tests.needs import NPM, node, npm_package

TOKEN = "1:peer"
_PERSON = {"id": 5, "is_bot": False, "first_name": "Test", "language_code": "en"}
_CHAT = {"id": 5, "type": "private", "first_name": "Test"}


class Peer:
    """A person's Telegram: what telegram-test-api calls its client."""

    def __init__(self, url: str, client: httpx.AsyncClient) -> None:
        self.url, self._client = url, client

    async def says(self, text: str) -> None:
        message = {"from": _PERSON, "chat": _CHAT, "date": int(time.time()), "text": text}
        route = "sendMessage"
        if text.startswith("/"):
            route = "sendCommand"
            message["entities"] = [{"type": "bot_command", "offset": 0, "length": units(text)}]
        await self._post(route, message)

    async def taps(self, data: str) -> None:
        message = {"from": _PERSON, "chat": _CHAT, "text": "…"}
        await self._post("sendCallback", {"from": _PERSON, "message": message, "data": data})

    async def reads(self, count: int = 1) -> list[dict[str, Any]]:
        """The next messages of the bot."""

        async def read() -> list[dict[str, Any]]:
            found: list[dict[str, Any]] = []
            while len(found) < count:
                new = await self._post("getUpdates", {"token": TOKEN, "chatId": 5})
                found += [entry["message"] for entry in new["result"]]
                await asyncio.sleep(0.01)
            return found

        return await asyncio.wait_for(read(), 10)

    async def _post(self, route: str, body: dict[str, Any]) -> Any:
        response = await self._client.post(f"{self.url}/{route}", json={"botToken": TOKEN, **body})
        assert response.status_code == 200, response.text
        return response.json()


@pytest_asyncio.fixture
async def peer() -> AsyncIterator[Peer]:
    npm_package("telegram-test-api")
    process = await asyncio.create_subprocess_exec(
        node(),
        "telegram_server.js",
        cwd=NPM,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    port = int(await asyncio.wait_for(process.stdout.readline(), 20))
    async with httpx.AsyncClient() as client:
        yield Peer(f"http://127.0.0.1:{port}", client)
    process.stdin.close()
    await asyncio.wait_for(process.wait(), 10)


@pytest_asyncio.fixture(params=["polling", "webhook"])
async def telegram(
    request: pytest.FixtureRequest, peer: Peer, services: Services
) -> AsyncIterator[TelegramChannel]:
    given = Settings(telegram_bot_token=TOKEN, telegram_api_base=peer.url)
    app = Starlette(exception_handlers={Problem: problem_response})  # type: ignore[dict-item]
    async with serving(app) as url:
        if request.param == "webhook":
            given = Settings(
                telegram_bot_token=TOKEN,
                telegram_api_base=peer.url,
                telegram_webhook_url=url,
                telegram_webhook_secret="a-secret",
            )
        channel = TelegramChannel.open(given, services)
        assert channel is not None
        app.router.routes.extend(channel.routes())
        await channel.start()
        while not channel._connection.is_open:
            await asyncio.sleep(0.01)
        yield channel
        await channel.stop()


async def test_a_talk_goes_to_and_fro(
    peer: Peer, telegram: TelegramChannel, fake_assistant: FakeAssistant
) -> None:
    fake_assistant.choices = (("原文", "/ask_original"), ("Whom to ask", "/ask_contact"))
    await peer.says("有什么贷款？<b>&")
    (answer,) = await peer.reads()
    assert shown(answer["text"]) == "you said: 有什么贷款？<b>&"
    buttons = [b for row in answer["reply_markup"]["inline_keyboard"] for b in row]
    assert [button["text"] for button in buttons] == ["原文", "Whom to ask"]

    await peer.taps(buttons[1]["callback_data"])
    (answer,) = await peer.reads()
    assert answer["text"] == "you said: /ask_contact"

    await peer.says("/help")
    (answer,) = await peer.reads()
    assert answer["parse_mode"] == "HTML"
    assert "/topics" in answer["text"]


async def test_a_long_answer_comes_in_pieces_that_the_peer_takes(
    peer: Peer, telegram: TelegramChannel
) -> None:
    text = "创业担保贷款。" * 900
    await peer.says(text)

    first, second = await peer.reads(2)
    assert first["text"] + second["text"] == f"you said: {text}"
    assert units(first["text"]) <= 4096
