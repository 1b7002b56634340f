"""The way to Telegram: what is wrong is said once and without secrets, and ends nothing."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest
from starlette.responses import JSONResponse

from bot.channels.contracts import Services
from bot.channels.telegram import TelegramChannel
from bot.settings import Settings, SettingsError
from tests.bot.conftest import FakeAssistant
from tests.channels.conftest import OpenTelegram
from tests.channels.fake_telegram import TOKEN, FakeTelegram, flood, refusal
from tests.channels.telegram_said import quiet, said

WEBHOOK = {
    "telegram_bot_token": TOKEN,
    "telegram_webhook_url": "https://bot.example",
    "telegram_webhook_secret": "a-secret",
}


def complaints(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [
        record.getMessage()
        for record in caplog.records
        if record.levelno >= logging.ERROR and record.name.startswith("bot.")
    ]


async def test_a_refused_token_is_said_once_and_tried_again(
    bot_api: FakeTelegram, open_telegram: OpenTelegram, caplog: pytest.LogCaptureFixture
) -> None:
    bot_api.refused_token = True
    await open_telegram("getMe")
    await bot_api.until(lambda: len(bot_api.of("getMe")) > 2)
    bot_api.refused_token = False
    bot_api.push(message=said("有什么贷款？"))
    await bot_api.messages(1)

    (complaint,) = complaints(caplog)
    assert "TELEGRAM_BOT_TOKEN" in complaint
    assert TOKEN not in caplog.text


async def test_a_token_revoked_while_polling_does_not_end_the_polling(
    bot_api: FakeTelegram,
    open_telegram: OpenTelegram,
    caplog: pytest.LogCaptureFixture,
) -> None:
    bot_api.trouble["getUpdates"] = [lambda: refusal(401, "Unauthorized")]
    await open_telegram()
    bot_api.push(message=said("有什么贷款？"))

    await bot_api.messages(1)
    assert "TELEGRAM_BOT_TOKEN" in complaints(caplog)[0]


async def test_two_pollers_are_said_to_be_two(
    bot_api: FakeTelegram, open_telegram: OpenTelegram, caplog: pytest.LogCaptureFixture
) -> None:
    conflict = "Conflict: terminated by other getUpdates request"
    bot_api.trouble["getUpdates"] = [lambda: refusal(409, conflict)]
    await open_telegram()
    bot_api.push(message=said("有什么贷款？"))
    await bot_api.messages(1)

    (complaint,) = complaints(caplog)
    assert "another program polls" in complaint


@pytest.mark.parametrize(
    "garbage",
    [
        JSONResponse({"ok": True, "result": "nonsense"}),
        JSONResponse({"ok": True, "result": [1, "two", None]}),
        JSONResponse({"ok": True}),
        JSONResponse([1, 2]),
        JSONResponse("text"),
        refusal(500, "Internal Server Error"),
        refusal(502, "Bad Gateway"),
        flood(1),
    ],
    ids=["string", "list", "nothing", "array", "text", "500", "502", "429"],
)
async def test_what_is_no_list_of_updates_does_not_end_the_polling(
    bot_api: FakeTelegram, open_telegram: OpenTelegram, garbage: Any
) -> None:
    bot_api.trouble["getUpdates"] = [lambda: garbage]
    await open_telegram()
    bot_api.push(message=said("有什么贷款？"))

    assert (await bot_api.messages(1))[0]["text"] == "you said: 有什么贷款？"
    assert len(bot_api.of("getUpdates")) < 10  # no busy loop meanwhile


async def test_no_network_at_the_start_is_said_and_does_not_stop_the_rest(
    services: Services, caplog: pytest.LogCaptureFixture
) -> None:
    nobody = "http://127.0.0.1:9"  # the discard port: refused at once
    channel = TelegramChannel.open(
        Settings(telegram_bot_token=TOKEN, telegram_api_base=nobody), services
    )
    assert channel is not None
    await asyncio.wait_for(channel.start(), 1)
    while not complaints(caplog):
        await asyncio.sleep(0.01)
    await channel.stop()

    (complaint,) = complaints(caplog)
    assert nobody in complaint
    assert "TELEGRAM_PROXY_URL" in complaint
    assert TOKEN not in caplog.text


async def test_a_refused_webhook_names_its_setting(
    bot_api: FakeTelegram, open_telegram: OpenTelegram, caplog: pytest.LogCaptureFixture
) -> None:
    wrong = "Bad Request: bad webhook: Failed to resolve host: Name or service not known"
    bot_api.trouble["setWebhook"] = [lambda: refusal(400, wrong)]
    await open_telegram("setMyCommands", **WEBHOOK)

    (complaint,) = complaints(caplog)
    assert "TELEGRAM_WEBHOOK_URL" in complaint
    assert "failed to resolve host" in complaint
    assert "Name or service" not in complaint


async def test_nothing_that_was_written_and_no_token_is_in_any_log(
    bot_api: FakeTelegram,
    telegram: TelegramChannel,
    fake_assistant: FakeAssistant,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    secret = "贷款13800138000"
    bot_api.push(message=said(secret))
    bot_api.push(message={"text": secret})
    bot_api.trouble["sendMessage"] = [
        lambda: JSONResponse({"text": secret}),
        lambda: refusal(400, f"Bad Request: can't parse entities: {secret}"),
    ]
    await bot_api.messages(1)
    for why in (f"Bad Request: {secret}", f"Bad Request: chat not found: {secret}"):
        bot_api.trouble["sendMessage"] = [lambda why=why: refusal(400, why)]
        await quiet(bot_api, bot_api.push(message=said(secret)))
    await telegram.stop()

    ours = "\n".join(r.getMessage() for r in caplog.records if not r.name.startswith("http"))
    assert "why=BadRequest" in ours and "why=chat not found" in ours
    assert "贷款" not in ours
    assert "13800138000" not in ours
    assert TOKEN not in ours


async def test_stopping_lets_an_answer_out_that_is_being_sent(
    bot_api: FakeTelegram, telegram: TelegramChannel, services: Services
) -> None:
    sending = asyncio.Event()

    async def slow() -> None:
        sending.set()
        await asyncio.sleep(0.1)

    bot_api.trouble["sendMessage"] = [slow]
    bot_api.push(message=said("有什么贷款？"))
    await sending.wait()
    await telegram.stop()

    assert len(bot_api.sent) == 1
    assert await services.inbox.unfinished("telegram") == []


# --- settings


@pytest.mark.parametrize(
    ("given", "named"),
    [
        (
            {"telegram_webhook_url": "https://bot.example"},
            "TELEGRAM_WEBHOOK_SECRET, TELEGRAM_BOT_TOKEN is missing",
        ),
        ({"telegram_webhook_secret": "s"}, "TELEGRAM_WEBHOOK_URL, TELEGRAM_BOT_TOKEN is missing"),
        ({**WEBHOOK, "telegram_bot_token": ""}, "TELEGRAM_BOT_TOKEN is missing"),
        ({**WEBHOOK, "telegram_webhook_secret": ""}, "TELEGRAM_WEBHOOK_SECRET is missing"),
        ({**WEBHOOK, "telegram_webhook_url": ""}, "TELEGRAM_WEBHOOK_URL is missing"),
        ({**WEBHOOK, "telegram_webhook_secret": "no spaces"}, "TELEGRAM_WEBHOOK_SECRET has"),
        ({**WEBHOOK, "telegram_webhook_secret": "x" * 257}, "TELEGRAM_WEBHOOK_SECRET has"),
        ({**WEBHOOK, "telegram_webhook_secret": "密码"}, "TELEGRAM_WEBHOOK_SECRET has"),
        ({**WEBHOOK, "telegram_webhook_url": "http://bot.example"}, "https://"),
        ({**WEBHOOK, "telegram_webhook_url": "bot.example"}, "https://"),
        ({**WEBHOOK, "telegram_webhook_url": "https://bot.example/hook"}, "has a path"),
        ({"telegram_bot_token": "not-a-token"}, "TELEGRAM_BOT_TOKEN is no token"),
        ({"telegram_bot_token": TOKEN, "telegram_api_base": "ftp://x"}, "TELEGRAM_API_BASE"),
        ({"telegram_bot_token": TOKEN, "telegram_proxy_url": "u:p@host"}, "TELEGRAM_PROXY_URL"),
        ({"telegram_bot_token": TOKEN, "telegram_proxy_url": "http://["}, "TELEGRAM_PROXY_URL"),
        ({"telegram_bot_token": TOKEN, "telegram_proxy_url": "http://a:b"}, "TELEGRAM_PROXY_URL"),
        ({"telegram_bot_token": TOKEN, "telegram_api_base": "http://a:0"}, "TELEGRAM_API_BASE"),
        ({"telegram_bot_token": TOKEN, "telegram_api_base": "http://a:65536"}, "TELEGRAM_API_BASE"),
        ({"telegram_proxy_url": "http://u:p@proxy"}, "TELEGRAM_BOT_TOKEN is missing"),
        ({"telegram_api_base": "http://127.0.0.1:8081"}, "TELEGRAM_BOT_TOKEN is missing"),
    ],
)
def test_half_or_wrong_settings_stop_the_start_and_are_named(
    services: Services, given: dict[str, str], named: str
) -> None:
    with pytest.raises(SettingsError) as refused:
        TelegramChannel.open(Settings(**given), services)

    assert named in str(refused.value)
    for setting in ("telegram_bot_token", "telegram_webhook_secret", "telegram_proxy_url"):
        assert not given.get(setting) or given[setting] not in str(refused.value).split()


def test_without_a_token_telegram_is_off(services: Services) -> None:
    assert TelegramChannel.open(Settings(), services) is None


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:1080", "http://user:word@127.0.0.1:8080"])
def test_a_proxy_is_taken(services: Services, proxy: str) -> None:
    given = Settings(telegram_bot_token=TOKEN, telegram_proxy_url=proxy)

    assert TelegramChannel.open(given, services) is not None


def test_a_bot_api_server_of_ones_own_may_call_without_https(services: Services) -> None:
    given = {**WEBHOOK, "telegram_webhook_url": "http://127.0.0.1:8000"}

    assert TelegramChannel.open(
        Settings(**given, telegram_api_base="http://127.0.0.1:8081"), services
    )
