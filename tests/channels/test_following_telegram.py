"""What changed reaches a follower on Telegram, and one tap stops what comes after."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot.channels.contracts import Services
from bot.channels.telegram import TelegramChannel
from bot.channels.texts import channel_texts
from bot.events import Events
from bot.message import Effect
from bot.people.outbox import Outbox
from bot.store.inbox import SqlInbox
from bot.store.letters import SqlLetters
from tests.bot.conftest import FakeAssistant
from tests.channels.fake_telegram import shown
from tests.channels.newsroom import MEASURE, Newsroom, moved
from tests.channels.test_telegram_peer import Peer, peer, telegram  # noqa: F401 - fixtures

pytestmark = pytest.mark.parametrize("telegram", ["polling"], indirect=True)


@pytest_asyncio.fixture
async def newsroom(
    city_copy: Path, tmp_path: Path, fake_assistant: FakeAssistant
) -> AsyncIterator[Newsroom]:
    newsroom = Newsroom(city_copy, tmp_path, fake_assistant)
    yield newsroom
    await newsroom.store.close()


@pytest.fixture
def services(newsroom: Newsroom) -> Services:
    return Services(newsroom.talk, SqlInbox(newsroom.store), channel_texts())


async def test_a_change_arrives_once_and_one_tap_stops_what_comes_after(
    peer: Peer,  # noqa: F811
    telegram: TelegramChannel,  # noqa: F811
    newsroom: Newsroom,
    fake_assistant: FakeAssistant,
) -> None:
    outbox = Outbox(SqlLetters(newsroom.store), {"telegram": telegram}, Events())

    async def send() -> None:
        await outbox.send_open()
        await outbox.settled()

    await newsroom.publish("--send")
    fake_assistant.effects = (Effect("follow", {"what": MEASURE}),)
    await peer.says("房租补贴有变化通知我")
    (answer,) = await peer.reads()
    assert "已订阅：（一）保障创业用房" in shown(answer["text"])
    fake_assistant.effects = ()

    newsroom.change(moved)
    await newsroom.publish()  # only shows it
    await send()
    await newsroom.publish("--send")
    await newsroom.publish("--send")  # there is nothing any more
    await send()
    await send()
    (letter,) = await peer.reads()
    text = shown(letter["text"])
    assert "你订阅的内容有变化" in text
    assert "（一）保障创业用房" in text
    assert "qiye.yunze.example · 00200 / 00100 → " in text
    assert "fuwu.yunze.example · 00100" in text
    assert "https://ask.example/zh-Hans/measures/1" in letter["text"]
    assert len(await SqlLetters(newsroom.store).after("telegram:5")) == 1

    buttons = [b for row in letter["reply_markup"]["inline_keyboard"] for b in row]
    await peer.says("谢谢")  # the letter's button works also after something else was said
    await peer.reads()
    await peer.taps(buttons[-1]["callback_data"])
    (stopped,) = await peer.reads()
    assert "已取消订阅" in shown(stopped["text"])

    newsroom.change(lambda contacts: contacts.replace("fuwu.yunze", "xin.yunze"))
    await newsroom.publish("--send")
    await send()
    assert len(await SqlLetters(newsroom.store).after("telegram:5")) == 1
