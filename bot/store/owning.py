"""Reading and changing an owner within a transaction, for what must happen together with it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.people.ownership import Change, OwnerChanged, Ownership
from bot.store.desk_tables import ownership, ownership_changes
from knowledge.language import Language


def read(connection: Connection, conversation: str) -> Ownership:
    """Who owns a conversation; the bot where nothing is kept."""
    row = connection.execute(
        sa.select(ownership).where(ownership.c.conversation == conversation)
    ).first()
    return ownership_of(row) if row is not None else Ownership(conversation)


def apply(connection: Connection, change: Change, now: datetime, language: Language) -> None:
    """Compare and set within a transaction. Raises OwnerChanged, which must end it."""
    values: dict[str, Any] = {
        "owner": change.after,
        "version": change.version + 1,
        "staff": change.staff,
        "language": language,
        "since": now,
    }
    if change.reason == "asked":
        values["asked"] = values["heard"] = now
    if change.after == "human":
        # Whoever has it now has said nothing yet.
        values["heard"] = _since(now)
    if change.version == 0:
        first = {"conversation": change.conversation, **dict.fromkeys(_TIMES), **values}
        changed = connection.execute(_FIRST, first).rowcount
    else:
        changed = connection.execute(
            ownership.update()
            .where(
                ownership.c.conversation == change.conversation,
                ownership.c.version == change.version,
            )
            .values(**values)
        ).rowcount
    if not changed:
        raise OwnerChanged(change.conversation)
    connection.execute(
        ownership_changes.insert(),
        {
            "conversation": change.conversation,
            "version": change.version + 1,
            "before": change.before,
            "after": change.after,
            "reason": change.reason,
            "by": change.by,
            "staff": change.staff,
            "created": now,
        },
    )


def heard(connection: Connection, conversation: str, version: int, now: datetime) -> None:
    """The founder wrote while the owner was as read. Raises OwnerChanged where it no longer is."""
    if version:
        row = ownership.update().where(
            ownership.c.conversation == conversation, ownership.c.version == version
        )
        unchanged = bool(connection.execute(row.values(heard=_since(now))).rowcount)
    else:
        unchanged = read(connection, conversation).version == 0
    if not unchanged:
        raise OwnerChanged(conversation)


def ownership_of(row: Any) -> Ownership:
    """A row of the table."""
    return Ownership(**{column.name: row._mapping[column] for column in ownership.c})


def _since(now: datetime) -> Any:
    """Since when the founder waits for words: since now, if not for longer."""
    return sa.func.coalesce(ownership.c.heard, sa.literal(now, ownership.c.heard.type))


_TIMES = ("asked", "heard", "spoken")
# Both databases know "on conflict do nothing"; who comes second changes nothing.
_FIRST = sa.text(
    "INSERT INTO ownership "
    "(conversation, owner, version, staff, language, since, asked, heard, spoken) VALUES "
    "(:conversation, :owner, :version, :staff, :language, :since, :asked, :heard, :spoken) "
    "ON CONFLICT (conversation) DO NOTHING"
).bindparams(*(sa.bindparam(name, type_=ownership.c[name].type) for name in ("since", *_TIMES)))
