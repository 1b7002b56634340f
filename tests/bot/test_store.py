"""The store keeps turns and states together, the same in SQLite and in PostgreSQL."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.exc import IntegrityError

from bot.message import Choice, Turn
from bot.people.ownership import Ownership
from bot.store.database import migrate
from bot.store.sql import SqlStore
from bot.store.tables import metadata


@pytest_asyncio.fixture
async def store(address: str) -> AsyncIterator[SqlStore]:
    store = SqlStore(address)
    yield store
    await store.close()


BOT = Ownership("web:1")


def make_turn(number: int = 1, conversation: str = "web:1", **changed: object) -> Turn:
    turn = Turn(
        id=f"m{number}",
        conversation=conversation,
        number=number,
        language="zh-Hans",
        intent="ask_measure",
        confidence=0.9,
        outcome="answer",
        replies=("第一段\n\n第二段 😀",),
        cards=({"provision": "sz-2016/6.2", "quote": "〔缺字〕“引号”"},),
        choices=(Choice(f"{number}-1", "原文", '/ask_original{"provision":"sz-2016/6.2"}'),),
        provisions=("sz-2016/6.2",),
        units=("guoshui",),
        quotes=("〔缺字〕“引号”",),
        ms=3.5,
    )
    return replace(turn, **changed)


def state_of(turn: Turn) -> dict[str, object]:
    return {"focus": turn.provisions[0], "found": list(turn.provisions)}


async def test_a_new_conversation_is_empty(store: SqlStore) -> None:
    await store.create("web:1")

    stored = await store.read("web:1", "m1")

    assert stored is not None
    assert (stored.state, stored.turns, stored.last_choices, stored.repeated) == ({}, 0, (), None)


async def test_a_conversation_that_was_never_started_is_not_there(store: SqlStore) -> None:
    assert await store.read("web:1", "m1") is None


async def test_what_is_recorded_is_read_again(store: SqlStore) -> None:
    turn = make_turn()
    await store.create("web:1")
    await store.record(turn, "有什么税收优惠？", state_of(turn), BOT)

    stored = await store.read("web:1", "m1")

    assert stored is not None
    assert stored.repeated == turn
    assert stored.state == state_of(turn)
    assert stored.turns == 1
    assert stored.last_choices == turn.choices


async def test_another_message_of_the_conversation_is_no_repeat(store: SqlStore) -> None:
    await store.create("web:1")
    await store.record(make_turn(), "有什么税收优惠？", state_of(make_turn()), BOT)

    stored = await store.read("web:1", "m2")

    assert stored is not None
    assert stored.repeated is None
    assert stored.turns == 1


async def test_the_state_is_that_after_the_last_turn(store: SqlStore) -> None:
    await store.create("web:1")
    for number in (1, 2, 3):
        await store.record(make_turn(number), "text", {"focus": f"sz-2016/{number}.1"}, BOT)

    stored = await store.read("web:1", "m2")

    assert stored is not None
    assert (stored.turns, stored.state) == (3, {"focus": "sz-2016/3.1"})
    assert stored.repeated == make_turn(2)


async def test_conversations_are_kept_apart(store: SqlStore) -> None:
    await store.create("web:1")
    await store.create("telegram:1")
    await store.record(make_turn(), "text", {"focus": "sz-2016/6.2"}, BOT)

    stored = await store.read("telegram:1", "m1")

    assert stored is not None
    assert (stored.state, stored.turns, stored.repeated) == ({}, 0, None)


async def test_starting_a_conversation_again_leaves_it_as_it_is(store: SqlStore) -> None:
    await store.create("web:1")
    await store.record(make_turn(), "text", {"focus": "sz-2016/6.2"}, BOT)

    await store.create("web:1")

    stored = await store.read("web:1", "m1")
    assert stored is not None
    assert stored.turns == 1


async def test_a_turn_and_the_state_after_it_are_written_together_or_not_at_all(
    store: SqlStore,
) -> None:
    await store.create("web:1")
    await store.record(make_turn(1), "text", {"focus": "sz-2016/1.1"}, BOT)

    with pytest.raises(IntegrityError):
        await store.record(make_turn(1, id="m2"), "text", {"focus": "sz-2016/2.1"}, BOT)

    stored = await store.read("web:1", "m2")
    assert stored is not None
    assert (stored.turns, stored.state, stored.repeated) == (1, {"focus": "sz-2016/1.1"}, None)


async def test_an_error_of_the_database_does_not_repeat_what_a_founder_said(
    store: SqlStore,
) -> None:
    await store.create("web:1")
    await store.record(make_turn(1), "text", {}, BOT)

    with pytest.raises(IntegrityError) as error:
        await store.record(make_turn(1), "a secret of a founder", {}, BOT)

    # Servers log errors that nobody caught.
    assert "secret" not in str(error.value)


async def test_a_message_id_is_recorded_once(store: SqlStore) -> None:
    await store.create("web:1")
    await store.record(make_turn(1), "text", {}, BOT)

    with pytest.raises(IntegrityError):
        await store.record(make_turn(2, id="m1"), "text", {}, BOT)


async def test_many_conversations_at_once_are_all_recorded(store: SqlStore) -> None:
    names = [f"web:{number}" for number in range(40)]

    async def talk(name: str) -> None:
        await store.create(name)
        for number in (1, 2, 3):
            await store.record(make_turn(number, name), "text", {"said": number}, BOT)

    await asyncio.gather(*(talk(name) for name in names))

    for name in names:
        stored = await store.read(name, "m3")
        assert stored is not None
        assert stored.repeated == make_turn(3, name)


async def test_what_was_recorded_is_there_after_a_restart(address: str) -> None:
    store = SqlStore(address)
    await store.create("web:1")
    await store.record(make_turn(), "text", {"focus": "sz-2016/6.2"}, BOT)
    await store.close()

    store = SqlStore(address)
    try:
        stored = await store.read("web:1", "m1")
    finally:
        await store.close()

    assert stored is not None
    assert stored.repeated == make_turn()


async def test_migrations_make_exactly_the_tables_that_the_code_expects(address: str) -> None:
    await SqlStore(address).close()  # from nothing

    engine = sa.create_engine(address, future=True)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, metadata)
        unique = sa.inspect(connection).get_unique_constraints("turns")
    engine.dispose()

    assert differences == []
    assert [entry["column_names"] for entry in unique] == [["conversation", "message_id"]]


async def test_migrating_again_changes_nothing(address: str) -> None:
    await SqlStore(address).close()
    engine = sa.create_engine(address, future=True)
    before = set(sa.inspect(engine).get_table_names())

    migrate(engine)

    assert set(sa.inspect(engine).get_table_names()) == before
    assert before == {*metadata.tables, "alembic_version"}
    engine.dispose()


async def test_the_sqlite_file_is_made_with_its_folder(tmp_path: Path) -> None:
    file = tmp_path / "not" / "there yet" / "chuangwen.db"

    await SqlStore(f"sqlite:///{file}").close()

    assert file.exists()


async def test_the_sqlite_file_and_its_log_are_for_their_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "chuangwen.db"
    store = SqlStore(f"sqlite:///{file}")
    await store.create("web:1")

    files = sorted(tmp_path.iterdir())
    assert [each.name for each in files] == ["chuangwen.db", "chuangwen.db-shm", "chuangwen.db-wal"]
    assert [each.stat().st_mode & 0o777 for each in files] == [0o600] * 3
    await store.close()


async def test_a_sqlite_file_that_is_there_keeps_its_mode(tmp_path: Path) -> None:
    file = tmp_path / "chuangwen.db"
    file.touch()
    file.chmod(0o640)

    await SqlStore(f"sqlite:///{file}").close()

    assert file.stat().st_mode & 0o777 == 0o640


async def test_what_is_forgotten_is_in_no_byte_of_the_files(tmp_path: Path) -> None:
    store = await with_a_secret(tmp_path)
    assert SECRET in bytes_of(tmp_path)

    assert await store.forget("web:1")

    assert SECRET not in bytes_of(tmp_path)  # the store is open: its log is there
    assert b"web:2" in bytes_of(tmp_path)
    await store.close()


async def test_who_reads_meanwhile_does_not_keep_anybody_from_being_forgotten(
    tmp_path: Path,
) -> None:
    store = await with_a_secret(tmp_path)
    reader = sqlite3.connect(tmp_path / "chuangwen.db", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM turns").fetchall()

    assert await store.forget("web:1")

    assert await store.state("web:1") is None
    reader.close()
    await store.create("web:3")
    assert await store.forget("web:3")  # the next one takes the words of both out of the log
    assert SECRET not in bytes_of(tmp_path)
    await store.close()


SECRET = "我们做的是无声的水下推进器".encode()


async def with_a_secret(folder: Path) -> SqlStore:
    """A store with two conversations; SECRET was said in web:1, many times and at length."""
    store = SqlStore(f"sqlite:///{folder / 'chuangwen.db'}")
    for number in range(1, 30):
        for conversation in ("web:1", "web:2"):
            await store.create(conversation)
            text = SECRET.decode() * 20 if conversation == "web:1" else "贷款" * 200
            turn = make_turn(number, conversation)
            await store.record(turn, text, {"said": text}, Ownership(conversation))
    return store


def bytes_of(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.iterdir())
