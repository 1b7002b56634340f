"""Reads what happened in a conversation, page by page from the newest back."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.message import Turn
from bot.people.timeline import Cursor, Entry, Page, last_of
from bot.store.desk_tables import letters, ownership_changes
from bot.store.letters import letter_of
from bot.store.ownership import change_of
from bot.store.sql import SqlStore
from bot.store.tables import UtcTime, turns

ENTRIES = 200  # of a page


class SqlTimeline:
    """Timelines out of the database of the conversations."""

    def __init__(self, store: SqlStore) -> None:
        self._store = store

    async def page(
        self, conversation: str, before: Cursor | None = None, limit: int = ENTRIES
    ) -> Page:
        """The last entries, or the last before a cursor; none of a conversation that is not
        there."""
        cursor = before or Cursor()

        def work(connection: Connection) -> Page:
            def last(chosen: sa.sql.Select, newest: sa.Column) -> list[Any]:
                rows = connection.execute(chosen.order_by(newest.desc()).limit(limit + 1))
                return list(reversed(rows.all()))

            return last_of(
                [_said(row) for row in last(_turns(conversation, cursor), turns.c.number)],
                [
                    _changed(row)
                    for row in last(_changes(conversation, cursor), ownership_changes.c.version)
                ],
                [_written(row) for row in last(_letters(conversation, cursor), letters.c.number)],
                cursor,
                limit,
            )

        return await self._store.run(work)


def _turns(conversation: str, before: Cursor) -> sa.sql.Select:
    created = sa.type_coerce(turns.c.created, UtcTime()).label("at")
    return sa.select(turns.c.text, turns.c.record, created).where(
        turns.c.conversation == conversation, turns.c.number < before.turn
    )


def _letters(conversation: str, before: Cursor) -> sa.sql.Select:
    """Those that a clerk wrote; the others belong to a change."""
    return sa.select(letters).where(
        letters.c.conversation == conversation,
        letters.c.author == "staff",
        letters.c.number < before.letter,
    )


def _changes(conversation: str, before: Cursor) -> sa.sql.Select:
    table = ownership_changes
    key = sa.literal("owner-") + sa.cast(table.c.version, sa.String)
    told = sa.and_(letters.c.conversation == table.c.conversation, letters.c.key == key)
    # A change is counted by the version that it changed.
    return (
        sa.select(table, *(column.label(f"letter_{column.name}") for column in letters.c))
        .select_from(table.outerjoin(letters, told))
        .where(table.c.conversation == conversation, table.c.version <= before.change)
    )


def _said(row: Any) -> Entry:
    return Entry(row.at, turn=Turn.from_record(json.loads(row.record)), text=row.text)


def _written(row: Any) -> Entry:
    letter = letter_of(dict(row._mapping))
    return Entry(letter.created, letter=letter)


def _changed(row: Any) -> Entry:
    kept = {column.name: row._mapping[column] for column in ownership_changes.c}
    told = {column.name: row._mapping[f"letter_{column.name}"] for column in letters.c}
    change, at = change_of(kept)
    return Entry(at, change=change, letter=letter_of(told) if told["number"] else None)
