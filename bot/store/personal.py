"""All that is kept of a person: taken out, deleted on request, deleted when its time is over."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.people.vault import Vault
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
from bot.store.tables import channel_state, conversations, feedback, inbox, turns

FORGOTTEN = "forgotten"  # what stands in the audit trail where a conversation's id stood
_HELD = ("waiting", "human")


@dataclass(frozen=True)
class Removed:
    """How much was removed because its time was over."""

    conversations: int
    calls: int
    callbacks: int
    audit: int
    sign_ins: int

    def __str__(self) -> str:
        return " ".join(f"{name}={count}" for name, count in asdict(self).items())


def forget(connection: Connection, conversation: str) -> bool:
    """Delete a conversation and all that belongs to it; False where nothing was there.

    The promise of a call back goes with it, because its contact does. The audit trail keeps that
    somebody looked, and no longer at what.
    """
    was_there = connection.execute(
        sa.select(conversations.c.id).where(conversations.c.id == conversation)
    ).first()
    # What a channel keeps of a conversation has its id in the key: "late:wechat:…".
    about = channel_state.c.key.endswith(f":{conversation}", autoescape=True)
    about |= channel_state.c.key.contains(f":{conversation}:", autoescape=True)
    connection.execute(channel_state.delete().where(about))
    belonging = (inbox, callbacks, feedback, turns, letters, follows, ownership_changes, ownership)
    for table in belonging:
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
    belonging = (turns, feedback, letters, follows, ownership, ownership_changes, callbacks, inbox)
    for table in belonging:
        kept[table.name] = _rows(connection, table, table.c.conversation == conversation)
    for callback in kept["callbacks"]:
        callback["contact"] = vault.open(callback["contact"])
    return kept


def prune(connection: Connection, talks_before: datetime, calls_before: datetime) -> Removed:
    """Delete conversations not touched since, and calls, call backs and trails older than that.

    A conversation that a person has or that waits for one stays until it is over, and so does a
    call back that is still to be made. Who follows something goes on getting what changes: of that
    conversation only what was said goes.
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
        _let_callbacks_go(connection, conversation)
        forget(connection, conversation)
    for conversation in silent:
        _empty(connection, conversation)
    _drop_old_letters(connection, talks_before)

    def delete(table: sa.Table, *where: Any) -> int:
        return int(connection.execute(table.delete().where(*where)).rowcount)

    return Removed(
        conversations=len(gone) + len(silent),
        calls=delete(calls, calls.c.started < calls_before, calls.c.ended.is_not(None)),
        callbacks=delete(
            callbacks, callbacks.c.state != "open", callbacks.c.created < calls_before
        ),
        audit=delete(audit, audit.c.created < calls_before),
        sign_ins=delete(staff_sessions, staff_sessions.c.seen < talks_before)
        + delete(staff_links, staff_links.c.expires < talks_before),
    )


def _empty(connection: Connection, conversation: str) -> None:
    """Delete what was said in it, and keep who is to be told what in which language.

    Its owner stays: the versions of owners are counted on.
    """
    _let_callbacks_go(connection, conversation)
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


def _let_callbacks_go(connection: Connection, conversation: str) -> None:
    """They have a time of their own, longer than that of the talk they came from."""
    connection.execute(
        callbacks.update().where(callbacks.c.conversation == conversation).values(conversation=None)
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
