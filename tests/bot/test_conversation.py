"""One turn: accepted once, one at a time per conversation, masked, recorded or not at all."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot.conversation import Conversations, UnknownConversation
from bot.message import Turn, UnknownChoice, UserMessage
from bot.store.sql import SqlStore

PHONE = "13800138000"


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "chuangwen.db"


@pytest_asyncio.fixture
async def store(database: Path) -> AsyncIterator[SqlStore]:
    store = SqlStore(f"sqlite:///{database}")
    yield store
    await store.close()


@pytest_asyncio.fixture
async def talk(fake_assistant, store: SqlStore) -> Conversations:
    talk = Conversations(fake_assistant, store)
    await talk.create("web:1")
    await talk.create("web:2")
    return talk


def written(database: Path) -> str:
    """Everything that the database holds, as text."""
    with sqlite3.connect(database) as connection:
        return "\n".join(connection.iterdump())


async def test_a_message_is_answered_and_its_turn_numbered(talk: Conversations) -> None:
    first = await talk.handle(UserMessage("web:1", "m1", "有什么贷款？"))
    second = await talk.handle(UserMessage("web:1", "m2", "还有呢"))

    assert first.replies == ("you said: 有什么贷款？",)
    assert (first.conversation, first.id, first.number) == ("web:1", "m1", 1)
    assert second.number == 2


async def test_a_repeated_message_gets_the_recorded_turn_and_the_assistant_is_asked_once(
    talk: Conversations, fake_assistant
) -> None:
    first = await talk.handle(UserMessage("web:1", "m1", "有什么贷款？"))
    await talk.handle(UserMessage("web:1", "m2", "还有呢"))

    again = await talk.handle(UserMessage("web:1", "m1", "有什么贷款？"))

    assert again == first
    assert len(fake_assistant.asked) == 2


async def test_a_repeat_with_other_words_is_still_the_same_message(
    talk: Conversations, fake_assistant
) -> None:
    first = await talk.handle(UserMessage("web:1", "m1", "有什么贷款？"))

    assert await talk.handle(UserMessage("web:1", "m1", "something else")) == first
    assert len(fake_assistant.asked) == 1


async def test_a_message_that_arrives_twice_at_once_is_answered_once(
    talk: Conversations, fake_assistant
) -> None:
    message = UserMessage("web:1", "m1", "有什么贷款？")

    turns = await asyncio.gather(*(talk.handle(message) for _ in range(5)))

    assert all(turn == turns[0] for turn in turns)
    assert len(fake_assistant.asked) == 1


async def test_the_same_message_id_in_another_conversation_is_another_message(
    talk: Conversations, fake_assistant
) -> None:
    await talk.handle(UserMessage("web:1", "m1", "one"))

    turn = await talk.handle(UserMessage("web:2", "m1", "two"))

    assert turn.replies == ("you said: two",)
    assert turn.number == 1


async def test_a_repeat_is_known_after_a_restart(
    talk: Conversations, fake_assistant, store: SqlStore, database: Path
) -> None:
    first = await talk.handle(UserMessage("web:1", "m1", "有什么贷款？"))
    await store.close()

    reopened = SqlStore(f"sqlite:///{database}")
    try:
        again = await Conversations(fake_assistant, reopened).handle(
            UserMessage("web:1", "m1", "有什么贷款？")
        )
    finally:
        await reopened.close()

    assert again == first
    assert len(fake_assistant.asked) == 1


async def test_turns_of_one_conversation_run_one_at_a_time_and_in_order(
    talk: Conversations, fake_assistant
) -> None:
    running: list[str] = []
    most = 0

    async def gate(message: UserMessage) -> None:
        nonlocal most
        running.append(message.id)
        most = max(most, len(running))
        for _ in range(5):
            await asyncio.sleep(0)  # lets every other turn run that may
        running.remove(message.id)

    fake_assistant.gate = gate
    messages = [UserMessage("web:1", f"m{n}", f"text {n}") for n in range(6)]

    turns = await asyncio.gather(*(talk.handle(message) for message in messages))

    assert most == 1
    assert [turn.number for turn in turns] == [1, 2, 3, 4, 5, 6]
    # Each saw what the one before it left.
    assert [len(state.get("said", [])) for _, _, state in fake_assistant.asked] == [*range(6)]


async def test_different_conversations_do_not_wait_for_each_other(
    talk: Conversations, fake_assistant
) -> None:
    both_are_in = asyncio.Event()
    inside: set[str] = set()

    async def gate(message: UserMessage) -> None:
        inside.add(message.conversation)
        if len(inside) == 2:
            both_are_in.set()
        await asyncio.wait_for(both_are_in.wait(), timeout=10)

    fake_assistant.gate = gate

    await asyncio.gather(
        talk.handle(UserMessage("web:1", "m1", "one")),
        talk.handle(UserMessage("web:2", "m1", "two")),
    )

    assert inside == {"web:1", "web:2"}


async def test_a_turn_that_fails_does_not_block_the_next(
    talk: Conversations, fake_assistant
) -> None:
    fake_assistant.error = RuntimeError("broken")
    with pytest.raises(RuntimeError):
        await talk.handle(UserMessage("web:1", "m1", "one"))
    fake_assistant.error = None

    turn = await asyncio.wait_for(talk.handle(UserMessage("web:1", "m2", "two")), timeout=10)

    assert turn.number == 1


async def test_nothing_is_kept_of_conversations_that_wait_for_nothing(talk: Conversations) -> None:
    await asyncio.gather(
        *(talk.handle(UserMessage("web:1", f"m{n}", "one")) for n in range(3)),
        talk.handle(UserMessage("web:2", "m1", "two")),
    )

    assert talk._locks == {}


async def test_a_caller_who_gives_up_waiting_lets_the_others_go_on(
    talk: Conversations, fake_assistant
) -> None:
    may_go_on = asyncio.Event()

    async def gate(message: UserMessage) -> None:
        await may_go_on.wait()

    fake_assistant.gate = gate
    first = asyncio.create_task(talk.handle(UserMessage("web:1", "m1", "one")))
    waiting = asyncio.create_task(talk.handle(UserMessage("web:1", "m2", "two")))
    third = asyncio.create_task(talk.handle(UserMessage("web:1", "m3", "three")))
    while not fake_assistant.asked:
        await asyncio.sleep(0)
    waiting.cancel()
    may_go_on.set()

    assert (await asyncio.wait_for(first, timeout=10)).number == 1
    assert (await asyncio.wait_for(third, timeout=10)).number == 2
    assert talk._locks == {}


async def test_a_conversation_that_was_never_started_is_unknown(
    talk: Conversations, fake_assistant
) -> None:
    with pytest.raises(UnknownConversation):
        await talk.handle(UserMessage("web:nobody", "m1", "有什么贷款？"))

    assert fake_assistant.asked == []


async def test_a_choice_says_its_payload_to_the_assistant(
    talk: Conversations, fake_assistant
) -> None:
    fake_assistant.choices = (("原文", "/ask_original"), ("找谁", "/ask_contact"))
    turn = await talk.handle(UserMessage("web:1", "m1", "有什么贷款？"))

    await talk.handle(UserMessage("web:1", "m2", choice=turn.choices[1].id))

    assert [choice.title for choice in turn.choices] == ["原文", "找谁"]
    assert fake_assistant.asked[1][1] == "/ask_contact"


async def test_a_choice_that_was_never_offered_is_refused_and_nothing_is_asked(
    talk: Conversations, fake_assistant
) -> None:
    fake_assistant.choices = (("原文", "/ask_original"),)
    await talk.handle(UserMessage("web:1", "m1", "有什么贷款？"))

    for choice in ("1-2", "2-1", "", "/ask_original", "原文"):
        with pytest.raises(UnknownChoice):
            await talk.handle(UserMessage("web:1", f"m-{choice}", choice=choice))

    assert len(fake_assistant.asked) == 1


async def test_a_choice_of_an_older_turn_is_refused(talk: Conversations, fake_assistant) -> None:
    fake_assistant.choices = (("原文", "/ask_original"),)
    older = await talk.handle(UserMessage("web:1", "m1", "有什么贷款？"))
    await talk.handle(UserMessage("web:1", "m2", "还有呢"))

    with pytest.raises(UnknownChoice):
        await talk.handle(UserMessage("web:1", "m3", choice=older.choices[0].id))


async def test_a_choice_of_another_conversation_is_refused(
    talk: Conversations, fake_assistant
) -> None:
    fake_assistant.choices = (("原文", "/ask_original"),)
    turn = await talk.handle(UserMessage("web:1", "m1", "有什么贷款？"))

    with pytest.raises(UnknownChoice):
        await talk.handle(UserMessage("web:2", "m1", choice=turn.choices[0].id))


async def test_payloads_of_choices_never_leave_the_server(
    talk: Conversations, fake_assistant
) -> None:
    fake_assistant.choices = (("原文", "/ask_original"),)

    turn = await talk.handle(UserMessage("web:1", "m1", "有什么贷款？"))

    assert "/ask_original" not in json.dumps(turn.to_json(), ensure_ascii=False)
    assert "/ask_original" not in repr(turn)


async def test_personal_numbers_are_masked_before_the_assistant_and_the_store_see_them(
    talk: Conversations, fake_assistant, database: Path
) -> None:
    turn = await talk.handle(UserMessage("web:1", "m1", f"我的电话{PHONE}，有什么贷款？"))

    assert fake_assistant.asked[0][0].text == "我的电话***，有什么贷款？"
    assert PHONE not in json.dumps(turn.to_json())
    assert PHONE not in written(database)
    assert "我的电话***" in written(database)


async def test_personal_numbers_are_in_no_log(talk: Conversations, fake_assistant, caplog) -> None:
    caplog.set_level("DEBUG")
    await talk.handle(UserMessage("web:1", "m1", f"我的电话{PHONE}，有什么贷款？"))

    assert PHONE not in caplog.text
    assert "贷款" not in caplog.text
    assert "conversation=web:1" in caplog.text


async def test_what_cannot_be_seen_or_stored_does_not_reach_the_assistant(
    talk: Conversations, fake_assistant
) -> None:
    await talk.handle(UserMessage("web:1", "m1", "\u202e有什么\x00贷款\ud800？\u200b"))

    assert fake_assistant.asked[0][0].text == "有什么贷款？"


async def test_invisible_characters_do_not_hide_a_personal_number(
    talk: Conversations, fake_assistant
) -> None:
    await talk.handle(UserMessage("web:1", "m1", "电话138\u200b0013\u200b8000"))

    assert fake_assistant.asked[0][0].text == "电话***"


async def test_nothing_is_recorded_when_the_assistant_fails(
    talk: Conversations, fake_assistant, store: SqlStore
) -> None:
    fake_assistant.error = RuntimeError("broken")
    with pytest.raises(RuntimeError):
        await talk.handle(UserMessage("web:1", "m1", "有什么贷款？"))

    stored = await store.read("web:1", "m1")

    assert stored is not None
    assert (stored.turns, stored.state, stored.repeated) == (0, {}, None)


async def test_a_message_that_failed_may_be_sent_again(talk: Conversations, fake_assistant) -> None:
    fake_assistant.error = RuntimeError("broken")
    with pytest.raises(RuntimeError):
        await talk.handle(UserMessage("web:1", "m1", "有什么贷款？"))
    fake_assistant.error = None

    turn = await talk.handle(UserMessage("web:1", "m1", "有什么贷款？"))

    assert turn.number == 1
    assert len(fake_assistant.asked) == 2


async def test_a_record_gives_back_the_very_turn(talk: Conversations, fake_assistant) -> None:
    fake_assistant.choices = (("原文", "/ask_original"),)
    turn = await talk.handle(UserMessage("web:1", "m1", "有什么贷款？"))

    assert Turn.from_record(json.loads(json.dumps(turn.to_record()))) == turn


async def test_a_turn_as_plain_text_numbers_its_choices(
    talk: Conversations, fake_assistant
) -> None:
    fake_assistant.choices = (("原文", "/ask_original"), ("找谁", "/ask_contact"))

    turn = await talk.handle(UserMessage("web:1", "m1", "你好"))

    assert turn.to_text() == "you said: 你好\n\n1. 原文\n2. 找谁"
