"""A clerk's keystroke goes before turns of chats, and no turn waits for ever."""

from __future__ import annotations

import asyncio

from bot import right_of_way
from bot.right_of_way import RightOfWay


class World:
    """Turns that note when they begin and end, beside keystrokes that are held by hand."""

    def __init__(self) -> None:
        self.now = 100.0
        self.way = RightOfWay(lambda: self.now)
        self.at_once = self.most = 0
        self.done: list[str] = []

    async def turn(self, name: str) -> None:
        async with self.way.second():
            self.at_once += 1
            self.most = max(self.most, self.at_once)
            await asyncio.sleep(0.001)
            self.at_once -= 1
            self.done.append(name)


async def _a_while() -> None:
    await asyncio.sleep(20 * right_of_way._GLANCE)


async def test_without_clerks_turns_go_on_all_at_once() -> None:
    world = World()

    await asyncio.gather(*(world.turn(str(n)) for n in range(8)))

    assert world.most == 8


async def test_a_turn_begins_when_the_keystroke_is_answered() -> None:
    world = World()
    world.way._granted = world.now  # one has just been let through

    with world.way.first():
        turn = asyncio.create_task(world.turn("chat"))
        await _a_while()
        assert world.done == []
    await turn

    assert world.done == ["chat"]


async def test_while_clerks_type_turns_go_on_one_at_a_time_and_in_order() -> None:
    world = World()
    with world.way.first():
        pass

    await asyncio.gather(*(world.turn(str(n)) for n in range(5)))

    assert world.most == 1
    assert world.done == list("01234")


async def test_a_clerk_who_never_stops_does_not_stop_the_chats() -> None:
    world = World()
    world.way._granted = world.now
    with world.way.first():
        turns = [asyncio.create_task(world.turn(str(n))) for n in range(2)]
        for count in (1, 2):
            await _a_while()
            assert len(world.done) == count - 1
            world.now += right_of_way._AT_LEAST
            await _a_while()
            assert len(world.done) == count
    await asyncio.gather(*turns)


async def test_after_a_pause_in_typing_turns_go_on_together_again() -> None:
    world = World()
    with world.way.first():
        pass
    world.now += right_of_way._TYPING

    await asyncio.gather(*(world.turn(str(n)) for n in range(4)))

    assert world.most == 4


async def test_a_founder_who_leaves_while_waiting_holds_up_nobody() -> None:
    world = World()
    world.way._granted = world.now
    with world.way.first():
        gone = asyncio.create_task(world.turn("gone"))
        next_one = asyncio.create_task(world.turn("next"))
        await _a_while()
        gone.cancel()
    await next_one

    assert world.done == ["next"]
