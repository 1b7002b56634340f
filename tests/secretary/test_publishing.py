"""Publishing tells each follower once, whatever happens in the middle of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone

import pytest
import pytest_asyncio
import sqlalchemy as sa

from bot.message import Part
from bot.people.letter import Letter
from bot.secretary.digest import Digest
from bot.secretary.follow import Follow
from bot.secretary.publishing import Follower, PublishedMeanwhile, Publishing, Release
from bot.secretary.snapshot import snapshot
from bot.store import owning
from bot.store.desk_tables import staff
from bot.store.following import SqlFollows
from bot.store.letters import SqlLetters
from bot.store.ownership import SqlOwnership
from bot.store.releases import SqlReleases
from bot.store.sql import SqlStore
from bot.store.tables import conversations
from knowledge.models import Knowledge
from tests.desk.conftest import Clock

WHO = [f"pigeon:{number}" for number in range(4)]


@dataclass
class Press:
    """A database with followers, and content that is changed before it is published."""

    store: SqlStore
    knowledge: Knowledge
    clock: Clock

    def __post_init__(self) -> None:
        self.follows = SqlFollows(self.store, self.clock)
        self.releases = SqlReleases(self.store, self.clock)
        self.publishing = Publishing(self.releases, lambda *_: "")

    async def follow(self, who: str, key: str = "all") -> None:
        await self.store.create(who)
        follow = Follow.of(key)
        assert follow is not None
        await self.follows.add(who, follow)

    async def first(self) -> None:
        await self.publishing.take(await self.publishing.plan(snapshot(self.knowledge)))

    def change(self, identity: str = "sz-2016/6.2", quote: str = "另一段") -> None:
        self.clock.turn(hours=1)
        changed = replace(self.knowledge.provisions[identity], quote=quote)
        provisions = {**self.knowledge.provisions, identity: changed}
        self.knowledge = replace(self.knowledge, provisions=provisions)

    async def publish(self) -> int:
        return await self.publishing.send(await self.publishing.plan(snapshot(self.knowledge)))

    async def letters(self, who: str) -> list[Letter]:
        return await SqlLetters(self.store).after(who)

    async def counts(self) -> list[int]:
        return [len(await self.letters(who)) for who in WHO]


@pytest_asyncio.fixture
async def press(store: SqlStore, knowledge: Knowledge) -> AsyncIterator[Press]:
    yield Press(store, knowledge, Clock())


class Broken(Exception):
    """The process ended here."""


def break_after(press: Press, count: int) -> None:
    """The process ends before the letter that comes after so many."""
    write = press.releases.write

    async def broken(release: Release, follower: Follower, letter: Digest) -> bool:
        nonlocal count
        if not count:
            raise Broken
        count -= 1
        return await write(release, follower, letter)

    press.releases.write = broken  # type: ignore[method-assign]


async def test_the_first_release_takes_note_and_tells_nobody(press: Press) -> None:
    await press.follow(WHO[0])

    plan = await press.publishing.plan(snapshot(press.knowledge))
    assert plan.is_first
    assert plan.letters == ()
    await press.publishing.take(plan)

    assert await press.letters(WHO[0]) == []
    assert (await press.publishing.plan(snapshot(press.knowledge))).changed == ()


async def test_each_follower_of_what_changed_gets_one_letter_in_their_language(
    press: Press,
) -> None:
    for who, key in zip(
        WHO, ("all", "measure:sz-2016/6", "topic:sz-2016/tax", "topic:sz-2016/ip"), strict=True
    ):
        await press.follow(who, key)
    await press.follow(WHO[0], "measure:sz-2016/6")
    english = conversations.update().where(conversations.c.id == WHO[1])
    await press.store.run(
        lambda c: c.execute(english.values(state='{"slots": {"language": "en"}, "choices": []}'))
    )
    await press.first()
    press.change()

    assert await press.publish() == 3

    assert await press.counts() == [1, 1, 1, 0]
    (letter,) = await press.letters(WHO[1])
    assert letter.author == "notice"
    assert letter.language == "en"
    assert letter.parts[0] == Part(text="Something that you follow has changed:")
    assert "official text as quoted here was changed" in letter.parts[1].text
    assert [choice.payload for choice in letter.choices][-1] == '/unfollow{"follow":"every"}'
    assert "你订阅的内容有变化" in (await press.letters(WHO[0]))[0].parts[0].text


async def test_looking_writes_nothing(press: Press) -> None:
    await press.follow(WHO[0])
    await press.first()
    press.change()

    plan = await press.publishing.plan(snapshot(press.knowledge))
    again = await press.publishing.plan(snapshot(press.knowledge))

    assert [who.conversation for who, _ in plan.letters] == [WHO[0]]
    assert plan.by_channel == {"pigeon": 1}
    assert [plan.reach(difference) for difference in plan.changed] == [1]
    assert len(again.letters) == 1
    assert await press.letters(WHO[0]) == []


async def test_what_was_published_is_not_published_again(press: Press) -> None:
    await press.follow(WHO[0])
    await press.first()
    press.change()
    await press.publish()

    plan = await press.publishing.plan(snapshot(press.knowledge))
    assert plan.changed == ()
    assert plan.letters == ()

    press.change(quote="第三段")
    assert await press.publish() == 1
    assert len(await press.letters(WHO[0])) == 2


@pytest.mark.parametrize("written", [0, 1, 2, 3, 4])
async def test_a_crash_between_letters_leaves_nobody_out_and_tells_nobody_twice(
    press: Press, written: int
) -> None:
    for who in WHO:
        await press.follow(who)
    await press.first()
    press.change()
    break_after(press, written)
    if written < len(WHO):
        with pytest.raises(Broken):
            await press.publish()
        assert sum(await press.counts()) == written
    else:
        await press.publish()
    told = [len(await press.letters(who)) for who in WHO]

    # Meanwhile the content moves on, and somebody begins to follow.
    later = Press(press.store, press.knowledge, press.clock)
    later.change("sz-2016/6.1", "又一段")
    await later.follow("pigeon:late")
    plan = await later.publishing.plan(snapshot(later.knowledge))
    if written < len(WHO):
        assert plan.unfinished is not None
        assert {d.provision for d in plan.changed} == {"sz-2016/6.2"}
        assert len(plan.letters) == len(WHO) - written
        assert await later.publishing.send(plan) == len(WHO)
    assert await later.counts() == [1] * len(WHO)
    assert told.count(1) == written
    assert await later.letters("pigeon:late") == []

    assert await later.publish() == len(WHO) + 1
    assert await later.counts() == [2] * len(WHO)


async def test_who_stops_while_letters_are_written_gets_none(press: Press) -> None:
    for who in WHO[:2]:
        await press.follow(who)
    await press.first()
    press.change()
    plan = await press.publishing.plan(snapshot(press.knowledge))
    await press.follows.remove(WHO[1], await press.follows.of(WHO[1]))
    assert await press.store.forget(WHO[0])

    assert await press.publishing.send(plan) == 0


async def test_a_follower_whom_a_person_answers_gets_the_letter_too(press: Press) -> None:
    await press.follow(WHO[0])
    row = {"id": 1, "name": "Li", "role": "clerk", "password": "", "active": True}
    row = {**row, "failed": 0, "created": press.clock.now}
    await press.store.run(lambda c: c.execute(staff.insert(), row))
    owners = SqlOwnership(press.store)
    asked = (await owners.read(WHO[0])).change("asked")
    await owners.apply(asked, press.clock.now, "en", "waiting")
    await press.first()
    press.change()

    await press.publish()

    assert [letter.key for letter in await press.letters(WHO[0])] == ["owner-1", "publish-2"]
    assert (await owners.read(WHO[0])).version == 1


async def test_what_is_taken_quietly_is_told_to_nobody(press: Press) -> None:
    await press.follow(WHO[0])
    await press.first()
    press.change()

    await press.publishing.take(await press.publishing.plan(snapshot(press.knowledge)))

    assert await press.letters(WHO[0]) == []
    assert (await press.publishing.plan(snapshot(press.knowledge))).changed == ()


async def test_only_the_content_that_is_compared_with_is_kept(press: Press) -> None:
    await press.first()
    for text in ("一", "二", "三"):
        press.change(quote=text)
        await press.publish()

    rows = await press.store.run(
        lambda c: c.exec_driver_sql("SELECT id, state, snapshot FROM releases ORDER BY id").all()
    )
    assert [(row[0], row[1], row[2] == "{}") for row in rows] == [
        (1, "done", True),
        (2, "done", True),
        (3, "done", True),
        (4, "done", False),
    ]


@pytest_asyncio.fixture
async def two(address: str, knowledge: Knowledge) -> AsyncIterator[tuple[Press, Press]]:
    """Two processes on one database."""
    stores = SqlStore(address), SqlStore(address)
    clock = Clock()
    yield Press(stores[0], knowledge, clock), Press(stores[1], knowledge, clock)
    for store in stores:
        await store.close()


async def test_of_two_who_publish_at_once_one_is_refused_or_both_tell_once(
    two: tuple[Press, Press],
) -> None:
    one, other = two
    for who in WHO:
        await one.follow(who)
    await one.first()
    one.change()
    other.knowledge = one.knowledge
    plans = [await press.publishing.plan(snapshot(press.knowledge)) for press in two]

    results = await asyncio.gather(
        *(press.publishing.send(plan) for press, plan in zip(two, plans, strict=True)),
        return_exceptions=True,
    )

    assert sorted(type(result).__name__ for result in results) == ["PublishedMeanwhile", "int"]
    assert await one.counts() == [1] * len(WHO)


async def test_two_who_continue_one_release_tell_each_once(two: tuple[Press, Press]) -> None:
    one, other = two
    for who in WHO:
        await one.follow(who)
    await one.first()
    one.change()
    other.knowledge = one.knowledge
    plan = await one.publishing.plan(snapshot(one.knowledge))
    assert plan.last is not None
    await one.releases.begin(plan.last.id, plan.after)
    plans = [await press.publishing.plan(snapshot(press.knowledge)) for press in two]

    await asyncio.gather(
        *(press.publishing.send(plan) for press, plan in zip(two, plans, strict=True))
    )

    assert await one.counts() == [1] * len(WHO)
    with pytest.raises(PublishedMeanwhile):
        await other.releases.begin(plan.last.id, plan.after)


async def test_letters_of_a_clerk_and_of_a_release_never_take_the_same_number(
    two: tuple[Press, Press],
) -> None:
    one, other = two
    who = WHO[0]
    await one.follow(who)
    row = {"id": 1, "name": "Li", "role": "clerk", "password": "", "active": True}
    row = {**row, "failed": 0, "created": one.clock.now}
    await one.store.run(lambda c: c.execute(staff.insert(), row))
    owners = SqlOwnership(other.store)
    await owners.apply((await owners.read(who)).change("asked"), one.clock.now, "en")
    taken = (await owners.read(who)).change("taken", by=1)
    await owners.apply(taken, one.clock.now, "en")
    await one.first()
    one.change()

    async def talk() -> None:
        for number in range(20):
            await owners.say(who, f"s{number}", 1, (Part(text="hello"),), one.clock.now)

    await asyncio.gather(talk(), one.publish())

    numbers = [letter.number for letter in await one.letters(who)]
    assert numbers == list(range(1, 22))
    owner = await one.store.run(lambda c: owning.read(c, who))
    assert owner.owner == "human"


async def test_time_takes_what_was_said_and_leaves_who_follows_what(press: Press) -> None:
    from bot.store import personal

    await press.follow(WHO[0])
    await press.first()
    for quote in ("一", "二", "三"):
        press.change(quote=quote)
        await press.publish()
    kept = await press.letters(WHO[0])
    insert = sa.text(
        "INSERT INTO turns (conversation, number, message_id, text, record, created) "
        "VALUES (:who, 1, 'm', 'loans?', '{}', :now)"
    )
    await press.store.run(
        lambda c: c.execute(insert, {"who": WHO[0], "now": datetime.now(timezone.utc)})
    )
    old = datetime.now(timezone.utc) + timedelta(days=1)

    removed = await press.store.run(lambda c: personal.prune(c, old, old))
    again = await press.store.run(lambda c: personal.prune(c, old, old))

    assert (removed.conversations, again.conversations) == (1, 0)
    assert [follow.key for follow in await press.follows.of(WHO[0])] == ["all"]
    assert await press.letters(WHO[0]) == kept[-1:]
    press.change(quote="四")
    await press.publish()
    assert [letter.number for letter in await press.letters(WHO[0])] == [3, 4]
