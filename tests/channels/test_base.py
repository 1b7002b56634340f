"""The channel base: accepted once, asked, delivered with retries, one outcome a message."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace

import pytest

import bot.channels.base
from bot.channels.base import MOST_WAITING, Channel
from bot.channels.contracts import Outcome, Received, Services, TryAgain, Undeliverable
from bot.message import AssistantUnavailable, Turn, UserMessage
from tests.bot.conftest import FakeAssistant


class Pigeon(Channel):
    """A channel that remembers what it sent; `troubles` happen first, one a sending."""

    name = "pigeon"

    def __init__(self, services: Services) -> None:
        super().__init__(services)
        self.sent: list[Turn] = []
        self.troubles: list[Exception] = []

    async def push(self, conversation: str, turn: Turn) -> None:
        self.sent.append(turn)

    async def send(self, turn: Turn, received: Received) -> None:
        if self.troubles:
            raise self.troubles.pop(0)
        self.sent.append(turn)


@pytest.fixture
def pigeon(services: Services, monkeypatch: pytest.MonkeyPatch) -> Pigeon:
    monkeypatch.setattr(bot.channels.base, "_FIRST_PAUSE", 0.001)
    return Pigeon(services)


def received(identity: str = "m1", text: str = "有什么贷款？", **more: str) -> Received:
    return Received(UserMessage("pigeon:1", identity, text, **more), {"loft": 7})


async def outcomes(*running: asyncio.Task[Outcome]) -> list[str]:
    return [outcome.result for outcome in await asyncio.gather(*running)]


async def test_a_message_is_answered_and_delivered(pigeon: Pigeon) -> None:
    outcome = await pigeon.process(received())

    assert (outcome.result, outcome.attempts) == ("answered", 1)
    assert [turn.replies for turn in pigeon.sent] == [("you said: 有什么贷款？",)]


async def test_a_repeat_awaits_the_first_and_nothing_is_said_twice(
    pigeon: Pigeon, fake_assistant: FakeAssistant
) -> None:
    tasks = [asyncio.create_task(pigeon.process(received())) for _ in range(3)]

    assert await outcomes(*tasks) == ["answered", "repeated", "repeated"]
    assert len(pigeon.sent) == len(fake_assistant.asked) == 1


async def test_a_repeat_that_comes_later_says_nothing(pigeon: Pigeon) -> None:
    await pigeon.process(received())

    assert (await pigeon.process(received())).result == "repeated"
    assert len(pigeon.sent) == 1


async def test_a_repeat_after_a_restart_says_nothing(pigeon: Pigeon, services: Services) -> None:
    await pigeon.process(received())

    restarted = Pigeon(services)
    assert (await restarted.process(received())).result == "repeated"
    assert restarted.sent == []


async def test_what_was_accepted_and_not_answered_is_answered_after_a_restart(
    services: Services,
) -> None:
    await services.inbox.accept("pigeon", received("m1", "第一问"))
    await services.inbox.accept("pigeon", received("m2", "第二问"))

    restarted = Pigeon(services)
    await restarted.start()
    while len(restarted.sent) < 2:
        await asyncio.sleep(0)

    assert [turn.id for turn in restarted.sent] == ["m1", "m2"]
    assert await services.inbox.unfinished("pigeon") == []


async def test_an_answer_that_could_not_be_delivered_is_sent_after_a_restart_and_not_asked_again(
    pigeon: Pigeon, services: Services, fake_assistant: FakeAssistant
) -> None:
    pigeon.troubles = [TryAgain("down")] * 4
    assert (await pigeon.process(received())).result == "failed"

    restarted = Pigeon(services)
    await restarted.start()
    while not restarted.sent:
        await asyncio.sleep(0)

    assert restarted.sent[0].replies == ("you said: 有什么贷款？",)
    assert len(fake_assistant.asked) == 1


async def test_a_platform_that_is_down_for_a_moment_is_tried_again(pigeon: Pigeon) -> None:
    pigeon.troubles = [TryAgain("500"), TryAgain("time-out", after=0.001)]

    outcome = await pigeon.process(received())

    assert (outcome.result, outcome.attempts) == ("answered", 3)
    assert len(pigeon.sent) == 1


async def test_an_outage_that_is_longer_than_the_attempts_is_outlasted(
    pigeon: Pigeon, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bot.channels.base, "_LATER", (0.001, 0.001))
    pigeon.troubles = [TryAgain("down")] * 8

    assert (await pigeon.process(received())).result == "failed"
    while not pigeon.sent:
        await asyncio.sleep(0.001)

    assert [turn.replies for turn in pigeon.sent] == [("you said: 有什么贷款？",)]
    while await services.inbox.unfinished("pigeon"):
        await asyncio.sleep(0.001)


async def test_that_there_is_no_answer_yet_is_said_once(
    pigeon: Pigeon, fake_assistant: FakeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bot.channels.base, "_LATER", (0.001, 0.001, 0.001))
    fake_assistant.error = AssistantUnavailable("no answer in 20 s")

    await pigeon.process(received())
    while len(fake_assistant.asked) < 4:
        await asyncio.sleep(0.001)

    assert len(pigeon.sent) == 1


async def test_a_founder_who_blocked_us_is_dropped_quietly(
    pigeon: Pigeon, services: Services, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    pigeon.troubles = [Undeliverable("blocked")]

    assert (await pigeon.process(received())).result == "dropped"
    assert await services.inbox.unfinished("pigeon") == []
    assert all(record.levelno < logging.WARNING for record in caplog.records)


async def test_an_assistant_that_fails_is_told_to_the_founder_and_asked_again_at_the_next_start(
    pigeon: Pigeon, services: Services, fake_assistant: FakeAssistant
) -> None:
    fake_assistant.error = AssistantUnavailable("no answer in 20 s")

    assert (await pigeon.process(received())).result == "failed"
    assert "没有丢" in pigeon.sent[0].replies[0]

    fake_assistant.error = None
    restarted = Pigeon(services)
    await restarted.start()
    while not restarted.sent:
        await asyncio.sleep(0)
    assert restarted.sent[0].replies == ("you said: 有什么贷款？",)


async def test_a_button_of_an_old_answer_gets_a_kind_sentence_in_the_founders_language(
    pigeon: Pigeon, fake_assistant: FakeAssistant
) -> None:
    await pigeon.process(received())
    pressed = Received(UserMessage("pigeon:1", "m2", choice="77-1", language="en"))

    assert (await pigeon.process(pressed)).result == "answered"
    assert "earlier answer" in pigeon.sent[-1].replies[0]
    assert len(fake_assistant.asked) == 1


async def test_a_storm_is_refused_with_a_sentence_and_other_founders_are_not_touched(
    pigeon: Pigeon, fake_assistant: FakeAssistant
) -> None:
    gate = asyncio.Event()

    async def wait(message: UserMessage) -> None:
        await gate.wait()

    fake_assistant.gate = wait
    storm = [
        asyncio.create_task(pigeon.process(received(f"m{n}"))) for n in range(MOST_WAITING + 3)
    ]
    other = replace(received("x1"), message=UserMessage("pigeon:2", "x1", "hello"))
    storm.append(asyncio.create_task(pigeon.process(other)))
    while not pigeon.sent:
        await asyncio.sleep(0)
    gate.set()

    assert sorted(await outcomes(*storm)) == ["answered"] * (MOST_WAITING + 1) + ["refused"] * 3
    assert sum("太快" in turn.replies[0] for turn in pigeon.sent) == 1  # once a storm


async def test_a_fragment_and_its_rest_get_one_answer(
    pigeon: Pigeon, fake_assistant: FakeAssistant
) -> None:
    fake_assistant.fragments = {"我想"}

    first = asyncio.create_task(pigeon.process(received("m1", "我想")))
    await asyncio.sleep(0.05)
    second = asyncio.create_task(pigeon.process(received("m2", "申请创新券")))

    assert await outcomes(first, second) == ["joined", "answered"]
    assert [turn.replies for turn in pigeon.sent] == [("you said: 我想 申请创新券",)]


async def test_a_fragment_is_not_lost_where_its_rest_could_not_be_answered(
    pigeon: Pigeon, services: Services, fake_assistant: FakeAssistant
) -> None:
    fake_assistant.fragments = {"我想"}
    fake_assistant.error = AssistantUnavailable("no answer in 20 s")
    first = asyncio.create_task(pigeon.process(received("m1", "我想")))
    await asyncio.sleep(0.05)
    assert (await pigeon.process(received("m2", "申请创新券"))).result == "failed"
    await first
    await pigeon.stop()

    fake_assistant.error = None
    restarted = Pigeon(services)
    await restarted.start()
    while not restarted.sent:
        await asyncio.sleep(0)

    assert restarted.sent[0].replies == ("you said: 我想 申请创新券",)


async def test_many_open_messages_of_one_founder_are_all_answered_after_a_restart_in_order(
    services: Services,
) -> None:
    names = [f"m{number:02d}" for number in range(MOST_WAITING + 5)]
    for name in names:
        await services.inbox.accept("pigeon", received(name, f"问题{name}"))

    restarted = Pigeon(services)
    await restarted.start()
    while len(restarted.sent) < len(names):
        await asyncio.sleep(0.001)

    assert [turn.id for turn in restarted.sent] == names
    assert all("you said" in turn.replies[0] for turn in restarted.sent)


async def test_half_a_character_is_no_reason_to_lose_a_message(pigeon: Pigeon) -> None:
    outcome = await pigeon.process(received("m1", "\ud83d 有什么贷款？"))

    assert outcome.result == "answered"


async def test_the_log_says_what_happened_without_words_and_numbers(
    pigeon: Pigeon, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    await pigeon.process(received("m1", "我的电话13800138000，有什么贷款"))

    line = next(r.getMessage() for r in caplog.records if r.getMessage().startswith("message "))
    assert "channel=pigeon conversation=pigeon:1 id=m1 result=answered attempts=1" in line
    assert "138" not in caplog.text.replace(line, "")
    assert "贷款" not in caplog.text


async def test_stopping_ends_what_is_under_way_and_keeps_it_for_the_next_start(
    pigeon: Pigeon, services: Services, fake_assistant: FakeAssistant
) -> None:
    async def never(message: UserMessage) -> None:
        await asyncio.Event().wait()

    fake_assistant.gate = never
    pigeon.in_background(pigeon.process(received()))
    while not fake_assistant.asked:
        await asyncio.sleep(0)

    await pigeon.stop()

    assert [r.message.id for r in await services.inbox.unfinished("pigeon")] == ["m1"]
