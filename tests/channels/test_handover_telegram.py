"""A person has a conversation on Telegram: taps, commands, groups, refusals."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from bot.channels.bot_api import sender
from bot.channels.contracts import Services
from bot.channels.telegram import TelegramChannel
from bot.message import Effect, Part
from bot.store.sql import SqlStore
from tests.bot.conftest import FakeAssistant
from tests.channels.fake_telegram import BLOCKED, FakeTelegram, flood, refusal
from tests.channels.office import CLERK, TAKEN, Office, open_office
from tests.channels.telegram_said import GROUP, quiet, said, tapped


@pytest_asyncio.fixture
async def office(
    store: SqlStore, fake_assistant: FakeAssistant, tmp_path: Path
) -> AsyncIterator[Office]:
    yield await open_office(store, fake_assistant, tmp_path)


@pytest.fixture
def services(office: Office) -> Services:
    return office.services


@pytest.fixture
def connected(office: Office, telegram: TelegramChannel) -> Office:
    office.connect({"telegram": telegram})
    return office


async def ask_for_a_person(bot_api: FakeTelegram, office: Office, **where: Any) -> dict[str, Any]:
    """The answer with the place in the queue."""
    office.assistant.effects = (Effect("hand_over"),)
    bot_api.push(message=said("@ChuangWenBot 找真人" if where else "找真人", **where))
    (answer,) = await bot_api.messages(1)
    office.assistant.effects = ()
    return answer


async def test_a_tap_is_acknowledged_kept_as_its_title_and_not_answered(
    bot_api: FakeTelegram, connected: Office
) -> None:
    answer = await ask_for_a_person(bot_api, connected)
    conversation = await connected.take()
    data = answer["reply_markup"]["inline_keyboard"][0][0]["callback_data"]

    await quiet(bot_api, bot_api.push(callback_query=tapped(data)))
    await quiet(bot_api, bot_api.push(callback_query=tapped(data)))

    assert len(bot_api.of("answerCallbackQuery")) == 2
    assert [message["text"] for message in bot_api.sent[1:]] == [TAKEN]
    # The second time nobody knows any more what was offered.
    assert await connected.heard(conversation) == ["找真人", "不等了，接着问创问", ""]


@pytest.mark.parametrize(
    "message",
    [
        said("/start"),
        said("/topics"),
        said("/help"),
        said("/privacy"),
        said("/human"),
        said(photo=[{"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1}]),
    ],
    ids=["start", "topics", "help", "privacy", "human", "photo"],
)
async def test_whatever_comes_is_kept_for_the_person_and_not_answered(
    bot_api: FakeTelegram, connected: Office, message: dict[str, Any]
) -> None:
    await ask_for_a_person(bot_api, connected)
    conversation = await connected.take()
    asked = len(connected.assistant.asked)

    await quiet(bot_api, bot_api.push(message=message))

    assert [sent["text"] for sent in bot_api.sent[1:]] == [TAKEN]
    assert len(connected.assistant.asked) == asked
    assert await connected.heard(conversation) == ["找真人", ""]


async def test_a_storm_is_kept_for_the_person_too(
    bot_api: FakeTelegram, connected: Office, telegram: TelegramChannel
) -> None:
    await ask_for_a_person(bot_api, connected)
    conversation = await connected.take()
    texts = [f"第{number}句" for number in range(30)]

    for text in texts:
        last = bot_api.push(message=said(text))
    await quiet(bot_api, last)
    await bot_api.until(lambda: not telegram._running)

    assert [sent["text"] for sent in bot_api.sent[1:]] == [TAKEN]
    assert await connected.heard(conversation) == ["找真人", *texts]


async def test_forget_is_done_and_told_though_a_person_has_it(
    bot_api: FakeTelegram, connected: Office
) -> None:
    await ask_for_a_person(bot_api, connected)
    conversation = await connected.take()

    await quiet(bot_api, bot_api.push(message=said("/forget")))

    assert "已经删除" in bot_api.sent[-1]["text"]
    assert (await connected.desk.owners.read(conversation)).owner == "bot"
    assert await connected.desk.letters.after(conversation) == []


async def test_typing_is_not_shown_where_a_person_has_it(
    bot_api: FakeTelegram,
    connected: Office,
    services: Services,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await ask_for_a_person(bot_api, connected)
    await connected.take()
    monkeypatch.setattr(sender, "_TYPING_AFTER", 0.0)
    handle = services.conversations.handle

    async def slowly(message: Any) -> Any:
        await asyncio.sleep(0.05)
        return await handle(message)

    monkeypatch.setattr(services.conversations, "handle", slowly)
    await quiet(bot_api, bot_api.push(message=said("你还在吗")))
    await asyncio.sleep(0.05)

    assert bot_api.of("sendChatAction") == []


async def test_in_a_topic_of_a_group_letters_go_to_the_topic_and_only_the_founder_may_tap(
    bot_api: FakeTelegram, connected: Office
) -> None:
    topic = {"chat": {**GROUP, "is_forum": True}, "is_topic_message": True, "message_thread_id": 5}
    await ask_for_a_person(bot_api, connected, **topic)
    (waiting,) = await connected.desk.owners.with_owner("waiting")
    await connected.desk.handover._apply(waiting, waiting.change("nobody_came"))
    await connected.send()

    letter = bot_api.sent[-1]
    ((button,),) = letter["reply_markup"]["inline_keyboard"]
    assert (letter["chat_id"], letter["message_thread_id"]) == (GROUP["id"], 5)
    assert button["text"] == "留电话，等回电"
    assert button["callback_data"].endswith("@7")

    bot_api.push(callback_query=tapped(button["callback_data"], chat=GROUP))
    await bot_api.messages(3)
    assert "电话号码或邮箱" in bot_api.sent[-1]["text"]


async def test_who_blocked_us_gets_nothing_and_the_clerk_sees_why(
    bot_api: FakeTelegram, connected: Office
) -> None:
    await ask_for_a_person(bot_api, connected)
    conversation = await connected.take()
    bot_api.trouble["sendMessage"] = [lambda: refusal(403, BLOCKED)]

    await connected.say(conversation, "a", "你好")

    letter = (await connected.desk.letters.after(conversation))[-1]
    assert (letter.delivery, letter.why) == ("failed", "Forbidden")


@pytest.mark.parametrize(
    "trouble", [lambda: refusal(502, "Bad Gateway"), lambda: flood(0)], ids=["outage", "flood"]
)
async def test_in_an_outage_letters_wait_and_then_go_in_order(
    bot_api: FakeTelegram, connected: Office, trouble: Any
) -> None:
    await ask_for_a_person(bot_api, connected)
    conversation = await connected.take()
    bot_api.trouble["sendMessage"] = [trouble] * 3

    await connected.say(conversation, "a", "第一句")
    before = await connected.deliveries(conversation)
    await connected.desk.handover.say(conversation, "b", CLERK, (Part(text="第二句"),))
    while "open" in await connected.deliveries(conversation):
        await connected.send()

    assert before == ["sent", "open"]
    assert [message["text"] for message in bot_api.sent[2:]] == ["第一句", "第二句"]


async def test_a_long_letter_goes_on_where_it_was_broken_off(
    bot_api: FakeTelegram, connected: Office
) -> None:
    await ask_for_a_person(bot_api, connected)
    conversation = await connected.take()
    before, long = len(bot_api.sent), "".join(f"第{n}句，写得很细。" for n in range(700))
    calm: list[Any] = [lambda: None]
    bot_api.trouble["sendMessage"] = [*calm, lambda: refusal(502, "Bad Gateway")]

    await connected.say(conversation, "a", long)
    while "open" in await connected.deliveries(conversation):
        await connected.send()

    assert len(bot_api.sent) > before + 1
    assert "".join(message["text"] for message in bot_api.sent[before:]) == long
