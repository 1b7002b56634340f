"""Events wake who waits, and none is lost between two waits."""

from __future__ import annotations

import asyncio
import time

import pytest

from bot.events import Events

LONG = 30.0


@pytest.fixture
def events() -> Events:
    return Events()


async def test_who_waits_is_woken_at_once(events: Events) -> None:
    with events.listen("talk") as listener:
        waiting = asyncio.create_task(listener.wait(LONG))
        await asyncio.sleep(0)
        events.publish("talk")

        assert await asyncio.wait_for(waiting, 1)


async def test_all_who_wait_are_woken(events: Events) -> None:
    with events.listen("talk") as one, events.listen("talk") as other:
        both = asyncio.gather(one.wait(LONG), other.wait(LONG))
        await asyncio.sleep(0)
        events.publish("talk")

        assert await asyncio.wait_for(both, 1) == [True, True]


async def test_what_happens_between_two_waits_is_not_missed(events: Events) -> None:
    with events.listen("talk") as listener:
        events.publish("talk")
        assert await asyncio.wait_for(listener.wait(LONG), 1)
        events.publish("talk")
        events.publish("talk")
        assert await asyncio.wait_for(listener.wait(LONG), 1)
        assert not await listener.wait(0.001)  # two at once are one


async def test_another_topic_wakes_nobody(events: Events) -> None:
    with events.listen("talk") as listener:
        events.publish("another")

        assert not await listener.wait(0.001)


async def test_one_listener_hears_several_topics(events: Events) -> None:
    with events.listen("talk", "desk") as listener:
        for topic in ("talk", "desk"):
            events.publish(topic)
            assert await asyncio.wait_for(listener.wait(LONG), 1)


async def test_what_happened_before_is_not_heard(events: Events) -> None:
    events.publish("talk")
    with events.listen("talk") as listener:
        assert not await listener.wait(0.001)


async def test_a_wait_that_is_cancelled_does_not_harm_the_next(events: Events) -> None:
    with events.listen("talk") as listener:
        waiting = asyncio.create_task(listener.wait(LONG))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        events.publish("talk")

        assert await asyncio.wait_for(listener.wait(LONG), 1)


async def test_nothing_is_kept_of_topics_that_nobody_listens_to(events: Events) -> None:
    """A year of conversations must not fill the memory."""
    for number in range(100):
        with events.listen(f"talk {number}") as listener:
            events.publish(f"talk {number}")
            await listener.wait(0)
            await listener.wait(0)
        waiting = asyncio.create_task(events.listen("left").wait(LONG))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        events.publish(f"nobody {number}")

    assert set(events._listening) | set(events._counts) | set(events._waiting) <= {"left"}


async def test_the_end_wakes_everybody_once_and_is_seen(events: Events) -> None:
    with events.listen("talk") as waits, events.listen("desk") as reads:
        waiting = asyncio.create_task(waits.wait(LONG))
        await asyncio.sleep(0)
        events.end()

        assert await asyncio.wait_for(waiting, 1)
        assert await asyncio.wait_for(reads.wait(LONG), 1)  # it was not waiting just then
        assert events.ended
        # Who goes on all the same does not turn in circles.
        started = time.monotonic()
        assert not await waits.wait(0.05)
        assert time.monotonic() - started >= 0.04
