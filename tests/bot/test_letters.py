"""Letters to founders: what is kept of them, their numbers, how they read."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from bot.desk.services import Desk, open_desk
from bot.message import Choice, Part
from bot.people.letter import Letter, content_from_json, content_to_json
from bot.people.ownership import NotAllowed, Ownership
from bot.settings import Settings
from bot.store.desk_tables import staff
from bot.store.sql import SqlStore
from knowledge.card import CardUnit
from knowledge.cards import make_card
from knowledge.models import Knowledge

NOW = datetime(2026, 11, 25, 9, tzinfo=timezone.utc)
TALK, OTHER = "telegram:7", "telegram:8"
CLERK, COLLEAGUE = 1, 2


@pytest_asyncio.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    """Two conversations that a clerk has, and who took them was told."""
    store = SqlStore(f"sqlite:///{tmp_path / 'talk.db'}")
    rows = [
        {"id": n, "name": f"C{n}", "role": "clerk", "password": "", "active": True, "failed": 0}
        for n in (CLERK, COLLEAGUE)
    ]
    await store.run(lambda c: c.execute(staff.insert(), [{**r, "created": NOW} for r in rows]))
    desk = open_desk(Settings(data_dir=tmp_path), store, lambda: NOW)
    for conversation in (TALK, OTHER):
        await store.create(conversation)
        await desk.owners.apply(Ownership(conversation).change("asked"), NOW, "zh-Hant")
        await desk.handover.take(conversation, CLERK)
    yield desk
    await store.close()


def words(text: str) -> tuple[Part, ...]:
    return (Part(text=text),)


async def texts(desk: Desk, conversation: str = TALK, after: int = 0) -> list[str]:
    found = await desk.letters.after(conversation, after)
    return [letter.to_turn().replies[0] for letter in found]


async def test_letters_of_a_conversation_are_numbered_from_one_without_a_gap(desk: Desk) -> None:
    await asyncio.gather(
        *(desk.handover.say(TALK, f"k{n}", CLERK, words(f"第{n}句")) for n in range(10)),
        *(desk.handover.say(OTHER, f"k{n}", CLERK, words("別的")) for n in range(3)),
    )

    for conversation, count in ((TALK, 11), (OTHER, 4)):
        found = await desk.letters.after(conversation)
        assert [letter.number for letter in found] == list(range(1, count + 1))
    assert len(await desk.letters.after(TALK, 9)) == 2


async def test_what_is_sent_twice_with_one_key_is_there_once(desk: Desk) -> None:
    first = await desk.handover.say(TALK, "k", CLERK, words("你好"))
    again = await desk.handover.say(TALK, "k", CLERK, words("你好，改過"))
    elsewhere = await desk.handover.say(OTHER, "k", CLERK, words("別的"))

    assert first == again
    assert elsewhere.conversation == OTHER
    assert (await texts(desk))[1:] == ["你好"]


async def test_who_does_not_have_the_conversation_cannot_write_in_it(desk: Desk) -> None:
    with pytest.raises(NotAllowed):
        await desk.handover.say(TALK, "k", COLLEAGUE, words("我來"))
    await desk.handover.give_back(TALK, CLERK)
    with pytest.raises(NotAllowed):
        await desk.handover.say(TALK, "k2", CLERK, words("還有"))

    assert [letter.author for letter in await desk.letters.after(TALK)] == ["notice", "notice"]


async def test_personal_numbers_are_masked_before_anything_is_kept(
    desk: Desk, tmp_path: Path
) -> None:
    await desk.handover.say(TALK, "k", CLERK, words("請打 13800138000\n\n或者寫 me@example.com"))

    said = (await texts(desk))[-1]
    assert "***" in said
    assert "\n\n" in said  # the clerk's paragraphs stay
    on_disk = b"".join(file.read_bytes() for file in tmp_path.glob("talk.db*"))
    assert b"13800138000" not in on_disk
    assert b"me@example.com" not in on_disk


async def test_a_card_goes_whole_and_is_read_again_as_it_was(
    desk: Desk, knowledge: Knowledge
) -> None:
    provision = knowledge.provision("6.2")
    assert provision is not None
    card = make_card(knowledge, provision, "zh-Hant")

    await desk.handover.say(TALK, "k", CLERK, (Part(text="請看這一條："), Part(card=card)))

    (letter,) = await desk.letters.after(TALK, 1)
    turn = letter.to_turn()
    assert letter.parts == (Part(text="請看這一條："), Part(card=card))
    assert json.dumps(turn.cards[0]) == json.dumps(card.json)
    assert turn.replies[0].startswith("請看這一條：")
    assert card.quote in letter.to_json()["text"]
    assert letter.to_json()["outline"] == ({"text": "請看這一條："}, {"card": 0})


async def test_a_founder_is_not_told_who_of_the_staff_it_was_nor_what_a_choice_says(
    desk: Desk,
) -> None:
    (taken,) = await desk.letters.after(TALK)
    letter = replace(taken, staff=CLERK, choices=(Choice("1-1", "留電話", "/desk_call_back"),))

    told = letter.to_json()

    assert "staff" not in told
    assert told["choices"] == [{"id": "1-1", "title": "留電話"}]
    assert told["author"] == "notice"


async def test_ids_of_a_letters_choices_are_never_those_of_a_turn(desk: Desk) -> None:
    await desk.handover.give_back(TALK, CLERK)
    ownership = await desk.owners.read(TALK)
    await desk.owners.apply(ownership.change("asked"), NOW, "zh-Hant")
    ownership = await desk.owners.read(TALK)
    offered = (("留電話", "/desk_call_back"),)
    letter = await desk.owners.apply(
        ownership.change("nobody_came"), NOW, "zh-Hant", "沒有人接手", offered
    )

    assert letter is not None
    number = int(letter.choices[0].id.partition("-")[0])
    assert number > 999_999
    stored = await desk.store.read(TALK, "")
    assert stored is not None
    assert stored.last_choices == letter.choices  # and they may be tapped now


async def test_what_waits_to_be_sent_is_that_of_one_channel_oldest_first(desk: Desk) -> None:
    await desk.store.create("telegramm:9")
    first, *_ = await desk.letters.after(TALK)
    await desk.handover.say(TALK, "k", CLERK, words("第二"))
    (other,) = await desk.letters.after(OTHER)
    await desk.letters.mark(first, "sent")
    await desk.letters.mark(other, "failed", "Forbidden")

    waiting = await desk.letters.undelivered("telegram")
    assert [letter.to_turn().replies for letter in waiting] == [("第二",)]
    assert await desk.letters.undelivered("tele") == []
    assert await desk.letters.undelivered("wechat") == []

    await desk.letters.mark(waiting[0], "kept")
    assert [each.delivery for each in await desk.letters.undelivered("telegram")] == ["kept"]


async def test_why_it_failed_is_kept_as_far_as_there_is_room(desk: Desk) -> None:
    (letter,) = await desk.letters.after(TALK)
    await desk.letters.mark(letter, "failed", "x" * 1000)

    (marked,) = await desk.letters.after(TALK)
    assert (marked.delivery, len(marked.why)) == ("failed", 200)


async def test_a_forgotten_conversation_leaves_no_letter(desk: Desk) -> None:
    await desk.store.forget(TALK)

    assert await desk.letters.after(TALK) == []
    assert len(await desk.letters.after(OTHER)) == 1


async def test_the_change_and_its_sentence_are_kept_both_or_neither(desk: Desk) -> None:
    stale = replace(await desk.owners.read(TALK), version=1)
    change = stale.change("given_back", by=CLERK)

    with pytest.raises(Exception, match=TALK):
        await desk.owners.apply(change, NOW, "zh-Hant", "職員已經離開")

    assert len(await desk.letters.after(TALK)) == 1
    assert (await desk.owners.read(TALK)).owner == "human"


def test_content_is_the_same_after_it_was_plain_data(knowledge: Knowledge) -> None:
    provision = knowledge.provision("6.2")
    assert provision is not None
    card = make_card(knowledge, provision, "en")
    unit: CardUnit = card.units[0]
    parts = (Part(text="看"), Part(card=card), Part(unit=unit), Part(text="完"))
    choices = (Choice("1000001-1", "留電話", "/desk_call_back"),)

    assert content_from_json(content_to_json(parts, choices)) == (parts, choices)


def test_a_letter_is_a_turn_that_channels_can_render() -> None:
    base: dict[str, Any] = {
        "conversation": TALK, "key": "k", "author": "staff", "staff": 1, "language": "zh-Hant",
        "delivery": "open", "why": "", "created": NOW + timedelta(hours=1),
    }  # fmt: skip
    letter = Letter(number=4, parts=words("你好"), choices=(Choice("9-1", "好", "/x"),), **base)

    turn = letter.to_turn()

    assert (turn.id, turn.conversation, turn.language) == ("letter-4", TALK, "zh-Hant")
    assert turn.replies == ("你好",)
    assert turn.choices == letter.choices
    assert not turn.is_silent
