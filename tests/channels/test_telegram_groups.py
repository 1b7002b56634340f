"""Groups: answered only when meant, each member apart."""

from __future__ import annotations

from typing import Any

import pytest

from bot.channels.telegram import TelegramChannel
from tests.bot.conftest import FakeAssistant
from tests.channels.fake_telegram import FakeTelegram
from tests.channels.telegram_said import GROUP, person, quiet, replied_to_bot, said, tapped


@pytest.mark.parametrize(
    ("message", "asked"),
    [
        (said("@ChuangWenBot 有什么贷款？", chat=GROUP), "有什么贷款？"),
        (said("😀请问 @chuangwenbot，有什么贷款？", chat=GROUP), "😀请问 ，有什么贷款？"),
        (said("有什么贷款？", chat=GROUP, reply_to_message=replied_to_bot()), "有什么贷款？"),
    ],
)
async def test_a_group_that_means_us_is_answered_in_a_reply(
    bot_api: FakeTelegram,
    telegram: TelegramChannel,
    fake_assistant: FakeAssistant,
    message: dict[str, Any],
    asked: str,
) -> None:
    bot_api.push(message=message)
    (answer,) = await bot_api.messages(1)

    assert fake_assistant.asked[0][0].text == asked
    assert answer["chat_id"] == GROUP["id"]
    assert answer["reply_parameters"]["message_id"] == 50
    assert answer["reply_parameters"]["allow_sending_without_reply"] is True


@pytest.mark.parametrize(
    "message",
    [
        said("有什么贷款？", chat=GROUP),
        said("@AnotherBot 有什么贷款？", chat=GROUP),
        said("/topics", chat=GROUP),
        said("/topics@AnotherBot", chat=GROUP),
        said("mail me at a@ChuangWenBot", chat=GROUP, entities=[]),
        said(chat=GROUP, voice={"file_id": "f", "file_unique_id": "u", "duration": 1}),
        said("有什么贷款？", chat=GROUP, reply_to_message={**replied_to_bot(), "from": person(8)}),
    ],
    ids=range(7),
)
async def test_a_group_that_talks_among_itself_is_left_alone(
    bot_api: FakeTelegram, telegram: TelegramChannel, message: dict[str, Any]
) -> None:
    await quiet(bot_api, bot_api.push(message=message))

    assert bot_api.sent == []


async def test_our_name_alone_asks_what_we_are_for(
    bot_api: FakeTelegram, telegram: TelegramChannel
) -> None:
    bot_api.push(message=said("@ChuangWenBot", chat=GROUP))

    assert "直接打字问就行" in (await bot_api.messages(1))[0]["text"]


async def test_everybody_in_a_group_has_a_conversation_and_buttons_of_their_own(
    bot_api: FakeTelegram, telegram: TelegramChannel, fake_assistant: FakeAssistant
) -> None:
    fake_assistant.choices = (("看原文", "/ask_original"),)
    bot_api.push(message=said("@ChuangWenBot 贷款", user=7, chat=GROUP))
    bot_api.push(message=said("@ChuangWenBot 社保", user=8, chat=GROUP))
    first, _ = await bot_api.messages(2)
    data = first["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
    owner = data.partition("@")[2]
    other = 8 if owner == "7" else 7

    await quiet(bot_api, bot_api.push(callback_query=tapped(data, user=other, chat=GROUP)))
    assert "给提问的人" in bot_api.of("answerCallbackQuery")[0]["text"]
    assert len(bot_api.sent) == 2

    bot_api.push(callback_query=tapped(data, user=int(owner), chat=GROUP))
    await bot_api.messages(3)
    assert fake_assistant.asked[-1][0].conversation == f"telegram:-1001:{owner}"


async def test_an_answer_stays_in_the_topic_of_a_forum(
    bot_api: FakeTelegram, telegram: TelegramChannel
) -> None:
    topic = {"is_topic_message": True, "message_thread_id": 12}
    bot_api.push(message=said("@ChuangWenBot 贷款", chat={**GROUP, "is_forum": True}, **topic))

    assert (await bot_api.messages(1))[0]["message_thread_id"] == 12
