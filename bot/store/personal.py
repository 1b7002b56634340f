"""All that is kept of a person: taken out, deleted on request, deleted when its time is over."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.people.vault import Vault
from bot.secretary import project_sheet
from bot.store.desk_tables import (
    audit,
    callbacks,
    calls,
    letters,
    ownership,
    ownership_changes,
    staff_links,
    staff_sessions,
)
from bot.store.following_tables import follows
from bot.store.library_tables import projects
from bot.store.tables import channel_state, conversations, feedback, inbox, turns

FORGOTTEN = "forgotten"  # what stands in the audit trail where a conversation's id stood
_HELD = ("waiting", "human")
# What has a time of its own, longer than that of the talk it came from. It keeps the talk's id, or
# nobody could have it forgotten after that.
_OUTLIVE_A_TALK = (callbacks, projects)
# In an order in which they can be deleted.
_ABOUT_A_TALK = (
    inbox,
    feedback,
    turns,
    letters,
    follows,
    ownership_changes,
    ownership,
)
_OVER = ("declined", "closed")


@dataclass(frozen=True)
class Removed:
    """How much was removed because its time was over."""

    conversations: int
    calls: int
    callbacks: int
    projects: int
    audit: int
    sign_ins: int

    def __str__(self) -> str:
        return " ".join(f"{name}={count}" for name, count in asdict(self).items())


def forget(connection: Connection, conversation: str) -> bool:
    """Delete a conversation and all that belongs to it; False where nothing was there.

    The promise of a call back goes with it, because its contact does, and so does a project, also
    where the talk itself had gone before. The audit trail keeps that somebody looked, and no longer
    at what.
    """
    promises = [
        connection.execute(table.delete().where(table.c.conversation == conversation)).rowcount
        for table in _OUTLIVE_A_TALK
    ]
    return _delete(connection, conversation) or any(promises)


def _delete(connection: Connection, conversation: str) -> bool:
    """The talk alone; whether there was one."""
    # What a channel keeps of a conversation has its id in the key: "late:wechat:…".
    about = channel_state.c.key.endswith(f":{conversation}", autoescape=True)
    about |= channel_state.c.key.contains(f":{conversation}:", autoescape=True)
    connection.execute(channel_state.delete().where(about))
    for table in _ABOUT_A_TALK:
        connection.execute(table.delete().where(table.c.conversation == conversation))
    connection.execute(audit.update().where(audit.c.about == conversation).values(about=FORGOTTEN))
    gone = conversations.delete().where(conversations.c.id == conversation)
    return bool(connection.execute(gone).rowcount)


def export(connection: Connection, conversation: str, vault: Vault) -> dict[str, Any] | None:
    """All that is kept of a conversation, as plain data for the person; None where nothing is."""
    head = _rows(connection, conversations, conversations.c.id == conversation)
    kept: dict[str, Any] = {"conversation": head[0] if head else None}
    for table in (*reversed(_ABOUT_A_TALK), *_OUTLIVE_A_TALK):
        kept[table.name] = _rows(connection, table, table.c.conversation == conversation)
    if not any(kept.values()):
        return None
    for promise in (*kept["callbacks"], *kept["projects"]):
        promise["contact"] = vault.open(promise["contact"])
    state = head[0]["state"] if head else {}
    sheet = state.get("slots", {}).get(project_sheet.KEY)
    if sheet and sheet["answers"].get("contact"):
        sheet["answers"]["contact"] = vault.open(sheet["answers"]["contact"])
    return kept


def prune(connection: Connection, talks_before: datetime, calls_before: datetime) -> Removed:
    """Delete conversations not touched since, and what came of them, and trails, older than that.

    A conversation that a person has or that waits for one stays until it is over, and so does a
    call back that is still to be made, or a project that is under way or in the library. Who
    follows something goes on getting what changes: of that conversation only what was said goes.
    """
    held = sa.select(ownership.c.conversation).where(ownership.c.owner.in_(_HELD))
    old = sa.select(conversations.c.id).where(
        conversations.c.updated < talks_before, conversations.c.id.not_in(held)
    )
    following = sa.select(follows.c.conversation)
    spoken = sa.select(turns.c.conversation)
    gone = [row.id for row in connection.execute(old.where(conversations.c.id.not_in(following)))]
    emptied = old.where(conversations.c.id.in_(following), conversations.c.id.in_(spoken))
    silent = [row.id for row in connection.execute(emptied)]
    for conversation in gone:
        _delete(connection, conversation)
    for conversation in silent:
        _empty(connection, conversation)
    _drop_old_letters(connection, talks_before)

    def delete(table: sa.Table, *where: Any) -> int:
        return int(connection.execute(table.delete().where(*where)).rowcount)

    return Removed(
        conversations=len(gone) + len(silent),
        # Also one that nobody ended, of somebody who works here no more.
        calls=delete(calls, calls.c.started < calls_before),
        callbacks=delete(
            callbacks, callbacks.c.state != "open", callbacks.c.created < calls_before
        ),
        projects=delete(projects, projects.c.state.in_(_OVER), projects.c.changed < calls_before),
        audit=delete(audit, audit.c.created < calls_before),
        sign_ins=delete(staff_sessions, staff_sessions.c.seen < talks_before)
        + delete(staff_links, staff_links.c.expires < talks_before),
    )


def _empty(connection: Connection, conversation: str) -> None:
    """Delete what was said in it, and keep who is to be told what in which language.

    Its owner stays: the versions of owners are counted on.
    """
    for table in (inbox, feedback, turns):
        connection.execute(table.delete().where(table.c.conversation == conversation))
    row = conversations.c.id == conversation
    state = json.loads(connection.execute(sa.select(conversations.c.state).where(row)).scalar_one())
    slots = {name: state.get("slots", {}).get(name) for name in ("language", "preferred_language")}
    kept = {
        "slots": {name: value for name, value in slots.items() if value},
        "choices": state.get("choices", []),
    }
    connection.execute(
        conversations.update().where(row).values(state=json.dumps(kept, ensure_ascii=False))
    )


def _drop_old_letters(connection: Connection, before: datetime) -> None:
    """Of who follows something. The newest stays: letters are counted from it on."""
    later = letters.alias()
    newest = (
        sa.select(sa.func.max(later.c.number))
        .where(later.c.conversation == letters.c.conversation)
        .scalar_subquery()
    )
    connection.execute(
        letters.delete().where(
            letters.c.conversation.in_(sa.select(follows.c.conversation)),
            letters.c.created < before,
            letters.c.number < newest,
        )
    )


def _rows(connection: Connection, table: sa.Table, where: Any) -> list[dict[str, Any]]:
    return [
        {name: _plain(name, value) for name, value in dict(row._mapping).items()}
        for row in connection.execute(sa.select(table).where(where))
    ]


def _plain(name: str, value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if name in ("state", "record", "content", "received") and value and value.startswith("{"):
        return json.loads(value)
    return value
