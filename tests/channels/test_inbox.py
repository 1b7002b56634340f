"""The inbox: nothing accepted is lost, nothing answered comes back, numbers are masked."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import sqlalchemy as sa

from bot.channels.contracts import Received
from bot.message import UserMessage
from bot.store.inbox import KEPT, SqlInbox
from bot.store.sql import SqlStore
from bot.store.tables import inbox as table


def received(identity: str, text: str = "有什么贷款？") -> Received:
    return Received(UserMessage("pigeon:1", identity, text, language="en"), {"loft": 7})


async def rows(store: SqlStore) -> list[tuple[str, str | None]]:
    question = sa.select(table.c.message_id, table.c.received).order_by(table.c.message_id)
    return [tuple(row) for row in await store.run(lambda c: c.execute(question).all())]


async def test_a_message_is_new_once_then_open_then_done(store: SqlStore) -> None:
    inbox = SqlInbox(store)

    assert await inbox.accept("pigeon", received("m1")) == "new"
    assert await inbox.accept("pigeon", received("m1")) == "open"
    await inbox.finish("pigeon", received("m1"))
    assert await inbox.accept("pigeon", received("m1")) == "done"


async def test_the_same_id_in_another_conversation_or_channel_is_another_message(
    store: SqlStore,
) -> None:
    inbox = SqlInbox(store)
    await inbox.accept("pigeon", received("m1"))

    other = Received(UserMessage("pigeon:2", "m1", "hello"))
    assert await inbox.accept("pigeon", other) == "new"
    assert await inbox.accept("raven", received("m1")) == "new"


async def test_what_is_unfinished_comes_back_whole_and_in_order(store: SqlStore) -> None:
    inbox = SqlInbox(store)
    for identity in ("m2", "m1", "m3"):
        await inbox.accept("pigeon", received(identity))
    await inbox.finish("pigeon", received("m1"))

    assert await inbox.unfinished("pigeon") == [received("m2"), received("m3")]


async def test_personal_numbers_are_masked_and_words_are_forgotten_once_answered(
    store: SqlStore,
) -> None:
    inbox = SqlInbox(store)
    await inbox.accept("pigeon", received("m1", "我叫13800138000"))
    assert "138" not in str(await rows(store))

    await inbox.finish("pigeon", received("m1"))

    assert await rows(store) == [("m1", None)]


async def test_ids_that_no_platform_repeats_any_more_are_deleted(store: SqlStore) -> None:
    inbox = SqlInbox(store)
    await inbox.accept("pigeon", received("old"))
    long_ago = datetime.now(timezone.utc) - KEPT - timedelta(hours=1)
    await store.run(lambda c: c.execute(table.update().values(created=long_ago)))
    await inbox.accept("pigeon", received("new"))

    await inbox.finish("pigeon", received("new"))

    assert [identity for identity, _ in await rows(store)] == ["new"]


async def test_what_a_channel_keeps_is_there_after_a_restart_until_it_is_forgotten(
    store: SqlStore,
) -> None:
    await SqlInbox(store).keep("wecom", "cursor:kf1", {"next": "abc"})
    await SqlInbox(store).keep("wecom", "cursor:kf1", {"next": "def"})

    restarted = SqlInbox(store)
    assert await restarted.read("wecom", "cursor:kf1") == {"next": "def"}
    assert await restarted.read("wechat", "cursor:kf1") is None
    await restarted.keep("wecom", "cursor:kf1", None)
    assert await restarted.read("wecom", "cursor:kf1") is None


async def test_a_forgotten_conversation_leaves_nothing_behind_and_others_stay(
    store: SqlStore,
) -> None:
    inbox = SqlInbox(store)
    await store.create("pigeon:1")
    await inbox.accept("pigeon", received("m1"))
    for key in ("late:pigeon:1", "sent:pigeon:1:m1", "late:pigeon:12", "late:pigeonX1"):
        await inbox.keep("pigeon", key, ["text"])

    await store.forget("pigeon:1")

    assert await store.read("pigeon:1", "m1") is None
    assert await rows(store) == []
    kept = [await inbox.read("pigeon", key) for key in ("late:pigeon:1", "sent:pigeon:1:m1")]
    assert kept == [None, None]
    assert await inbox.read("pigeon", "late:pigeon:12") == ["text"]
    assert await inbox.read("pigeon", "late:pigeonX1") == ["text"]
