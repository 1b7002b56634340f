"""Telegram in trouble, or we: nothing accepted is lost, nothing is answered twice."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest
from starlette.responses import Response

from bot.channels.bot_api import sender
from bot.channels.contracts import Received, Services
from bot.channels.telegram import TelegramChannel
from bot.message import AssistantUnavailable, UserMessage
from bot.store.inbox import SqlInbox
from bot.store.sql import SqlStore
from tests.bot.conftest import FakeAssistant
from tests.channels.conftest import OpenTelegram
from tests.channels.fake_telegram import BLOCKED, FakeTelegram, flood, refusal, shown
from tests.channels.telegram_said import quiet, said


async def test_an_update_that_cannot_be_accepted_is_not_acknowledged(
    bot_api: FakeTelegram,
    telegram: TelegramChannel,
    services: Services,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real, broken = SqlInbox.accept, [True]

    async def accept(self: SqlInbox, name: str, received: Received) -> Any:
        if broken:
            broken.pop()
            raise OSError("disk full")
        return await real(self, name, received)

    monkeypatch.setattr(SqlInbox, "accept", accept)
    update = bot_api.push(message=said("有什么贷款？"))
    await bot_api.until(lambda: not broken)
    assert not any((call.get("offset") or 0) > update for call in bot_api.of("getUpdates"))

    await bot_api.messages(1)
    await quiet(bot_api, update)
    assert len(bot_api.sent) == 1


async def test_what_was_accepted_before_a_restart_is_answered_after_it(
    bot_api: FakeTelegram, open_telegram: OpenTelegram, services: Services
) -> None:
    message = UserMessage("telegram:7", "900", "有什么贷款？")
    await services.inbox.accept("telegram", Received(message, {"chat": 7}))

    await open_telegram()

    assert (await bot_api.messages(1))[0]["text"] == "you said: 有什么贷款？"
    assert await services.inbox.unfinished("telegram") == []


async def test_a_blocked_bot_drops_the_answer_quietly(
    bot_api: FakeTelegram, telegram: TelegramChannel, services: Services, caplog: Any
) -> None:
    bot_api.trouble["sendMessage"] = [lambda: refusal(403, BLOCKED)]
    await quiet(bot_api, bot_api.push(message=said("有什么贷款？")))

    assert telegram.outcomes == {"dropped": 1}
    assert await services.inbox.unfinished("telegram") == []
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


async def test_a_chat_that_is_gone_is_not_tried_again(
    bot_api: FakeTelegram, telegram: TelegramChannel
) -> None:
    bot_api.trouble["sendMessage"] = [lambda: refusal(400, "Bad Request: chat not found")]
    await quiet(bot_api, bot_api.push(message=said("有什么贷款？")))

    assert telegram.outcomes == {"dropped": 1}
    assert len(bot_api.of("sendMessage")) == 1


@pytest.mark.parametrize(
    "trouble",
    [
        lambda: refusal(500, "Internal Server Error"),
        lambda: refusal(502, "Bad Gateway"),
        lambda: flood(1),
        lambda: bot_says(b"<html>gateway</html>"),
        lambda: bot_says(b"[]"),
        lambda: bot_says(b"{}"),
        lambda: bot_says(b'{"ok": true, "result": 5}'),
        lambda: bot_says(b"\xff\xfe"),
    ],
    ids=["500", "502", "429", "html", "list", "empty", "number", "bytes"],
)
async def test_a_platform_in_trouble_is_tried_again(
    bot_api: FakeTelegram, telegram: TelegramChannel, trouble: Any
) -> None:
    bot_api.trouble["sendMessage"] = [trouble]
    bot_api.push(message=said("有什么贷款？"))

    assert (await bot_api.messages(1))[0]["text"] == "you said: 有什么贷款？"
    assert len(bot_api.of("sendMessage")) == 2


def bot_says(body: bytes) -> Any:
    return Response(body, media_type="application/json")


async def test_marks_that_telegram_cannot_read_are_left_out(
    bot_api: FakeTelegram, telegram: TelegramChannel
) -> None:
    wrong = 'Bad Request: can\'t parse entities: Unsupported start tag "quote" at byte offset 3'
    bot_api.trouble["sendMessage"] = [lambda: refusal(400, wrong)]
    bot_api.push(message=said("1 < 2 & 3"))

    (answer,) = await bot_api.messages(1)
    assert (answer["text"], answer.get("parse_mode")) == ("you said: 1 < 2 & 3", None)


async def test_a_founder_cannot_write_marks(
    bot_api: FakeTelegram, telegram: TelegramChannel
) -> None:
    bot_api.push(message=said("<b>大</b> & <script>"))

    (answer,) = await bot_api.messages(1)
    assert shown(answer["text"]) == "you said: <b>大</b> & <script>"


async def test_a_long_answer_goes_on_where_it_was_broken_off(
    bot_api: FakeTelegram, telegram: TelegramChannel, services: Services, store: SqlStore
) -> None:
    sentences = "".join(f"第{n}句" + "长" * 990 + "。" for n in range(12))
    failing = [None, *[lambda: refusal(500, "down")] * 4]
    bot_api.trouble["sendMessage"] = [step or (lambda: None) for step in failing]
    bot_api.push(message=said(sentences))
    await bot_api.until(lambda: telegram.outcomes == {"failed": 1})
    assert len(bot_api.sent) == 1

    await super(TelegramChannel, telegram).start()  # as after a restart
    answers = await bot_api.messages(3)

    assert "".join(answer["text"] for answer in answers) == f"you said: {sentences}"
    await bot_api.until(lambda: not telegram._running)
    assert await services.inbox.read("telegram", "sent:telegram:7:1001") is None


async def test_typing_is_shown_when_an_answer_takes_long_and_only_then(
    bot_api: FakeTelegram,
    telegram: TelegramChannel,
    fake_assistant: FakeAssistant,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bot_api.push(message=said("快的"))
    await bot_api.messages(1)
    assert bot_api.of("sendChatAction") == []

    monkeypatch.setattr(sender, "_TYPING_AFTER", 0.01)
    monkeypatch.setattr(sender, "_TYPING_EVERY", 0.01)
    shown_twice = asyncio.Event()
    fake_assistant.gate = lambda message: shown_twice.wait()
    bot_api.push(message=said("慢的"))
    await bot_api.until(lambda: len(bot_api.of("sendChatAction")) >= 2)
    shown_twice.set()
    await bot_api.messages(2)

    assert bot_api.of("sendChatAction")[0] == {"chat_id": 7, "action": "typing"}


async def test_an_assistant_that_fails_is_said_to_have_failed(
    bot_api: FakeTelegram, telegram: TelegramChannel, fake_assistant: FakeAssistant
) -> None:
    fake_assistant.error = AssistantUnavailable("no answer in 20 s")
    bot_api.push(message=said("有什么贷款？"))

    assert "暂时答不上来" in (await bot_api.messages(1))[0]["text"]


async def test_an_error_of_ours_does_not_end_the_talk(
    bot_api: FakeTelegram, telegram: TelegramChannel, fake_assistant: FakeAssistant, caplog: Any
) -> None:
    fake_assistant.error = RuntimeError("有什么贷款？ cannot be understood")
    await quiet(bot_api, bot_api.push(message=said("有什么贷款？")))
    fake_assistant.error = None
    bot_api.push(message=said("还在吗"))

    assert (await bot_api.messages(1))[0]["text"] == "you said: 还在吗"
    assert "RuntimeError" in caplog.text
    assert "贷款" not in caplog.text
