"""A person takes over on every channel: the bot is silent, and letters arrive once, in order."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

import bot.channels.base
from bot.channels.contracts import Outcome
from bot.conversation import Conversations
from bot.desk.services import Desk, open_desk
from bot.message import Part
from bot.outbox import Outbox
from bot.settings import Settings
from bot.store.desk_tables import staff
from bot.store.sql import SqlStore
from tests.bot.conftest import FakeAssistant
from tests.channels.everywhere import Everywhere, everywhere_for, quiet
from tests.channels.fake_telegram import refusal

NOW = datetime(2026, 11, 25, 9, tzinfo=timezone.utc)
CLERK = 1
PLATFORMS = ("telegram", "wechat", "wecom")


@dataclass
class Office:
    """A desk with one clerk, and founders on every channel."""

    everywhere: Everywhere
    desk: Desk
    outbox: Outbox
    assistant: FakeAssistant
    channel: str

    async def hears(self, text: str) -> list[str]:
        """What the founder newly reads after writing."""
        before = await self.read()
        said = await self._ask()("7", text)
        if self.channel == "wechat":
            return [text for text in said if text]
        return (await self.read())[len(before) :]

    async def read(self) -> list[str]:
        """All that the founder was sent so far (on WeChat without passive replies)."""
        if self.channel == "telegram":
            return [_with_buttons(message) for message in self.everywhere.telegram.sent]
        return list(self.everywhere.wecom.texts) if self.channel == "wecom" else []

    async def conversation(self) -> str:
        (owned,) = await self.desk.owners.with_owner("bot", "waiting", "human", "closed")
        return owned.conversation

    async def take(self) -> str:
        conversation = await self.conversation()
        await self.desk.handover.take(conversation, CLERK)
        await self.send()
        return conversation

    async def say(self, conversation: str, key: str, text: str) -> None:
        await self.desk.handover.say(conversation, key, CLERK, (Part(text=text),))
        await self.send()

    async def send(self) -> None:
        await self.outbox.send_open()
        await self.outbox.settled()

    def _ask(self) -> Callable[[str, str], Awaitable[list[str]]]:
        ask: Callable[[str, str], Awaitable[list[str]]]
        ask = getattr(self.everywhere, f"on_{self.channel}")
        return ask


@pytest_asyncio.fixture(params=PLATFORMS)
async def office(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Office]:
    monkeypatch.setattr(bot.channels.base, "_FIRST_PAUSE", 0.001)
    store, assistant = SqlStore(f"sqlite:///{tmp_path / 'talk.db'}"), FakeAssistant()
    clerk = {"id": CLERK, "name": "Li", "role": "clerk", "password": "", "active": True}
    row = {**clerk, "failed": 0, "created": NOW}
    await store.run(lambda c: c.execute(staff.insert(), row))
    desk = open_desk(Settings(data_dir=tmp_path), store, lambda: NOW)
    conversations = Conversations(assistant, store, desk.reception, desk.events)
    async with everywhere_for(conversations, store) as everywhere:
        outbox = Outbox(desk.letters, everywhere.channels, desk.events, lambda: NOW)
        yield Office(everywhere, desk, outbox, assistant, request.param)
    await store.close()


def _with_buttons(message: dict[str, Any]) -> str:
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    return "\n".join([message["text"], *(button["text"] for row in rows for button in row)])


async def ask_for_a_person(office: Office) -> list[str]:
    office.assistant.effects = ("hand_over",)
    heard = await office.hears("我要找真人")
    office.assistant.effects = ()
    return heard


async def test_the_founder_learns_the_place_in_the_queue_and_how_to_leave_it(
    office: Office,
) -> None:
    heard = "\n".join(await ask_for_a_person(office))

    assert "排在第1位" in heard
    assert "不等了，接着问创问" in heard


async def test_while_a_person_has_it_the_bot_says_nothing_and_keeps_every_word(
    office: Office,
) -> None:
    await ask_for_a_person(office)
    conversation = await office.take()
    asked = len(office.assistant.asked)

    heard = [*await office.hears("我在南山，做无人机的"), *await office.hears("你还在吗")]

    # On WeChat the first of them brings what could not be sent before.
    assert [text for text in heard if "现在由真人回答你" not in text] == []

    assert len(office.assistant.asked) == asked
    stored = await office.desk.store.read(conversation, "")
    assert stored is not None
    assert stored.turns == 3


async def test_what_the_clerk_writes_arrives_once_and_in_order(office: Office) -> None:
    if office.channel == "wechat":
        pytest.skip("without its AppSecret an account cannot write first: the next test")
    await ask_for_a_person(office)
    before = len(await office.read())
    conversation = await office.take()
    for key, text in (("a", "你好，我姓李。"), ("b", "请问在哪个区？"), ("b", "请问在哪个区？")):
        await office.say(conversation, key, text)
    await office.send()

    arrived = (await office.read())[before:]
    assert [text.strip() for text in arrived] == [
        "工作人员已经接手，现在由真人回答你。",
        "你好，我姓李。",
        "请问在哪个区？",
    ]
    letters = await office.desk.letters.after(conversation)
    assert [letter.delivery for letter in letters] == ["sent", "sent", "sent"]


async def test_where_the_platform_takes_nothing_now_letters_come_with_the_next_message(
    office: Office,
) -> None:
    if office.channel != "wechat":
        pytest.skip("only WeChat answers without being able to write first")
    await ask_for_a_person(office)
    conversation = await office.take()
    await office.say(conversation, "a", "请问在哪个区？")
    delivery = [letter.delivery for letter in await office.desk.letters.after(conversation)]

    heard = [*await office.hears("南山"), *await office.hears("南山区")]

    assert delivery == ["kept", "kept"]
    assert [text.strip() for text in heard] == [
        "工作人员已经接手，现在由真人回答你。",
        "请问在哪个区？",
    ]


async def test_after_it_is_given_back_the_bot_answers_with_what_it_knew(office: Office) -> None:
    await office.hears("有什么贷款？")
    await ask_for_a_person(office)
    conversation = await office.take()
    await office.hears("这句给真人")
    await office.desk.handover.give_back(conversation, CLERK)
    await office.send()

    heard = "\n".join(await office.hears("那怎么申请？"))

    assert "you said: 那怎么申请？" in heard
    _, _, state = office.assistant.asked[-1]
    assert state["said"] == ["有什么贷款？", "我要找真人"]


async def test_a_restart_does_not_give_the_bot_its_voice_back(
    office: Office, tmp_path: Path
) -> None:
    await ask_for_a_person(office)
    await office.take()

    store, assistant = SqlStore(f"sqlite:///{tmp_path / 'talk.db'}"), FakeAssistant()
    desk = open_desk(Settings(data_dir=tmp_path), store, lambda: NOW)
    conversations = Conversations(assistant, store, desk.reception, desk.events)
    async with everywhere_for(conversations, store) as everywhere:
        everywhere.asked = 100  # Telegram counts on
        anew = Office(everywhere, desk, office.outbox, assistant, office.channel)
        heard = await anew.hears("还在吗")

    await store.close()
    assert [text for text in heard if "you said" in text] == []
    assert assistant.asked == []


async def test_a_founder_who_blocked_us_is_shown_to_the_clerk(office: Office) -> None:
    if office.channel != "telegram":
        pytest.skip("the fakes of WeChat and WeCom refuse in their own tests")
    await ask_for_a_person(office)
    conversation = await office.take()
    blocked = refusal(403, "Forbidden: bot was blocked by the user")
    office.everywhere.telegram.trouble["sendMessage"] = [lambda: blocked]

    await office.say(conversation, "a", "你好")

    letters = await office.desk.letters.after(conversation)
    assert letters[-1].delivery == "failed"
    assert letters[-1].why == "Forbidden"


async def test_a_held_message_is_noted_as_held(office: Office) -> None:
    await ask_for_a_person(office)
    await office.take()
    await office.hears("给真人的话")
    await quiet(office.everywhere.channels[office.channel])

    outcomes = office.everywhere.channels[office.channel].outcomes
    assert outcomes["held"] == 1
    assert Outcome("held").result == "held"
