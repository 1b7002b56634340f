"""A person takes over on every channel: the bot is silent, and letters arrive once, in order."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

import bot.channels.base
from bot.message import Effect
from bot.people.callback import CallBack, new_ticket
from bot.store.sql import SqlStore
from knowledge.language import Language
from tests.bot.conftest import FakeAssistant
from tests.channels.everywhere import Everywhere, everywhere_for, quiet
from tests.channels.fake_telegram import shown
from tests.channels.office import CLERK, NOW, TAKEN, Office, open_office

PLATFORMS = ("telegram", "wechat", "wecom")


@dataclass
class Founder:
    """Somebody on one channel."""

    everywhere: Everywhere
    channel: str

    async def hears(self, text: str) -> list[str]:
        """What the founder newly reads after writing."""
        ask: Callable[[str, str], Awaitable[list[str]]]
        ask = getattr(self.everywhere, f"on_{self.channel}")
        before = len(self.read())
        said = await ask("7", text)
        await quiet(self.everywhere.channels[self.channel])
        if self.channel == "wechat":
            return [text for text in said if text]
        return self.read()[before:]

    def read(self) -> list[str]:
        """All that was sent so far (on WeChat it goes back with the founder's own messages)."""
        if self.channel == "telegram":
            return [_with_buttons(message) for message in self.everywhere.telegram.sent]
        return list(self.everywhere.wecom.texts) if self.channel == "wecom" else []

    async def asks_for_a_person(self, office: Office) -> list[str]:
        office.assistant.effects = (Effect("hand_over"),)
        heard = await self.hears("我要找真人")
        office.assistant.effects = ()
        return heard


@pytest_asyncio.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    store = SqlStore(f"sqlite:///{tmp_path / 'talk.db'}")
    yield await open_office(store, FakeAssistant(), tmp_path)
    await store.close()


@pytest_asyncio.fixture
async def everywhere(office: Office, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Everywhere]:
    monkeypatch.setattr(bot.channels.base, "_FIRST_PAUSE", 0.001)
    services = office.services
    async with everywhere_for(services.conversations, office.desk.store) as everywhere:
        office.connect(everywhere.channels)
        yield everywhere


@pytest.fixture(params=PLATFORMS)
def founder(request: pytest.FixtureRequest, everywhere: Everywhere) -> Founder:
    return Founder(everywhere, request.param)


def _with_buttons(message: dict[str, Any]) -> str:
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    return "\n".join([shown(message["text"]), *(b["text"] for row in rows for b in row)])


async def test_the_founder_learns_the_place_in_the_queue_and_how_to_leave_it(
    office: Office, founder: Founder
) -> None:
    heard = "\n".join(await founder.asks_for_a_person(office))

    assert "排在第1位" in heard
    assert "不等了，接着问创问" in heard


async def test_while_a_person_has_it_the_bot_says_nothing_and_keeps_every_word(
    office: Office, founder: Founder
) -> None:
    await founder.asks_for_a_person(office)
    conversation = await office.take()
    asked = len(office.assistant.asked)

    heard = [*await founder.hears("我在南山，做无人机的"), *await founder.hears("你还在吗")]

    # On WeChat the first of them brings what could not be sent before.
    assert [text for text in heard if text.strip() != TAKEN] == []
    assert len(office.assistant.asked) == asked
    assert await office.heard(conversation) == ["我要找真人", "我在南山，做无人机的", "你还在吗"]
    outcomes = founder.everywhere.channels[founder.channel].outcomes
    assert outcomes["held"] == 2


async def test_what_the_clerk_writes_arrives_once_and_in_order(
    office: Office, founder: Founder
) -> None:
    await founder.asks_for_a_person(office)
    before = len(founder.read())
    conversation = await office.take()
    for key, text in (("a", "你好，我姓李。"), ("b", "请问在哪个区？"), ("b", "请问在哪个区？")):
        await office.say(conversation, key, text)
    await office.send()

    # This account of WeChat may not write first: letters go with the founder's next message.
    waits = founder.channel == "wechat"
    assert await office.deliveries(conversation) == ["kept" if waits else "sent"] * 3
    arrived = founder.read()[before:]
    arrived += await founder.hears("南山")
    await office.send()
    arrived += await founder.hears("南山区")

    assert "\n\n".join(text.strip() for text in arrived) == "\n\n".join(
        [TAKEN, "你好，我姓李。", "请问在哪个区？"]
    )
    assert await office.deliveries(conversation) == ["sent"] * 3


async def test_after_it_is_given_back_the_bot_answers_with_what_it_knew(
    office: Office, founder: Founder
) -> None:
    await founder.hears("有什么贷款？")
    await founder.asks_for_a_person(office)
    conversation = await office.take()
    await founder.hears("这句给真人")
    await office.give_back(conversation)

    heard = "\n".join(await founder.hears("那怎么申请？"))

    assert "you said: 那怎么申请？" in heard
    _, _, state = office.assistant.asked[-1]
    assert state["said"] == ["有什么贷款？", "我要找真人"]


@asynccontextmanager
async def restarted(founder: Founder, folder: Path) -> AsyncIterator[tuple[Office, Founder]]:
    """Another process on the same database, with the same platforms."""
    store = SqlStore(f"sqlite:///{folder / 'talk.db'}")
    office = await open_office(store, FakeAssistant(), folder, hire=False)
    talk = office.services.conversations
    async with everywhere_for(talk, store, founder.everywhere) as everywhere:
        office.connect(everywhere.channels)
        yield office, Founder(everywhere, founder.channel)
    await store.close()


async def test_a_restart_does_not_give_the_bot_its_voice_back(
    office: Office, founder: Founder, tmp_path: Path
) -> None:
    await founder.asks_for_a_person(office)
    conversation = await office.take()

    async with restarted(founder, tmp_path) as (anew, later):
        heard = await later.hears("还在吗")

        assert [text for text in heard if text.strip() != TAKEN] == []
        assert anew.assistant.asked == []
        assert await anew.heard(conversation) == ["我要找真人", "还在吗"]


async def test_a_letter_that_a_former_process_left_goes_after_a_restart(
    office: Office, founder: Founder, tmp_path: Path
) -> None:
    await founder.asks_for_a_person(office)
    (waiting,) = await office.desk.owners.with_owner("waiting")
    await office.desk.handover.take(waiting.conversation, CLERK)  # and the process ends
    before = len(founder.read())

    async with restarted(founder, tmp_path) as (anew, later):
        await anew.send()
        arrived = later.read()[before:]
        arrived += await later.hears("在吗")

    assert [text.strip() for text in arrived] == [TAKEN]


@pytest.mark.parametrize(
    ("language", "said"),
    [("zh-Hans", "还没有回复"), ("zh-Hant", "尚未回覆"), ("en", "not answered yet")],
)
async def test_a_ticket_tells_on_any_channel_how_it_stands_and_nothing_else(
    office: Office, founder: Founder, language: Language, said: str
) -> None:
    contact = office.desk.vault.seal("13800138000")
    ticket = new_ticket()
    await office.desk.callbacks.add(CallBack(ticket, language, contact, "创新券", NOW))

    heard = "\n".join(await founder.hears(ticket.lower().replace("0", "o")))

    assert said in heard
    assert ticket in heard
    assert "创新券" not in heard
    assert "8000" not in heard
    assert office.assistant.asked == []


async def test_a_hand_over_reads_the_same_on_every_channel(
    office: Office, everywhere: Everywhere
) -> None:
    read: dict[str, str] = {}
    for channel in PLATFORMS:
        founder = Founder(everywhere, channel)
        heard = await founder.asks_for_a_person(office)
        before = len(founder.read())
        conversation = await office.take()
        await office.say(conversation, "a", "请问在哪个区？")
        heard += founder.read()[before:] + await founder.hears("南山")
        before = len(founder.read())
        await office.give_back(conversation)
        heard += founder.read()[before:] + await founder.hears("有什么贷款？")
        read[channel] = _bare("\n".join(heard))

    assert len(set(read.values())) == 1, json.dumps(read, ensure_ascii=False, indent=1)
    assert _bare("请问在哪个区？工作人员已经离开") in read["telegram"]


def _bare(text: str) -> str:
    """Without what platforms do in their own way: line breaks, and choices as numbers."""
    framed = r"回复数字继续：|先补上之前没来得及发给你的：|再答你刚才这一条：|\d\. |\s"
    return re.sub(framed, "", text)
