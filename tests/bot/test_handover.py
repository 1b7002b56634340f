"""What time does to a talk between a founder and a clerk, and that two changes never block."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import sqlalchemy as sa

from bot.message import Part, UserMessage
from bot.people.ownership import OwnerChanged
from bot.store import letters, owning
from tests.bot.conftest import empty_database
from tests.bot.handover_world import PERSON, World

ME = "web:1"
ANNA, BOB = 1, 2


class Talk:
    """A founder who waits, and what clerks do."""

    def __init__(self, world: World) -> None:
        self.world, self._count = world, 0

    async def write(self, text: str = "hello?") -> None:
        self._count += 1
        await self.world.talks.handle(UserMessage(ME, f"m{self._count}", text))

    async def say(self, by: int = ANNA) -> None:
        self._count += 1
        await self.world.handover.say(ME, f"say-{self._count}", by, (Part(text="hello"),))

    async def after(self, minutes: float) -> str:
        """The owner after so long."""
        self.world.clock.turn(minutes=minutes)
        await self.world.handover.tick()
        return (await self.world.owners.read(ME)).owner


@pytest_asyncio.fixture(
    params=["sqlite", pytest.param("postgresql", marks=pytest.mark.xdist_group("postgresql"))]
)
async def talk(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Talk]:
    url = f"sqlite:///{tmp_path / 'handover.db'}"
    if request.param == "postgresql":
        url = empty_database(request.getfixturevalue("postgresql"))
    world = World(url)
    await world.empty()
    await world.talks.create(ME)
    talk = Talk(world)
    await talk.write(PERSON)
    yield talk
    await world.store.close()


async def test_nobody_comes(talk: Talk) -> None:
    assert await talk.after(9.9) == "waiting"
    assert await talk.after(0.2) == "bot"
    (letter,) = await talk.world.letters.after(ME)
    assert [choice.title for choice in letter.choices] == ["Leave a number for a call back"]


async def test_a_clerk_who_takes_a_chat_and_says_nothing_is_gone(talk: Talk) -> None:
    await talk.world.handover.take(ME, ANNA)
    assert await talk.after(9.9) == "human"
    assert await talk.after(0.2) == "waiting"


async def test_a_founder_who_goes_on_writing_does_not_keep_a_clerk_who_is_gone(talk: Talk) -> None:
    await talk.world.handover.take(ME, ANNA)
    await talk.say()
    owners = []
    for _ in range(3):
        owners.append(await talk.after(4))
        await talk.write()
    assert owners == ["human", "human", "human"]
    assert await talk.after(2.1) == "waiting"  # ten minutes after the first of them


async def test_a_clerk_has_ten_minutes_from_the_founders_words_on(talk: Talk) -> None:
    await talk.world.handover.take(ME, ANNA)
    await talk.say()
    assert await talk.after(30) == "human"
    await talk.write()
    assert await talk.after(9.9) == "human"
    await talk.say()
    assert await talk.after(30) == "human"


async def test_who_is_handed_a_chat_must_say_something_too(talk: Talk) -> None:
    await talk.world.handover.take(ME, ANNA)
    await talk.say()
    await talk.world.handover.hand_on(ME, ANNA, BOB)
    assert await talk.after(9.9) == "human"
    assert await talk.after(0.2) == "waiting"


async def test_a_founder_who_writes_no_more_is_gone_after_an_hour(talk: Talk) -> None:
    await talk.world.handover.take(ME, ANNA)
    await talk.say()
    assert await talk.after(59.9) == "human"
    assert await talk.after(0.2) == "closed"
    assert (await talk.world.letters.after(ME))[-1].parts[0].text.startswith("We have not heard")


async def test_who_comes_back_to_the_queue_keeps_the_place_in_it(talk: Talk) -> None:
    await talk.world.handover.take(ME, ANNA)
    talk.world.clock.turn(minutes=1)
    await talk.world.talks.create("web:2")
    await talk.world.talks.handle(UserMessage("web:2", "m1", PERSON))
    assert await talk.world.handover.clerk_left(ANNA) == 1
    assert await talk.world.owners.place(ME) == 1


async def test_a_clerks_lines_stay_lines_and_personal_numbers_are_masked(talk: Talk) -> None:
    await talk.world.handover.take(ME, ANNA)
    said = "  1. your licence\n\n2. 13800138000\u200b  \n"
    letter = await talk.world.handover.say(ME, "say-lines", ANNA, (Part(text=said),))
    assert letter.parts == (Part(text="1. your licence\n\n2. ***"),)


async def test_a_form_that_a_clerk_came_into_is_over(talk: Talk) -> None:
    """The founder was about to leave a number; what comes after the clerk is a question again."""
    stored = await talk.world.store.read(ME, "")
    assert stored is not None
    leave = next(c for c in stored.last_choices if "number" in c.title)
    await talk.world.talks.handle(UserMessage(ME, "tap", choice=leave.id))
    await talk.world.handover.take(ME, ANNA)
    await talk.write("I will tell you")
    await talk.world.handover.give_back(ME, ANNA)
    turn = await talk.world.talks.handle(UserMessage(ME, "next", "loans?"))
    assert turn.replies == ("you said: loans?",)


@pytest.mark.parametrize(
    "talk", [pytest.param("postgresql", marks=pytest.mark.xdist_group("postgresql"))], indirect=True
)
async def test_a_turn_and_a_notice_with_choices_never_wait_for_each_other(talk: Talk) -> None:
    """Both write the owner and the conversation; in another order they would block for good."""
    store, world = talk.world.store, talk.world
    half_way, loop = asyncio.Event(), asyncio.get_running_loop()
    ownership = await world.owners.read(ME)
    change, now = ownership.change("nobody_came"), world.clock()

    def notice(connection: Any) -> None:
        owning.apply(connection, change, now, "en")
        loop.call_soon_threadsafe(half_way.set)
        connection.execute(sa.text("SELECT pg_sleep(0.3)"))
        offered = (("Leave a number", "/desk_call_back"),)
        part, at = (Part(text="Nobody came."),), datetime.now(now.tzinfo)
        letters.add(connection, ME, "owner-2", "notice", None, "en", part, at, offered)

    async def turn() -> None:
        await half_way.wait()
        await talk.write("still there?")

    done = await asyncio.gather(store.run(notice), turn(), return_exceptions=True)
    assert done == [None, None]
    kept = await world.kept(ME)
    assert kept.message_ids == ["m1", "m2"]
    assert kept.owner.owner == "bot"


async def test_of_a_turn_that_comes_too_late_nothing_is_kept(talk: Talk) -> None:
    stored = await talk.world.store.read(ME, "")
    assert stored is not None
    await talk.world.handover.take(ME, ANNA)
    await talk.write("one")
    turn = await talk.world.talks.handle(UserMessage(ME, "m2", "one"))
    before = await talk.world.kept(ME)
    with pytest.raises(OwnerChanged):
        await talk.world.store.record(turn, "late", {}, stored.ownership)
    assert await talk.world.kept(ME) == before
