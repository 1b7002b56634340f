"""The whole conversation in order, page by page, and the lists of chats; on both databases."""

from __future__ import annotations

import pytest

from bot.events import Events
from bot.message import Part, Turn
from bot.people.handover import Handover
from bot.people.ownership import Ownership
from bot.people.timeline import Cursor, Entry
from bot.store.chats import SqlChats
from bot.store.desk_tables import staff
from bot.store.letters import SqlLetters
from bot.store.ownership import SqlOwnership
from bot.store.sql import SqlStore
from bot.store.timeline import SqlTimeline
from tests.desk.conftest import Clock

TALK = "telegram:7"
ANNA, BOB = 1, 2


class Talk:
    """One conversation in a store, with a founder, clerks and a clock."""

    def __init__(self, store: SqlStore, clock: Clock, conversation: str = TALK) -> None:
        store._clock = clock
        self.store, self.clock, self.conversation = store, clock, conversation
        self.owners = SqlOwnership(store)
        self.handover = Handover(self.owners, Events(), clock=clock)
        self._turns = 0

    async def begin(self) -> Talk:
        await self.store.create(self.conversation)
        return self

    async def write(self, text: str, answer: str = "", change: str = "") -> None:
        """The founder writes; the bot answers, or is silent."""
        self._turns += 1
        ownership = await self.owners.read(self.conversation)
        turn = Turn(
            id=f"m{self._turns}",
            conversation=self.conversation,
            number=self._turns,
            language="en",
            intent="",
            confidence=1.0,
            outcome="answer",
            replies=(answer,) if answer else (),
            cards=(),
            choices=(),
            provisions=(),
            units=(),
            quotes=(),
            ms=1.0,
            outline=({"text": answer},) if answer else (),
        )
        changed = ownership.change(change) if change else None  # type: ignore[arg-type]
        await self.store.record(turn, text, {}, ownership, changed)

    async def say(self, text: str, by: int = ANNA) -> None:
        await self.handover.say(self.conversation, f"say-{text}", by, (Part(text=text),))


@pytest.fixture
async def store(both_stores: SqlStore, clock: Clock) -> SqlStore:
    def add(connection) -> None:  # type: ignore[no-untyped-def]
        for number, name in ((ANNA, "anna"), (BOB, "bob")):
            row = {"id": number, "name": name, "role": "clerk", "password": "", "active": True}
            connection.execute(staff.insert(), {**row, "failed": 0, "created": clock()})

    await both_stores.run(add)
    return both_stores


@pytest.fixture
async def talk(store: SqlStore, clock: Clock) -> Talk:
    return await Talk(store, clock).begin()


def shown(entry: Entry) -> str:
    """One entry in few words."""
    if entry.change is not None:
        told = " told" if entry.letter is not None else ""
        return f"{entry.change.reason} by {entry.change.by}{told}"
    if entry.letter is not None:
        return f"{entry.letter.staff}: {entry.letter.parts[0].text}"
    assert entry.turn is not None
    return f"founder: {entry.text}" + (
        "" if entry.turn.is_silent else f" > {entry.turn.replies[0]}"
    )


async def a_whole_talk(talk: Talk) -> list[str]:
    """Each step at its own time, save the first three; what is to be seen of it."""
    await talk.write("loans?", "measure 6")
    await talk.write("a person please", "you are number 1", "asked")
    talk.clock.turn(minutes=1)
    await talk.handover.take(TALK, ANNA)
    talk.clock.turn(seconds=1)
    await talk.say("hello")
    talk.clock.turn(seconds=1)
    await talk.write("my company is in Nanshan")
    talk.clock.turn(seconds=1)
    await talk.handover.hand_on(TALK, ANNA, BOB)
    talk.clock.turn(seconds=1)
    await talk.say("then ask here", BOB)
    await talk.handover.give_back(TALK, BOB)
    talk.clock.turn(seconds=1)
    await talk.write("thanks", "you are welcome")
    return [
        "founder: loans? > measure 6",
        "founder: a person please > you are number 1",
        "asked by None",
        "taken by 1 told",
        "1: hello",
        "founder: my company is in Nanshan",
        "handed_on by 1 told",
        "given_back by 2 told",
        "2: then ask here",
        "founder: thanks > you are welcome",
    ]


async def test_all_that_happened_is_there_in_order(store: SqlStore, talk: Talk) -> None:
    expected = await a_whole_talk(talk)

    page = await SqlTimeline(store).page(TALK)

    # Said and given back at the same moment: the change comes first.
    assert [shown(entry) for entry in page.entries] == expected
    assert page.earlier is None
    handed = page.entries[6]
    assert handed.letter is not None
    assert "colleague" in handed.letter.parts[0].text
    assert handed.at == handed.letter.created


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 9, 10, 11])
async def test_pages_put_together_are_the_whole_with_nothing_twice(
    store: SqlStore, talk: Talk, limit: int
) -> None:
    expected = await a_whole_talk(talk)
    timeline, pages, cursor = SqlTimeline(store), [], None
    while True:
        page = await timeline.page(TALK, cursor, limit)
        assert 0 < len(page.entries) <= limit
        pages.append(page)
        if page.earlier is None:
            break
        cursor = Cursor.read(str(page.earlier))

    whole = [shown(entry) for page in reversed(pages) for entry in page.entries]
    assert whole == expected
    assert len(pages) == -(-len(expected) // limit)


async def test_a_clock_that_goes_back_loses_nothing(store: SqlStore, talk: Talk) -> None:
    await talk.write("one", "first")
    talk.clock.turn(hours=-1)
    await talk.write("two", "second", "asked")
    await talk.handover.take(TALK, ANNA)
    await talk.say("three")

    timeline, seen, cursor = SqlTimeline(store), [], Cursor()
    for _ in range(5):
        page = await timeline.page(TALK, cursor, 1)
        seen += [shown(entry) for entry in page.entries]
        cursor = page.earlier or cursor
    assert sorted(seen) == sorted(shown(entry) for entry in (await timeline.page(TALK)).entries)
    assert len(set(seen)) == 5


async def test_of_a_conversation_that_is_not_there_nothing_is_shown(store: SqlStore) -> None:
    assert (await SqlTimeline(store).page("web:none")).entries == ()


@pytest.mark.parametrize("text", ["", "1.2", "1.2.3.4", "-1.2.3", "1.2.9999999999", "x", "１.2.3"])
def test_a_cursor_that_is_none_of_ours_is_the_newest(text: str) -> None:
    assert Cursor.read(text) == Cursor()


async def test_who_asked_first_is_first_with_the_last_words_said(
    store: SqlStore, clock: Clock
) -> None:
    for number in (3, 1, 2):
        talk = await Talk(store, clock, f"web:{number}").begin()
        await talk.write("a person", "queued", "asked")
        clock.turn(minutes=2)
        await talk.write(f"it is about number {number}", "noted")
        await talk.write("", "a button")
    await talk.handover.take("web:3", ANNA)

    held = await SqlChats(store).held()

    assert [(chat.conversation, chat.words) for chat in held] == [
        (f"web:{number}", f"it is about number {number}") for number in (3, 1, 2)
    ]
    assert [(chat.ownership.owner, chat.staff) for chat in held] == [
        ("human", ANNA),
        ("waiting", None),
        ("waiting", None),
    ]
    assert [chat.waits(clock()) for chat in held] == [6, 4, 2]
    assert {chat.channel for chat in held} == {"web"}


async def test_what_is_over_is_listed_with_who_had_it_last(store: SqlStore, talk: Talk) -> None:
    chats, before = SqlChats(store), talk.clock()
    await a_whole_talk(talk)
    other = await Talk(store, talk.clock, "web:2").begin()
    await other.write("a person", "queued", "asked")
    talk.clock.turn(hours=1)
    assert await other.handover.tick() == 1

    assert [(c.conversation, c.reason, c.staff) for c in await chats.over(before)] == [
        ("web:2", "nobody_came", None),
        (TALK, "given_back", BOB),
    ]
    # Each sees what was theirs.
    for mine in (ANNA, BOB):
        assert [c.conversation for c in await chats.over(before, mine)] == [TALK]
        assert await chats.had(TALK, mine)
        assert not await chats.had("web:2", mine)
    assert await chats.over(talk.clock()) == []


async def test_a_conversation_without_words_is_listed_too(store: SqlStore, talk: Talk) -> None:
    await talk.write("", "queued", "asked")
    assert [chat.words for chat in await SqlChats(store).held()] == [""]
    assert await SqlOwnership(store).read(TALK) != Ownership(TALK)
    assert await SqlLetters(store).after(TALK) == []
