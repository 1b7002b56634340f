"""A person has a conversation on a WeChat account that may write, as far as WeChat lets it."""

# ruff: noqa: F811 - the fixtures are those of test_wechat.py

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot.channels.contracts import Services
from bot.message import Effect
from bot.store.sql import SqlStore
from tests.bot.conftest import FakeAssistant
from tests.channels.fake_wechat import USER, FakeWeChat
from tests.channels.office import TAKEN, Office, open_office
from tests.channels.test_wechat import (  # noqa: F401 - fixtures
    CONVERSATION,
    HOUR,
    Clock,
    Phone,
    Start,
    clock,
    platform,
    short_pauses,
    start,
    until,
)


@pytest_asyncio.fixture
async def office(
    store: SqlStore, fake_assistant: FakeAssistant, tmp_path: Path
) -> AsyncIterator[Office]:
    yield await open_office(store, fake_assistant, tmp_path)


@pytest.fixture
def services(office: Office) -> Services:
    return office.services


@pytest_asyncio.fixture
async def phone(start: Start, office: Office) -> Phone:
    """A founder whom the clerk has just taken over."""
    phone = await start()
    office.connect({"wechat": phone.channel})
    await taken(phone, office)
    return phone


async def taken(phone: Phone, office: Office) -> None:
    office.assistant.effects = (Effect("hand_over"),)
    assert "排在第1位" in await phone.ask("找真人")
    office.assistant.effects = ()
    await office.take()


async def test_within_the_window_letters_go_at_once_and_are_counted(
    phone: Phone,
    office: Office,
    platform: FakeWeChat,
    clock: Clock,
) -> None:
    await office.say(CONVERSATION, "a", "你好，我姓李。")

    assert platform.texts == [TAKEN, "你好，我姓李。"]
    assert await office.deliveries(CONVERSATION) == ["sent", "sent"]
    reach = await phone.channel.reach(CONVERSATION)
    assert (reach.left, reach.until) == (3, clock.now + 48 * HOUR)


async def test_a_message_for_the_person_is_answered_with_nothing(
    phone: Phone,
    office: Office,
    platform: FakeWeChat,
) -> None:
    response = await phone.push(phone.text("我在南山"))

    assert response.content in (b"", b"success")
    assert platform.texts == [TAKEN]
    assert await office.heard(CONVERSATION) == ["找真人", "我在南山"]


@pytest.mark.parametrize(
    ("kind", "more"), [("image", {"PicUrl": "x"}), ("event", {"Event": "CLICK", "EventKey": "old"})]
)
async def test_a_picture_or_a_tap_on_the_menu_is_kept_for_the_person_and_not_answered(
    phone: Phone, office: Office, kind: str, more: dict[str, str]
) -> None:
    assert await phone.ask(phone.message(kind, **more)) == ""
    assert await office.heard(CONVERSATION) == ["找真人", ""]


async def test_when_the_window_is_over_letters_come_with_the_next_message_in_its_reply(
    phone: Phone,
    office: Office,
    platform: FakeWeChat,
    clock: Clock,
) -> None:
    clock.now += 49 * HOUR
    await office.say(CONVERSATION, "a", "还需要帮忙吗？")
    await office.say(CONVERSATION, "b", "我明天也在。")
    assert (await phone.channel.reach(CONVERSATION)).left == 0
    assert await office.deliveries(CONVERSATION) == ["sent", "kept", "kept"]
    await office.send()  # looking again changes nothing
    assert len(platform.called("send")) == 1

    assert await phone.ask("在的") == "还需要帮忙吗？\n\n我明天也在。"
    await until(lambda: not phone.channel._background)
    await office.send()

    assert await office.deliveries(CONVERSATION) == ["sent"] * 3
    assert platform.texts == [TAKEN]


async def test_more_than_one_reply_holds_goes_on_by_calls_and_nothing_twice(
    phone: Phone,
    office: Office,
    platform: FakeWeChat,
    clock: Clock,
) -> None:
    clock.now += 49 * HOUR
    long = "".join(f"第{n}句，写得很细。" for n in range(150))
    await office.say(CONVERSATION, "a", long)
    await office.say(CONVERSATION, "b", "就这些。")

    first = await phone.ask("在的")
    await until(lambda: not phone.channel._background)

    read = "".join([first, *platform.texts[1:]]).replace("\n", "")
    assert read == f"{long}就这些。"


async def test_what_was_used_up_waits_and_the_rest_of_the_letters_behind_it(
    phone: Phone,
    office: Office,
    platform: FakeWeChat,
) -> None:
    texts = [f"第{n}条" for n in range(1, 7)]
    for number, text in enumerate(texts):
        await office.say(CONVERSATION, str(number), text)

    assert platform.texts == [TAKEN, *texts[:4]]
    assert await office.deliveries(CONVERSATION) == ["sent"] * 5 + ["kept"] * 2
    assert await phone.ask("收到") == "第5条\n\n第6条"


async def test_in_an_outage_letters_are_kept_and_go_when_it_is_over_without_a_message(
    phone: Phone,
    office: Office,
    platform: FakeWeChat,
) -> None:
    platform.troubles["message/custom/send"] = [502, 502]
    await office.say(CONVERSATION, "a", "第一句")
    assert await office.deliveries(CONVERSATION) == ["sent", "kept"]
    await office.say(CONVERSATION, "b", "第二句")
    await office.send()

    assert platform.texts == [TAKEN, "第一句", "第二句"]
    assert await office.deliveries(CONVERSATION) == ["sent"] * 3


async def test_who_left_the_account_gets_nothing_and_the_clerk_sees_why(
    phone: Phone,
    office: Office,
    platform: FakeWeChat,
) -> None:
    platform.followers.discard(USER)

    await office.say(CONVERSATION, "a", "你好")

    letter = (await office.desk.letters.after(CONVERSATION))[-1]
    assert letter.delivery == "failed"
    assert "43004" in letter.why
    platform.followers.add(USER)
    assert await phone.ask("我回来了") == ""


async def test_letters_that_wait_go_before_the_bots_answer_after_it_is_given_back(
    phone: Phone,
    office: Office,
    clock: Clock,
) -> None:
    clock.now += 49 * HOUR
    await office.say(CONVERSATION, "a", "我查一下。")
    await office.give_back(CONVERSATION)

    read = await phone.ask("有什么贷款？")

    order = ["我查一下。", "接下来还是由我（创问）回答", "you said: 有什么贷款？"]
    assert [read.index(text) for text in order] == sorted(read.index(text) for text in order)


async def test_a_letter_written_while_another_is_brought_is_neither_lost_nor_first(
    phone: Phone,
    office: Office,
    platform: FakeWeChat,
    clock: Clock,
) -> None:
    clock.now += 49 * HOUR
    await office.say(CONVERSATION, "a", "先写的")

    reply, _ = await asyncio.gather(phone.ask("在的"), office.say(CONVERSATION, "b", "后写的"))
    await until(lambda: not phone.channel._background)
    await office.send()

    read = [reply, *platform.texts[1:]]
    assert "\n\n".join(text for text in read if text) == "先写的\n\n后写的"
    assert await office.deliveries(CONVERSATION) == ["sent"] * 3


async def test_a_choice_that_has_to_wait_is_brought_without_its_number(
    phone: Phone,
    office: Office,
    clock: Clock,
) -> None:
    await office.give_back(CONVERSATION)
    office.assistant.effects = (Effect("hand_over"),)
    await phone.ask("找真人")
    office.assistant.effects = ()
    clock.now += 49 * HOUR
    ownership = await office.desk.owners.read(CONVERSATION)
    await office.desk.handover._apply(ownership, ownership.change("nobody_came"))
    await office.send()

    read = await phone.ask("有什么贷款？")

    assert "一直没有工作人员接手" in read
    assert "1. " not in read
