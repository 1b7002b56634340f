"""What changed reaches a follower on WeChat as far as WeChat lets it."""

# ruff: noqa: F811 - the fixtures are those of test_wechat.py

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot.channels.contracts import Services
from bot.channels.texts import channel_texts
from bot.events import Events
from bot.message import Effect
from bot.people.outbox import Outbox
from bot.store.inbox import SqlInbox
from bot.store.letters import SqlLetters
from tests.bot.conftest import FakeAssistant
from tests.channels.fake_wechat import FakeWeChat
from tests.channels.newsroom import MEASURE, Newsroom, moved
from tests.channels.test_wechat import (  # noqa: F401 - fixtures
    CONVERSATION,
    HOUR,
    Clock,
    Phone,
    Start,
    clock,
    phone,
    platform,
    short_pauses,
    start,
    until,
)


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


@pytest.mark.parametrize(
    ("later", "at_once"), [(1 * HOUR, True), (49 * HOUR, False)], ids=["within", "after"]
)
async def test_within_the_window_at_once_and_after_it_with_the_next_message(
    phone: Phone,
    newsroom: Newsroom,
    platform: FakeWeChat,
    clock: Clock,
    fake_assistant: FakeAssistant,
    later: float,
    at_once: bool,
) -> None:
    letters = SqlLetters(newsroom.store)
    outbox = Outbox(letters, {"wechat": phone.channel}, Events())
    await newsroom.publish("--send")
    fake_assistant.effects = (Effect("follow", {"what": MEASURE}),)
    assert "已订阅" in await phone.ask("有变化通知我")
    fake_assistant.effects = ()
    clock.now += later
    newsroom.change(moved)

    await newsroom.publish("--send")
    await outbox.send_open()
    await outbox.settled()

    (letter,) = await letters.after(CONVERSATION)
    assert letter.delivery == ("sent" if at_once else "kept")
    assert len(platform.texts) == at_once
    reply = await phone.ask("在的")
    await until(lambda: not phone.channel._background)
    assert "fuwu.yunze.example" in (platform.texts[0] if at_once else reply)
