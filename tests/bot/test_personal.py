"""What is kept of a person can be taken out, is deleted on request, and when its time is over."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import sqlalchemy as sa

from bot.channels.contracts import Received
from bot.commands import export as export_command
from bot.commands import forget as forget_command
from bot.conversation import Conversations
from bot.message import UserMessage
from bot.people.callback import CallBack
from bot.people.vault import Vault
from bot.retention import Retention
from bot.secretary.follow import Follow
from bot.secretary.project import Project
from bot.secretary.project_sheet import Sheet
from bot.settings import Settings
from bot.store import personal
from bot.store.callbacks import SqlCallBacks
from bot.store.desk_tables import audit, calls, ownership, staff
from bot.store.feedback import SqlFeedback
from bot.store.following import SqlFollows
from bot.store.inbox import SqlInbox
from bot.store.ownership import SqlOwnership
from bot.store.projects import SqlProjects
from bot.store.sql import SqlStore
from bot.store.tables import conversations, metadata
from tests.bot.conftest import FakeAssistant

NOW = datetime(2026, 11, 25, 9, tzinfo=timezone.utc)
PHONE = "13800138000"
ME, OTHER = "wechat:me", "wechat:me2"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path)


@pytest_asyncio.fixture
async def store(settings: Settings) -> AsyncIterator[SqlStore]:
    store = SqlStore(settings.database)
    yield store
    await store.close()


async def live_through_everything(store: SqlStore, settings: Settings, who: str) -> None:
    """A row for a person in every table that holds something of one."""
    talk = Conversations(FakeAssistant(), store)
    await talk.create(who)
    message = UserMessage(who, "m1", "有什么贷款？")
    await talk.handle(message)
    await SqlFeedback(store).keep(who, 1, "down", "看不懂")
    inbox = SqlInbox(store)
    await inbox.accept("wechat", Received(message))
    await inbox.keep("wechat", f"quota:{who}", {"left": 1})
    owners = SqlOwnership(store)
    asked = (await owners.read(who)).change("asked")
    await owners.apply(asked, NOW, "zh-Hans", "排队")
    vault = Vault(*settings.contact_keys())
    await SqlCallBacks(store).add(
        CallBack(f"CW-{who}", "zh-Hans", vault.seal(PHONE), "", NOW, conversation=who)
    )
    await SqlProjects(store).add(project_of(who, vault))
    await SqlFollows(store, lambda: NOW).add(who, Follow("all"))
    row = {"staff": 1, "action": "chat_seen", "about": who, "created": NOW}
    await store.run(lambda c: c.execute(audit.insert(), row))


def project_of(who: str, vault: Vault) -> Project:
    sealed = vault.seal(PHONE)
    number = f"CP-{who}"
    about = ("花盆", "seed", "两个人", "钱", sealed, NOW, NOW, NOW)
    return Project(number, "zh-Hans", *about, conversation=who, form="m1")


async def rows_that_name(store: SqlStore, who: str) -> dict[str, int]:
    """Tables with rows in which a column is, or ends with, the conversation's id."""

    def work(connection: Any) -> dict[str, int]:
        found = {}
        for table in metadata.sorted_tables:
            kept = connection.execute(sa.select(table)).all()
            mine = [r for r in kept if any(str(v) == who or str(v).endswith(f":{who}") for v in r)]
            found[table.name] = len(mine)
        return {name: count for name, count in found.items() if count}

    return await store.run(work)


async def test_forgetting_leaves_no_row_of_the_person_and_all_of_the_next(
    store: SqlStore, settings: Settings
) -> None:
    await live_through_everything(store, settings, ME)
    await live_through_everything(store, settings, OTHER)
    before = await rows_that_name(store, OTHER)
    assert len(before) == 12

    assert await store.forget(ME)

    assert await rows_that_name(store, ME) == {}
    assert await rows_that_name(store, OTHER) == before
    seen = await store.run(lambda c: [r.about for r in c.execute(sa.select(audit))])
    assert sorted(seen) == [personal.FORGOTTEN, OTHER]


async def test_a_founder_who_writes_forget_is_forgotten_on_any_channel(
    store: SqlStore, settings: Settings
) -> None:
    await live_through_everything(store, settings, ME)

    turn = await Conversations(FakeAssistant(), store).handle(UserMessage(ME, "m2", " /Forget "))

    assert "已全部删除" in turn.replies[0]
    assert await rows_that_name(store, ME) == {}


async def test_an_export_holds_everything_with_the_contact_readable(
    store: SqlStore, settings: Settings
) -> None:
    await live_through_everything(store, settings, ME)
    vault = Vault(*settings.contact_keys())

    kept = await store.run(lambda c: personal.export(c, ME, vault))

    assert kept is not None
    assert {name for name, rows in kept.items() if not rows} == set()
    assert kept["callbacks"][0]["contact"] == PHONE
    assert kept["projects"][0]["contact"] == PHONE
    assert kept["turns"][0]["text"] == "有什么贷款？"
    json.dumps(kept)


async def test_what_is_too_old_goes_and_what_is_not_over_stays(
    store: SqlStore, settings: Settings
) -> None:
    for who in ("web:old", "web:new", "web:waits"):
        await live_through_everything(store, settings, who)
    await SqlFollows(store, lambda: NOW).remove("web:old", [Follow("all")])
    days = {"web:old": 181, "web:new": 179, "web:waits": 181}

    def age(connection: Any) -> None:
        for who, past in days.items():
            row = conversations.update().where(conversations.c.id == who)
            connection.execute(row.values(updated=NOW - timedelta(days=past)))
        others = ownership.update().where(ownership.c.conversation != "web:waits")
        connection.execute(others.values(owner="bot"))
        member = {"id": 1, "name": "a", "role": "clerk", "password": "", "active": True}
        connection.execute(staff.insert(), {**member, "failed": 0, "created": NOW})
        for past, outcome in ((731, "answered"), (1500, ""), (729, "answered")):
            connection.execute(
                calls.insert(),
                {
                    "staff": 1,
                    "language": "zh-Hans",
                    "looked_up": "[]",
                    "told": "[]",
                    "note": "",
                    "outcome": outcome,
                    "contact": "",
                    "started": NOW - timedelta(days=past),
                    "ended": NOW - timedelta(days=past) if outcome else None,
                },
            )

    await store.run(age)
    retention = Retention(store, timedelta(days=180), timedelta(days=730), lambda: NOW)

    removed = await retention.once()

    # One call was never ended.
    assert (removed.conversations, removed.calls) == (1, 2)
    left = await store.run(lambda c: {r.id for r in c.execute(sa.select(conversations))})
    assert left == {"web:new", "web:waits"}
    # The promise of a call back outlives the talk it came from, and so does a project.
    assert await SqlCallBacks(store).find("CW-web:old") is not None
    kept = await SqlProjects(store).find("CP-web:old")
    assert kept is not None
    assert kept.conversation is None
    assert (await retention.once()).conversations == 0


async def test_what_outlives_its_talk_is_forgotten_and_exported_with_the_person(
    store: SqlStore, settings: Settings
) -> None:
    await live_through_everything(store, settings, ME)
    await SqlFollows(store, lambda: NOW).remove(ME, [Follow("all")])
    owners = SqlOwnership(store)
    await owners.apply((await owners.read(ME)).change("withdrawn"), NOW, "zh-Hans")
    later = NOW + timedelta(days=200)
    await Retention(store, timedelta(180), timedelta(730), lambda: later).once()
    vault = Vault(*settings.contact_keys())

    kept = await store.run(lambda c: personal.export(c, ME, vault))
    assert kept is not None
    assert (kept["conversation"], kept["turns"]) == (None, [])
    assert kept["callbacks"][0]["contact"] == PHONE

    assert await store.forget(ME)
    assert await rows_that_name(store, ME) == {}
    assert not await store.forget(ME)
    assert await store.run(lambda c: personal.export(c, ME, vault)) is None


async def test_a_project_goes_when_its_time_is_over_unless_it_is_in_the_library(
    store: SqlStore, settings: Settings
) -> None:
    vault, projects = Vault(*settings.contact_keys()), SqlProjects(store)
    for who, to in (("web:a", "accepted"), ("web:b", "declined"), ("web:c", "closed")):
        await projects.add(project_of(who, vault))
        await projects.move(f"CP-{who}", to, 1, "", "…", NOW)  # type: ignore[arg-type]
    later = NOW + timedelta(days=731)

    removed = await Retention(store, timedelta(180), timedelta(730), lambda: later).once()

    assert removed.projects == 2
    assert await projects.find("CP-web:a") is not None


async def test_an_export_of_an_open_form_has_the_contact_readable(
    store: SqlStore, settings: Settings
) -> None:
    vault = Vault(*settings.contact_keys())
    await store.create(ME)
    sheet = Sheet("m1", "consent", {"what": "花盆", "contact": vault.seal(PHONE)})
    written = json.dumps({"slots": sheet.into({}), "choices": []})
    row = conversations.update().where(conversations.c.id == ME)
    await store.run(lambda c: c.execute(row.values(state=written)))

    kept = await store.run(lambda c: personal.export(c, ME, vault))

    assert kept is not None
    answers = kept["conversation"]["state"]["slots"]["project_form"]["answers"]
    assert answers == {"what": "花盆", "contact": PHONE}


async def test_the_log_says_how_much_was_removed_and_nothing_of_whom(
    store: SqlStore, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    await live_through_everything(store, settings, "web:old")
    later = NOW + timedelta(days=10_000)

    with caplog.at_level("INFO", logger="bot.retention"):
        owners = SqlOwnership(store)
        back = (await owners.read("web:old")).change("withdrawn")
        await owners.apply(back, NOW, "zh-Hans")
        await Retention(store, timedelta(1), timedelta(1), lambda: later).once()

    assert "retention removed conversations=1" in caplog.text
    assert "web:old" not in caplog.text


def test_the_commands_delete_and_export_and_say_when_nothing_is_there(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    import argparse
    import asyncio

    async def fill() -> None:
        store = SqlStore(settings.database)
        await live_through_everything(store, settings, ME)
        await store.close()

    asyncio.run(fill())
    me = argparse.Namespace(conversation=ME)

    assert export_command.run(me, settings) == 0
    assert json.loads(capsys.readouterr().out)["conversation"]["id"] == ME
    assert forget_command.run(me, settings) == 0
    assert forget_command.run(me, settings) == 1
    assert export_command.run(me, settings) == 1
    assert f"nothing is kept of {ME}" in capsys.readouterr().err


def test_the_commands_leave_a_line_in_the_audit_trail_that_names_nobody_forgotten(
    settings: Settings,
) -> None:
    import argparse
    import asyncio

    async def fill() -> None:
        store = SqlStore(settings.database)
        await live_through_everything(store, settings, ME)
        await store.close()

    async def trail() -> list[tuple[int | None, str, str]]:
        store = SqlStore(settings.database)
        chosen = sa.select(audit.c.staff, audit.c.action, audit.c.about).order_by(audit.c.id)
        rows = await store.run(lambda c: c.execute(chosen).all())
        await store.close()
        return [tuple(row) for row in rows]

    asyncio.run(fill())
    me = argparse.Namespace(conversation=ME)

    export_command.run(me, settings)
    assert asyncio.run(trail())[1:] == [(None, "conversation_exported", ME)]
    forget_command.run(me, settings)
    # Of nobody nothing is seen or deleted.
    forget_command.run(me, settings)
    export_command.run(me, settings)

    assert asyncio.run(trail())[1:] == [
        (None, "conversation_exported", personal.FORGOTTEN),
        (None, "conversation_forgotten", personal.FORGOTTEN),
    ]
