"""Telegram: questions, taps and commands are answered once, where they were asked."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.channels.contracts import Services
from bot.channels.telegram import TelegramChannel
from bot.store.sql import SqlStore
from tests.bot.conftest import FakeAssistant
from tests.channels.fake_telegram import FakeTelegram
from tests.channels.telegram_said import person, quiet, said, tapped


async def test_a_question_is_answered_where_it_was_asked(
    bot_api: FakeTelegram, telegram: TelegramChannel
) -> None:
    bot_api.push(message=said("有什么贷款？"))

    (answer,) = await bot_api.messages(1)

    assert (answer["chat_id"], answer["text"]) == (7, "you said: 有什么贷款？")
    assert answer["parse_mode"] == "HTML"
    assert answer["link_preview_options"] == {"is_disabled": True}
    assert "reply_parameters" not in answer


async def test_choices_are_buttons_and_a_tap_says_the_choice(
    bot_api: FakeTelegram, telegram: TelegramChannel, fake_assistant: FakeAssistant
) -> None:
    fake_assistant.choices = (("看原文", "/ask_original"), ("找谁", "/ask_contact"))
    bot_api.push(message=said("有什么贷款？"))
    (answer,) = await bot_api.messages(1)
    row = answer["reply_markup"]["inline_keyboard"][0]

    bot_api.push(callback_query=tapped(row[1]["callback_data"]))
    await bot_api.messages(2)

    assert [button["text"] for button in row] == ["看原文", "找谁"]
    assert fake_assistant.asked[-1][1] == "/ask_contact"
    (told,) = await bot_api.until(lambda: bot_api.of("answerCallbackQuery"))
    assert told == {"callback_query_id": 97}


@pytest.mark.parametrize("data", ["1-1", "ask:6.2", "", "99-99", "x" * 64, "1-1@", "@7", "1-1@7"])
async def test_a_button_of_an_old_answer_is_said_to_be_one(
    bot_api: FakeTelegram, telegram: TelegramChannel, fake_assistant: FakeAssistant, data: str
) -> None:
    bot_api.push(callback_query=tapped(data))

    (answer,) = await bot_api.messages(1)

    assert "已经过期" in answer["text"]
    assert await bot_api.until(lambda: bot_api.of("answerCallbackQuery"))
    assert fake_assistant.asked == []


async def test_messages_of_one_chat_are_answered_in_order(
    bot_api: FakeTelegram, telegram: TelegramChannel
) -> None:
    for text in ("一", "二", "三"):
        bot_api.push(message=said(text))

    assert [a["text"] for a in await bot_api.messages(3)] == [f"you said: {t}" for t in "一二三"]


# --- commands


@pytest.mark.parametrize(
    ("command", "payload"),
    [
        ("/topics", "/ask_topics"),
        ("/human", "/ask_human"),
        ("/language", "/switch_language"),
        ("/TOPICS please", "/ask_topics"),
        ("/topics@ChuangWenBot", "/ask_topics"),
    ],
)
async def test_a_command_asks_the_assistant(
    bot_api: FakeTelegram,
    telegram: TelegramChannel,
    fake_assistant: FakeAssistant,
    command: str,
    payload: str,
) -> None:
    bot_api.push(message=said(command))
    await bot_api.messages(1)

    assert fake_assistant.asked[0][1] == payload


async def test_start_welcomes_and_offers_the_topics_in_one_message(
    bot_api: FakeTelegram, telegram: TelegramChannel, fake_assistant: FakeAssistant
) -> None:
    fake_assistant.choices = (("资金", "/ask_topics"),)
    bot_api.push(message=said("/start inline"))
    (answer,) = await bot_api.messages(1)

    assert answer["text"].startswith("你好，我是创问")
    assert answer["text"].endswith("you said: /ask_topics")
    assert answer["reply_markup"]["inline_keyboard"][0][0]["text"] == "资金"


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("/help", "直接打字问就行"),
        ("/privacy", "我不保存你的名字"),
        ("/forget", "已经删除"),
        ("/nosuchcommand", "直接打字问就行"),
    ],
)
async def test_a_command_about_the_bot_is_answered_without_the_assistant(
    bot_api: FakeTelegram,
    telegram: TelegramChannel,
    fake_assistant: FakeAssistant,
    command: str,
    words: str,
) -> None:
    bot_api.push(message=said(command))

    assert words in (await bot_api.messages(1))[0]["text"]
    assert fake_assistant.asked == []


async def test_forget_deletes_the_conversation(
    bot_api: FakeTelegram, telegram: TelegramChannel, services: Services, store: SqlStore
) -> None:
    bot_api.push(message=said("有什么贷款？"))
    await bot_api.messages(1)
    await quiet(bot_api, bot_api.push(message=said("/forget")))

    assert await store.read("telegram:7", "") is None


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("en", "Just type"),
        ("zh-hans", "直接打字问"),
        ("zh-hant", "直接打字問"),
        ("fr", "Just type"),
    ],
)
async def test_who_has_not_said_a_word_is_spoken_to_as_their_telegram_is(
    bot_api: FakeTelegram, telegram: TelegramChannel, code: str, words: str
) -> None:
    bot_api.push(message=said("/help", language_code=code))

    assert words in (await bot_api.messages(1))[0]["text"]


async def test_the_menu_is_set_in_simplified_chinese_and_english(
    bot_api: FakeTelegram, telegram: TelegramChannel
) -> None:
    menus = await bot_api.until(lambda: m if len(m := bot_api.of("setMyCommands")) == 4 else None)

    scopes = {(menu["scope"]["type"], menu.get("language_code")) for menu in menus}
    kinds = ("all_private_chats", "all_group_chats")
    assert scopes == {(kind, code) for kind in kinds for code in (None, "en")}
    assert {"command": "topics", "description": "政策有哪些主题"} in menus[0]["commands"]


async def test_a_chat_begun_in_traditional_gets_a_menu_of_its_own(
    bot_api: FakeTelegram, telegram: TelegramChannel
) -> None:
    bot_api.push(message=said("/start", language_code="zh-hant"))

    def own() -> list[dict[str, Any]]:
        return [m for m in bot_api.of("setMyCommands") if m["scope"]["type"] == "chat"]

    (menu,) = await bot_api.until(own)
    assert menu["scope"]["chat_id"] == 7
    assert {"command": "forget", "description": "刪除我的對話"} in menu["commands"]


async def test_a_chat_has_a_menu_of_its_own_once_a_language_is_chosen_and_not_before(
    bot_api: FakeTelegram,
    telegram: TelegramChannel,
    fake_assistant: FakeAssistant,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = fake_assistant.answer

    async def answer(*asked: Any) -> Any:
        reply, state = await real(*asked)
        return replace(reply, intent="switch_language"), state

    monkeypatch.setattr(fake_assistant, "answer", answer)
    fake_assistant.choices = (("English", '/switch_language{"language": "en"}'),)
    bot_api.push(message=said("/language"))
    (asked,) = await bot_api.messages(1)
    fake_assistant.choices = ()
    data = asked["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
    await quiet(bot_api, bot_api.push(callback_query=tapped(data)))
    await bot_api.messages(2)

    def own() -> list[dict[str, Any]]:
        return [m for m in bot_api.of("setMyCommands") if m["scope"]["type"] == "chat"]

    await bot_api.until(own)
    assert len(own()) == 1


# --- what is no question


@pytest.mark.parametrize(
    "content",
    [
        {"photo": [{"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1}]},
        {"sticker": {"file_id": "f", "file_unique_id": "u", "type": "regular", "width": 1,
                     "height": 1, "is_animated": False, "is_video": False}},
        {"voice": {"file_id": "f", "file_unique_id": "u", "duration": 1}},
        {"document": {"file_id": "f", "file_unique_id": "u"}},
        {"location": {"latitude": 22.5, "longitude": 114.1}},
        {"contact": {"phone_number": "13800138000", "first_name": "W"}},
    ],
    ids=lambda content: next(iter(content)),
)  # fmt: skip
async def test_what_is_not_text_gets_a_kind_sentence(
    bot_api: FakeTelegram, telegram: TelegramChannel, content: dict[str, Any]
) -> None:
    bot_api.push(message=said(**content))

    assert "我只看得懂文字" in (await bot_api.messages(1))[0]["text"]


async def test_an_album_is_answered_once(bot_api: FakeTelegram, telegram: TelegramChannel) -> None:
    photo = {"photo": [{"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1}]}
    for _ in range(3):
        last = bot_api.push(message=said(media_group_id="5", **photo))
    await quiet(bot_api, last)

    assert len(bot_api.sent) == 1


async def test_a_caption_is_the_question(bot_api: FakeTelegram, telegram: TelegramChannel) -> None:
    photo = [{"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1}]
    bot_api.push(message=said(photo=photo, caption="这个能申请吗"))

    assert (await bot_api.messages(1))[0]["text"] == "you said: 这个能申请吗"


@pytest.mark.parametrize(
    "content",
    [
        {"edited_message": said("改过的", edit_date=1764000001)},
        {"channel_post": said("公告", chat={"id": -1002, "type": "channel", "title": "N"})},
        {"message": said(new_chat_members=[person(8)])},
        {"message": said("我是另一个机器人", **{"from": person(9, is_bot=True)})},
        {"message": said("一张卡片", via_bot={"id": 123456, "is_bot": True, "first_name": "C"})},
        {"message": said("没有发信人", **{"from": None})},
        {"poll": {"id": "1"}},
        {"message": {"text": "no chat, no id"}},
        {"kind_of_the_future": {"a": 1}},
        {},
    ],
    ids=range(10),
)
async def test_what_asks_nothing_is_acknowledged_and_the_next_question_answered(
    bot_api: FakeTelegram, telegram: TelegramChannel, content: dict[str, Any]
) -> None:
    bot_api.push(**content)
    bot_api.push(message=said("有什么贷款？"))
    await quiet(bot_api, 1002)

    assert [answer["text"] for answer in bot_api.sent] == ["you said: 有什么贷款？"]
    assert bot_api.updates == []
