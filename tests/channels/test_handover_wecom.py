"""A person of ours has a conversation of 微信客服, as far as the platform lets us write."""

# ruff: noqa: F811 - the fixtures are those of test_wecom.py

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from bot.channels.contracts import Services
from bot.channels.wecom import WeComChannel
from bot.message import Effect
from bot.store.sql import SqlStore
from tests.bot.conftest import FakeAssistant
from tests.channels.fake_wecom import FakeWeCom
from tests.channels.office import TAKEN, Office, open_office
from tests.channels.test_wecom import (  # noqa: F401 - fixtures
    CONVERSATION,
    Restart,
    channel,
    client,
    platform,
    restart,
    rung,
)

HOUR = 3600


@pytest_asyncio.fixture
async def office(
    store: SqlStore, fake_assistant: FakeAssistant, tmp_path: Path
) -> AsyncIterator[Office]:
    yield await open_office(store, fake_assistant, tmp_path)


@pytest.fixture
def services(office: Office) -> Services:
    return office.services


class Customer:
    """Writes, and reads what the platform took."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        channel: WeComChannel,
        platform: FakeWeCom,
    ) -> None:
        self.client, self.channel, self.platform = client, channel, platform

    async def writes(self, text: str) -> None:
        self.platform.writes(text)
        await rung(self.client, self.channel, self.platform)

    async def sends(self, kind: str) -> None:
        self.platform.sends(kind, {"media_id": "m"})
        await rung(self.client, self.channel, self.platform)


@pytest_asyncio.fixture
async def customer(
    office: Office,
    channel: WeComChannel,
    client: httpx.AsyncClient,
    platform: FakeWeCom,
) -> Customer:
    """A founder whom the clerk has just taken over."""
    customer = Customer(client, channel, platform)
    office.connect({"wecom": channel})
    office.assistant.effects = (Effect("hand_over"),)
    await customer.writes("找真人")
    office.assistant.effects = ()
    assert platform.states[platform.entries[0]["external_userid"]] == 1  # still ours
    await office.take()
    return customer


async def test_letters_go_at_once_and_are_counted(office: Office, customer: Customer) -> None:
    await office.say(CONVERSATION, "a", "你好，我姓李。")

    assert customer.platform.texts[1:] == [TAKEN, "你好，我姓李。"]
    assert await office.deliveries(CONVERSATION) == ["sent", "sent"]
    reach = await customer.channel.reach(CONVERSATION)
    assert reach.left == 2
    assert reach.until is not None
    assert reach.until > time.time()


async def test_the_companys_own_queue_is_not_asked_where_our_desk_has_it(
    office: Office, customer: Customer
) -> None:
    assert customer.platform.called("trans") == [
        {**customer.platform.called("trans")[0], "service_state": 1}
    ]


async def test_what_comes_is_kept_for_the_person_and_not_answered(
    office: Office, customer: Customer
) -> None:
    await customer.writes("我在南山")
    await customer.sends("image")

    assert customer.platform.texts[1:] == [TAKEN]
    assert await office.heard(CONVERSATION) == ["找真人", "我在南山", ""]


async def test_what_may_not_go_now_comes_with_the_next_message(
    office: Office, customer: Customer
) -> None:
    texts = [f"第{n}条" for n in range(1, 7)]
    for number, text in enumerate(texts):
        await office.say(CONVERSATION, str(number), text)
    # The answer with the place in the queue was the first of five.
    assert customer.platform.texts[1:] == [TAKEN, *texts[:3]]
    assert await office.deliveries(CONVERSATION) == ["sent"] * 4 + ["kept"] * 3
    assert (await customer.channel.reach(CONVERSATION)).left == 0

    await customer.writes("收到")
    await office.send()

    assert customer.platform.texts[2:] == texts
    assert await office.deliveries(CONVERSATION) == ["sent"] * 7


async def test_of_more_than_may_go_at_once_none_is_lost(office: Office, customer: Customer) -> None:
    texts = [f"第{n}条" for n in range(1, 13)]
    for number, text in enumerate(texts):
        await office.say(CONVERSATION, str(number), text)
    deliveries = await office.deliveries(CONVERSATION)
    assert deliveries == ["sent"] * 4 + ["kept"] * 5 + ["open"] * 4

    for word in ("一", "二", "三"):
        await customer.writes(word)
        for _ in range(3):
            await office.send()

    assert customer.platform.texts[2:] == texts
    assert await office.deliveries(CONVERSATION) == ["sent"] * 13


async def test_in_an_outage_letters_wait_and_go_once(office: Office, customer: Customer) -> None:
    customer.platform.troubles["kf/send_msg"] = [502, "lost"]

    await office.say(CONVERSATION, "a", "第一句")
    await office.say(CONVERSATION, "b", "第二句")
    while "open" in await office.deliveries(CONVERSATION):
        await office.send()

    assert customer.platform.texts[2:] == ["第一句", "第二句"]


async def test_what_the_company_took_itself_is_told_to_the_clerk(
    office: Office, customer: Customer
) -> None:
    customer.platform.troubles["kf/send_msg"] = [{"errcode": 95018}]

    await office.say(CONVERSATION, "a", "你好")

    letter = (await office.desk.letters.after(CONVERSATION))[-1]
    assert letter.delivery == "failed"
    assert "95018" in letter.why


async def test_after_two_days_nothing_is_left(
    office: Office,
    channel: WeComChannel,
    client: httpx.AsyncClient,
    platform: FakeWeCom,
) -> None:
    platform.writes("有什么贷款？", send_time=int(time.time()) - 47 * HOUR)
    await rung(client, channel, platform)
    assert (await channel.reach(CONVERSATION)).left == 4
    channel._clock = lambda: time.time() + HOUR

    assert (await channel.reach(CONVERSATION)).left == 0
