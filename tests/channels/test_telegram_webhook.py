"""Telegram by webhook: who calls is checked first, and 200 means that the update is safe."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio
from starlette.applications import Starlette

from bot.channels.contracts import Services
from bot.channels.telegram import TelegramChannel
from bot.http import Problem, problem_response
from bot.store.inbox import SqlInbox
from tests.bot.conftest import FakeAssistant
from tests.channels.conftest import OpenTelegram
from tests.channels.fake_telegram import ME, FakeTelegram
from tests.channels.telegram_said import GROUP, said, tapped

SECRET = "a-secret_of-TELEGRAM"
WEBHOOK = {
    "telegram_webhook_url": "https://bot.example/",
    "telegram_webhook_secret": SECRET,
}


class Caller:
    """Telegram, calling our route."""

    def __init__(self, channel: TelegramChannel, client: httpx.AsyncClient) -> None:
        self.channel, self._client = channel, client

    async def post(self, body: Any, secret: str | None = SECRET) -> httpx.Response:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {b"content-type": b"application/json"}
        if secret is not None:
            headers[b"X-Telegram-Bot-Api-Secret-Token"] = secret.encode()
        return await self._client.post("/channels/telegram", content=content, headers=headers)


def app(channel: TelegramChannel) -> Starlette:
    handlers: Any = {Problem: problem_response}
    return Starlette(routes=[*channel.routes()], exception_handlers=handlers)


@pytest_asyncio.fixture
async def caller(open_telegram: OpenTelegram) -> AsyncIterator[Caller]:
    channel = await open_telegram("setMyCommands", **WEBHOOK)
    transport = httpx.ASGITransport(app(channel), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://bot") as client:
        yield Caller(channel, client)


async def test_the_webhook_registers_itself(bot_api: FakeTelegram, caller: Caller) -> None:
    (hook,) = bot_api.of("setWebhook")

    assert hook["url"] == "https://bot.example/channels/telegram"
    assert hook["secret_token"] == SECRET
    assert hook["allowed_updates"] == ["message", "callback_query", "inline_query"]
    assert bot_api.of("getUpdates") == []


async def test_an_update_is_acknowledged_and_answered(
    bot_api: FakeTelegram, caller: Caller
) -> None:
    response = await caller.post({"update_id": 1, "message": said("有什么贷款？")})

    assert (response.status_code, response.content) == (200, b"")
    assert (await bot_api.messages(1))[0]["text"] == "you said: 有什么贷款？"


async def test_acknowledging_does_not_wait_for_the_answer(
    bot_api: FakeTelegram, caller: Caller, fake_assistant: FakeAssistant, services: Services
) -> None:
    may_answer = asyncio.Event()
    fake_assistant.gate = lambda message: may_answer.wait()

    response = await caller.post({"update_id": 1, "message": said("有什么贷款？")})

    assert response.status_code == 200
    (accepted,) = await services.inbox.unfinished("telegram")
    assert accepted.message.text == "有什么贷款？"
    may_answer.set()
    await bot_api.messages(1)


async def test_a_repeated_update_is_answered_once(
    bot_api: FakeTelegram, caller: Caller, fake_assistant: FakeAssistant
) -> None:
    update = {"update_id": 1, "message": said("有什么贷款？")}
    at_once = await asyncio.gather(*(caller.post(update) for _ in range(3)))
    await bot_api.messages(1)
    later = await caller.post(update)
    await caller.post({"update_id": 2, "message": said("谢谢")})
    await bot_api.messages(2)

    assert {response.status_code for response in [*at_once, later]} == {200}
    assert [m["text"] for m in bot_api.sent] == ["you said: 有什么贷款？", "you said: 谢谢"]
    assert len(fake_assistant.asked) == 2


@pytest.mark.parametrize(
    "secret", [None, "", "wrong", SECRET.lower(), SECRET + "x", "ü", SECRET[:-1]]
)
async def test_a_wrong_or_missing_secret_is_refused_before_anything_is_read(
    bot_api: FakeTelegram, caller: Caller, services: Services, secret: str | None
) -> None:
    for body in ({"update_id": 1, "message": said("有什么贷款？")}, b"not json", b"x" * 10**6):
        assert (await caller.post(body, secret)).status_code == 403

    assert await services.inbox.unfinished("telegram") == []
    assert bot_api.sent == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"not json", 400),
        (b"", 400),
        (b"[]", 400),
        (b"{}", 400),
        (b'{"update_id": "1"}', 400),
        (b"\xff\xfe", 400),
        (b"[" * 30000, 400),
        (b'"' + b"x" * 300_000 + b'"', 413),
        (b'{"update_id": 1, "message": {"text": "no chat"}}', 200),
        (b'{"update_id": 1, "message": 5}', 200),
        (b'{"update_id": 1, "callback_query": null}', 200),
        (json.dumps({"update_id": 1, "message": {**said("x"), "text": 5}}).encode(), 200),
        (json.dumps({"update_id": 1, "message": {**said("x"), "entities": "x"}}).encode(), 200),
        (json.dumps({"update_id": 1, "callback_query": tapped(5)}).encode(), 200),  # type: ignore[arg-type]
    ],
    ids=range(14),
)
async def test_what_is_no_update_is_refused_and_what_is_unknown_is_passed_over(
    bot_api: FakeTelegram, caller: Caller, body: bytes, status: int
) -> None:
    assert (await caller.post(body)).status_code == status
    await caller.post({"update_id": 2, "message": said("还在吗")})

    assert (await bot_api.messages(1))[0]["text"] == "you said: 还在吗"


@pytest.mark.parametrize("place", [{}, {"chat": GROUP}], ids=["private", "group"])
async def test_half_a_character_is_left_out_of_what_is_heard_and_said(
    bot_api: FakeTelegram, caller: Caller, place: dict[str, Any]
) -> None:
    message = said(f"@{ME['username']} loan" if place else "loan", **place)
    message["text"] += " \ud83d"

    assert (await caller.post({"update_id": 1, "message": message})).status_code == 200
    assert (await bot_api.messages(1))[0]["text"] == "you said: loan"


async def test_half_a_character_as_a_choice_is_an_old_one(
    bot_api: FakeTelegram, caller: Caller
) -> None:
    update = {"update_id": 1, "callback_query": tapped("\ud83d")}

    assert (await caller.post(update)).status_code == 200
    assert len(await bot_api.messages(1)) == 1


async def test_the_longest_message_in_reply_to_the_longest_fits(
    bot_api: FakeTelegram, caller: Caller
) -> None:
    long = "长" * 4096
    update = {"update_id": 1, "message": said(long, reply_to_message=said(long))}

    assert (await caller.post(update)).status_code == 200
    await bot_api.messages(1)


async def test_an_update_that_cannot_be_accepted_is_not_acknowledged(
    bot_api: FakeTelegram, caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def accept(self: SqlInbox, name: str, received: Any) -> Any:
        raise OSError("disk full")

    update = {"update_id": 1, "message": said("有什么贷款？")}
    with monkeypatch.context() as patch:
        patch.setattr(SqlInbox, "accept", accept)
        assert (await caller.post(update)).status_code == 500

    assert (await caller.post(update)).status_code == 200
    assert len(await bot_api.messages(1)) == 1


async def test_before_it_is_ready_telegram_is_asked_to_come_again(
    bot_api: FakeTelegram, open_telegram: OpenTelegram
) -> None:
    waits = asyncio.Event()
    bot_api.trouble["setWebhook"] = [waits.wait]
    channel = await open_telegram("setWebhook", **WEBHOOK)
    transport = httpx.ASGITransport(app(channel))
    async with httpx.AsyncClient(transport=transport, base_url="http://bot") as client:
        caller = Caller(channel, client)
        response = await caller.post({"update_id": 1, "message": said("有什么贷款？")})
    waits.set()

    assert response.status_code == 503
    assert response.headers["retry-after"] == "5"


async def test_a_tap_is_answered_at_once(bot_api: FakeTelegram, caller: Caller) -> None:
    await caller.post({"update_id": 1, "callback_query": tapped("1-1")})

    assert await bot_api.until(lambda: bot_api.of("answerCallbackQuery"))


async def test_the_webhook_stays_when_we_stop(
    bot_api: FakeTelegram, open_telegram: OpenTelegram
) -> None:
    channel = await open_telegram("setMyCommands", **WEBHOOK)
    await channel.stop()

    assert bot_api.of("deleteWebhook") == []


async def test_polling_has_no_route(telegram: TelegramChannel) -> None:
    assert list(telegram.routes()) == []
