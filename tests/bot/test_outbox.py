"""Letters go out by the channel of their conversation: once, in order, over all troubles."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
import pytest_asyncio

from bot.channels.contracts import Kept, TryAgain, Undeliverable
from bot.desk.services import Desk, open_desk
from bot.events import DESK
from bot.message import Part, Turn
from bot.people.outbox import Outbox
from bot.people.ownership import Ownership
from bot.settings import Settings
from bot.store.desk_tables import staff
from bot.store.sql import SqlStore

NOW = datetime(2026, 11, 25, 9, tzinfo=timezone.utc)
CLERK = 1
ONE, OTHER = "pigeon:1", "pigeon:2"


@dataclass
class Pigeons:
    """A channel that remembers what it took; `troubles` of a conversation happen first."""

    took: list[tuple[str, str]] = field(default_factory=list)
    troubles: defaultdict[str, list[Exception]] = field(default_factory=lambda: defaultdict(list))
    kept: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    gate: asyncio.Event | None = None
    is_shut: bool = False

    async def push(self, conversation: str, turn: Turn) -> None:
        if self.gate is not None:
            await self.gate.wait()
        if self.troubles[conversation]:
            raise self.troubles[conversation].pop(0)
        if self.is_shut:
            self.kept[conversation].append(turn.replies[0])
            raise Kept
        self.took.append((conversation, turn.replies[0]))

    async def bring(self, conversation: str) -> bool:
        if self.troubles[conversation]:
            raise self.troubles[conversation].pop(0)
        if self.is_shut:
            return False
        self.took += [(conversation, text) for text in self.kept.pop(conversation, [])]
        return True

    def to(self, conversation: str) -> list[str]:
        return [text for of, text in self.took if of == conversation]


@dataclass
class Post:
    """The desk, a channel, and the outbox between them, with a clock that is moved by hand."""

    desk: Desk
    pigeons: Pigeons
    now: datetime = NOW

    def __post_init__(self) -> None:
        self.outbox = self.open()

    def open(self) -> Outbox:
        """An outbox, as another process has it."""
        letters, events = self.desk.letters, self.desk.events
        return Outbox(letters, {"pigeon": self.pigeons}, events, lambda: self.now, pause=0.001)

    async def write(self, conversation: str, *texts: str) -> None:
        for text in texts:
            await self.desk.handover.say(conversation, text, CLERK, (Part(text=text),))

    async def send(self) -> None:
        await self.outbox.send_open()
        await self.outbox.settled()

    async def deliveries(self, conversation: str = ONE) -> list[str]:
        return [letter.delivery for letter in await self.desk.letters.after(conversation)]


@pytest_asyncio.fixture
async def post(tmp_path: Path) -> AsyncIterator[Post]:
    """Two conversations that a clerk has, nothing written yet."""
    store = SqlStore(f"sqlite:///{tmp_path / 'talk.db'}")
    row = {"id": CLERK, "name": "Li", "role": "clerk", "password": "", "active": True, "failed": 0}
    await store.run(lambda c: c.execute(staff.insert(), {**row, "created": NOW}))
    desk = open_desk(Settings(data_dir=tmp_path), store, lambda: NOW)
    for conversation in (ONE, OTHER):
        await store.create(conversation)
        asked = Ownership(conversation).change("asked")
        await desk.owners.apply(asked, NOW, "zh-Hans")
        taken = (await desk.owners.read(conversation)).change("taken", by=CLERK)
        await desk.owners.apply(taken, NOW, "zh-Hans")
    yield Post(desk, Pigeons())
    await store.close()


async def test_letters_go_in_order_and_once(post: Post) -> None:
    await post.write(ONE, "一", "二", "三")
    await post.send()
    await post.send()

    assert post.pigeons.to(ONE) == ["一", "二", "三"]
    assert await post.deliveries() == ["sent"] * 3


async def test_while_one_is_being_sent_looking_again_sends_nothing_twice(post: Post) -> None:
    post.pigeons.gate = asyncio.Event()
    await post.write(ONE, "一", "二")
    await post.outbox.send_open()
    await asyncio.sleep(0)
    await post.outbox.send_open()
    post.pigeons.gate.set()
    await post.send()

    assert post.pigeons.to(ONE) == ["一", "二"]


async def test_a_slow_founder_does_not_hold_up_another(post: Post) -> None:
    post.pigeons.troubles[ONE] = [TryAgain("flood control", after=30.0)]
    await post.write(ONE, "一")
    await post.write(OTHER, "二")
    await post.outbox.send_open()
    while not post.pigeons.took:
        await asyncio.sleep(0.001)

    assert post.pigeons.took == [(OTHER, "二")]
    assert await post.deliveries() == ["open"]
    await post.outbox.stop()


async def test_in_an_outage_what_comes_later_waits_too_and_goes_after_it(post: Post) -> None:
    post.pigeons.troubles[ONE] = [TryAgain("502"), TryAgain("502")]
    await post.write(ONE, "一", "二")
    await post.send()
    assert await post.deliveries() == ["open", "open"]
    await post.send()
    await post.write(ONE, "三")
    await post.send()

    assert post.pigeons.to(ONE) == ["一", "二", "三"]


async def test_the_time_that_a_platform_asks_for_is_left_to_it(post: Post) -> None:
    post.pigeons.troubles[ONE] = [TryAgain("flood control", after=0.1)]
    await post.write(ONE, "一")
    begun = asyncio.get_running_loop().time()
    await post.send()
    await post.send()

    assert asyncio.get_running_loop().time() - begun >= 0.1
    assert post.pigeons.to(ONE) == ["一"]


async def test_after_an_hour_it_has_failed_and_the_next_is_tried(post: Post) -> None:
    post.pigeons.troubles[ONE] = [TryAgain("502")]
    await post.write(ONE, "一", "二")
    post.now += timedelta(hours=1)
    await post.send()

    (first, _) = await post.desk.letters.after(ONE)
    assert (first.delivery, first.why) == ("failed", "502")
    assert post.pigeons.to(ONE) == ["二"]


async def test_who_blocked_us_is_marked_and_not_tried_again(
    post: Post, caplog: pytest.LogCaptureFixture
) -> None:
    post.pigeons.troubles[ONE] = [Undeliverable("Forbidden")]
    await post.write(ONE, "别告诉别人")
    await post.send()
    await post.send()

    (letter,) = await post.desk.letters.after(ONE)
    assert (letter.delivery, letter.why) == ("failed", "Forbidden")
    assert post.pigeons.took == []
    assert "Forbidden" in caplog.text
    assert "别告诉别人" not in caplog.text


async def test_a_mistake_of_ours_fails_one_letter_and_quotes_nothing(
    post: Post, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    post.pigeons.troubles[ONE] = [ValueError("cannot send '别告诉别人'")]
    await post.write(ONE, "别告诉别人", "二")
    await post.send()

    assert await post.deliveries() == ["failed", "sent"]
    assert (await post.desk.letters.after(ONE))[0].why == "ValueError"
    assert "别告诉别人" not in caplog.text


async def test_what_the_platform_keeps_is_not_called_sent_until_it_went(post: Post) -> None:
    post.pigeons.is_shut = True
    await post.write(ONE, "一", "二")
    await post.send()
    await post.send()
    assert await post.deliveries() == ["kept", "kept"]
    assert post.pigeons.kept[ONE] == ["一", "二"]  # once each

    post.pigeons.is_shut = False
    await post.write(ONE, "三")
    await post.send()

    assert post.pigeons.to(ONE) == ["一", "二", "三"]
    assert await post.deliveries() == ["sent"] * 3


async def test_what_is_kept_outlasts_an_outage_and_fails_where_nobody_is_there(
    post: Post,
) -> None:
    post.pigeons.is_shut = True
    await post.write(ONE, "一")
    await post.send()
    post.now += timedelta(days=1)
    post.pigeons.troubles[ONE] = [TryAgain("502"), Undeliverable("left")]
    await post.send()
    assert await post.deliveries() == ["kept"]
    await post.send()

    (letter,) = await post.desk.letters.after(ONE)
    assert (letter.delivery, letter.why) == ("failed", "left")


async def test_what_a_former_process_left_is_sent_at_the_start_and_what_is_new_at_once(
    post: Post,
) -> None:
    await post.write(ONE, "先前的")
    post.outbox.start()
    while post.pigeons.to(ONE) != ["先前的"]:
        await asyncio.sleep(0.001)
    await post.write(ONE, "新的")
    await asyncio.wait_for(_until(lambda: len(post.pigeons.took) == 2), 2)  # not at the next look
    await post.outbox.stop()
    await post.write(ONE, "停了以后")
    await asyncio.sleep(0.01)

    assert post.pigeons.to(ONE) == ["先前的", "新的"]
    assert await post.deliveries() == ["sent", "sent", "open"]


async def _until(true: Callable[[], object]) -> None:
    while not true():
        await asyncio.sleep(0.001)


async def test_a_stop_in_the_middle_leaves_the_letter_to_the_next_start(post: Post) -> None:
    post.pigeons.gate = asyncio.Event()
    await post.write(ONE, "一")
    post.outbox.start()
    await asyncio.sleep(0.01)
    await post.outbox.stop()
    post.pigeons.gate = None
    assert await post.deliveries() == ["open"]

    post.outbox = post.open()
    await post.send()

    assert post.pigeons.to(ONE) == ["一"]


async def test_an_error_of_the_store_does_not_end_the_sending(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, failures = post.desk.letters.undelivered, [OSError("the disk is full")]

    async def undelivered(channel: str) -> object:
        if failures:
            raise failures.pop()
        return await read(channel)

    monkeypatch.setattr(post.desk.letters, "undelivered", undelivered)
    post.outbox.start()
    await asyncio.sleep(0.01)
    await post.write(ONE, "一")
    await asyncio.wait_for(_until(lambda: post.pigeons.took), 2)
    await post.outbox.stop()

    assert failures == []


async def test_the_desk_and_the_page_hear_of_every_delivery(post: Post) -> None:
    await post.write(ONE, "一")
    with post.desk.events.listen(DESK) as desk, post.desk.events.listen(ONE) as page:
        await post.send()

        assert await desk.wait(0)
        assert await page.wait(0)


async def test_without_a_channel_there_is_nothing_to_look_for(post: Post) -> None:
    outbox = Outbox(post.desk.letters, {}, post.desk.events)
    outbox.start()
    await outbox.stop()
