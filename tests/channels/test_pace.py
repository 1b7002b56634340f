"""The pace: overall, in each chat, and not at all while Telegram says so."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import pytest
from telegram.error import BadRequest, RetryAfter

from bot.channels.bot_api import pace
from bot.channels.bot_api.pace import Pace

GROUP = -1001


class Platform:
    """Notes when it was called for which chat; `troubles` are raised first."""

    def __init__(self, limiter: Pace) -> None:
        self._limiter = limiter
        self.calls: list[tuple[float, int | None]] = []
        self.troubles: list[Exception] = []

    async def send(self, chat: int | None = 1, endpoint: str = "sendMessage") -> str:
        async def call() -> str:
            self.calls.append((time.monotonic(), chat))
            if self.troubles:
                raise self.troubles.pop(0)
            return "sent"

        data = {} if chat is None else {"chat_id": chat}
        result: str = await self._limiter.process_request(call, (), {}, endpoint, data, None)
        return result

    async def send_many(self, *chats: int) -> float:
        """How long it took."""
        started = time.monotonic()
        await asyncio.gather(*(self.send(chat) for chat in chats))
        return time.monotonic() - started


def pause(seconds: float) -> RetryAfter:
    error = RetryAfter(1)
    error._retry_after *= seconds
    return error


@pytest.fixture
def make() -> Callable[..., Platform]:
    return lambda **rates: Platform(Pace(**{"overall": (1000, 1), "private": (1000, 1), **rates}))


async def test_a_private_chat_gets_a_few_at_once_and_then_one_at_a_time(
    make: Callable[..., Platform],
) -> None:
    platform = make(private=(3, 0.15))

    assert await platform.send_many(1, 1, 1) < 0.04
    assert 0.08 < await platform.send_many(1, 1) < 0.2


async def test_chats_do_not_wait_for_each_other(make: Callable[..., Platform]) -> None:
    platform = make(private=(1, 5))

    assert await platform.send_many(*range(1, 21)) < 0.2


async def test_a_group_is_slower_than_a_private_chat(make: Callable[..., Platform]) -> None:
    platform = make(private=(1, 10), group=(2, 0.1))

    assert 0.03 < await platform.send_many(GROUP, GROUP, GROUP) < 0.2


async def test_all_chats_together_have_a_limit(make: Callable[..., Platform]) -> None:
    platform = make(overall=(5, 0.1))

    assert 0.08 < await platform.send_many(*range(1, 11)) < 0.3


async def test_messages_of_a_chat_go_out_in_their_order(make: Callable[..., Platform]) -> None:
    sent: list[int] = []
    limiter = Pace(private=(2, 0.02))

    async def send(number: int) -> None:
        async def call() -> None:
            await asyncio.sleep(0.001 * (3 - number % 3))
            sent.append(number)

        await limiter.process_request(call, (), {}, "sendMessage", {"chat_id": 1}, None)

    await asyncio.gather(*(send(number) for number in range(6)))

    assert sent == [*range(6)]


async def test_a_tap_is_answered_at_once_whatever_waits(make: Callable[..., Platform]) -> None:
    platform = make(overall=(1, 10), private=(1, 10))
    await platform.send(1)
    waiting = asyncio.ensure_future(platform.send(1))
    await asyncio.sleep(0)

    assert await asyncio.wait_for(platform.send(None, "answerCallbackQuery"), 0.1) == "sent"
    waiting.cancel()


async def test_the_whole_chat_waits_as_long_as_telegram_asks(
    make: Callable[..., Platform],
) -> None:
    platform = make()
    platform.troubles = [pause(0.1)]

    first = asyncio.ensure_future(platform.send(1))
    await asyncio.sleep(0.01)
    others = [platform.send(1), platform.send(1, "sendChatAction"), platform.send(2)]
    assert await asyncio.gather(first, *others) == ["sent"] * 4

    refused, *rest = platform.calls
    assert rest[0][1] == 2
    assert all(at - refused[0] > 0.09 for at, chat in rest if chat == 1)


async def test_after_three_refusals_it_is_said(make: Callable[..., Platform]) -> None:
    platform = make()
    platform.troubles = [pause(0.01)] * 3

    with pytest.raises(RetryAfter):
        await platform.send(1)
    assert len(platform.calls) == 3
    assert await platform.send(1) == "sent"


async def test_other_errors_are_not_tried_again(make: Callable[..., Platform]) -> None:
    platform = make()
    platform.troubles = [BadRequest("chat not found")]

    with pytest.raises(BadRequest):
        await platform.send(1)
    assert len(platform.calls) == 1


async def test_who_gives_up_waiting_does_not_block_the_chat(
    make: Callable[..., Platform],
) -> None:
    platform = make(private=(1, 0.1))
    await platform.send(1)
    waiting = [asyncio.ensure_future(platform.send(1)) for _ in range(3)]
    await asyncio.sleep(0.01)
    waiting[0].cancel()
    waiting[1].cancel()

    assert await asyncio.wait_for(waiting[2], 0.5) == "sent"
    assert len(platform.calls) == 2


async def test_chats_that_fell_silent_are_forgotten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pace, "_IDLE", 0.02)
    limiter = Pace()
    platform = Platform(limiter)
    platform.troubles = [pause(0.2)]
    held = asyncio.ensure_future(platform.send(500))
    await asyncio.sleep(0.001)
    for chat in range(1, 101):
        await platform.send(chat, "sendChatAction")
    await asyncio.sleep(0.03)
    await platform.send(101, "sendChatAction")
    await platform.send(102, "sendChatAction")

    # Whoever waits is not.
    assert set(limiter._chats) == {"500", "101", "102"}
    await held


async def test_it_starts_and_stops_with_the_bot() -> None:
    limiter = Pace()
    await limiter.initialize()
    await Platform(limiter).send(1)
    await limiter.shutdown()

    assert not limiter._chats


def test_a_pause_is_read_in_seconds() -> None:
    assert pace.seconds(RetryAfter(7)) == 7.0
