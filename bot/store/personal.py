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
from bot.store.library_tables import projects
from bot.store.tables import channel_state, conversations, feedback, inbox, turns

FORGOTTEN = "forgotten"  # what stands in the audit trail where a conversation's id stood
_HELD = ("waiting", "human")
# In an order in which they can be deleted.
_ABOUT_A_TALK = (
    inbox,
    callbacks,
    projects,
    feedback,
    turns,
    letters,
    ownership_changes,
    ownership,
)
# What has a time of its own, longer than that of the talk it came from.
_OUTLIVE_A_TALK = (callbacks, projects)
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

    The promise of a call back goes with it, because its contact does, and so does a project. The
    audit trail keeps that somebody looked, and no longer at what.
    """
    was_there = connection.execute(
        sa.select(conversations.c.id).where(conversations.c.id == conversation)
    ).first()
    # What a channel keeps of a conversation has its id in the key: "late:wechat:…".
    about = channel_state.c.key.endswith(f":{conversation}", autoescape=True)
    about |= channel_state.c.key.contains(f":{conversation}:", autoescape=True)
    connection.execute(channel_state.delete().where(about))
    for table in _ABOUT_A_TALK:
        connection.execute(table.delete().where(table.c.conversation == conversation))
    connection.execute(audit.update().where(audit.c.about == conversation).values(about=FORGOTTEN))
    connection.execute(conversations.delete().where(conversations.c.id == conversation))
    return was_there is not None


def export(connection: Connection, conversation: str, vault: Vault) -> dict[str, Any] | None:
    """All that is kept of a conversation, as plain data for the person; None where nothing is."""
    head = _rows(connection, conversations, conversations.c.id == conversation)
    if not head:
        return None
    kept: dict[str, Any] = {"conversation": head[0]}
    for table in reversed(_ABOUT_A_TALK):
        kept[table.name] = _rows(connection, table, table.c.conversation == conversation)
    for promise in (*kept["callbacks"], *kept["projects"]):
        promise["contact"] = vault.open(promise["contact"])
    sheet = kept["conversation"]["state"].get("slots", {}).get(project_sheet.KEY)
    if sheet and sheet["answers"].get("contact"):
        sheet["answers"]["contact"] = vault.open(sheet["answers"]["contact"])
    return kept


def prune(connection: Connection, talks_before: datetime, calls_before: datetime) -> Removed:
    """Delete conversations not touched since, and what came of them, and trails, older than that.

    A conversation that a person has or that waits for one stays until it is over, and so does a
    call back that is still to be made, or a project that is under way or in the library.
    """
    held = sa.select(ownership.c.conversation).where(ownership.c.owner.in_(_HELD))
    old = sa.select(conversations.c.id).where(
        conversations.c.updated < talks_before, conversations.c.id.not_in(held)
    )
    gone = [row.id for row in connection.execute(old)]
    for conversation in gone:
        _let_promises_go(connection, conversation)
        forget(connection, conversation)

    def delete(table: sa.Table, *where: Any) -> int:
        return int(connection.execute(table.delete().where(*where)).rowcount)

    return Removed(
        conversations=len(gone),
        calls=delete(calls, calls.c.started < calls_before, calls.c.ended.is_not(None)),
        callbacks=delete(
            callbacks, callbacks.c.state != "open", callbacks.c.created < calls_before
        ),
        projects=delete(projects, projects.c.state.in_(_OVER), projects.c.changed < calls_before),
        audit=delete(audit, audit.c.created < calls_before),
        sign_ins=delete(staff_sessions, staff_sessions.c.seen < talks_before)
        + delete(staff_links, staff_links.c.expires < talks_before),
    )


def _let_promises_go(connection: Connection, conversation: str) -> None:
    for table in _OUTLIVE_A_TALK:
        mine = table.c.conversation == conversation
        connection.execute(table.update().where(mine).values(conversation=None))


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
