"""The tables. Changes to them go through bot/store/migrations/."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import sqlalchemy as sa


class UtcTime(sa.TypeDecorator):
    """A time with its zone: SQLite forgets it, so all are kept and come back as UTC."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        return None if value is None else value.astimezone(timezone.utc)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None or value.tzinfo is not None:
            return value
        return value.replace(tzinfo=timezone.utc)


metadata = sa.MetaData()

conversations = sa.Table(
    "conversations",
    metadata,
    sa.Column("id", sa.String(200), primary_key=True),
    # After the last turn, as JSON: the assistant's slots and the choices offered, never texts but
    # the answers in a form that is open.
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("turns", sa.Integer, nullable=False),
    sa.Column("created", sa.DateTime(timezone=True), nullable=False),
    sa.Column("updated", sa.DateTime(timezone=True), nullable=False),
)

turns = sa.Table(
    "turns",
    metadata,
    sa.Column(
        "conversation",
        sa.String(200),
        sa.ForeignKey("conversations.id", ondelete="CASCADE"),
        primary_key=True,
    ),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("message_id", sa.String(200), nullable=False),
    # What the founder said, with personal numbers masked.
    sa.Column("text", sa.Text, nullable=False),
    # The turn as JSON, so that a repeat gets the same answer.
    sa.Column("record", sa.Text, nullable=False),
    sa.Column("created", sa.DateTime(timezone=True), nullable=False),
    # Out of the record, for what counts many turns: empty where the bot did not answer itself.
    sa.Column("intent", sa.String(50), nullable=False, server_default=""),
    sa.Column("outcome", sa.String(20), nullable=False, server_default=""),
    sa.Column("language", sa.String(10), nullable=False, server_default=""),
    # The provision found first.
    sa.Column("provision", sa.String(200), nullable=False, server_default=""),
    sa.UniqueConstraint("conversation", "message_id", name="uq_turns_message"),
    # Holds all that is counted, so that no record is read for it.
    sa.Index(
        "ix_turns_created",
        *("created", "outcome", "intent", "language", "provision", "conversation", "number"),
    ),
)

# What a founder thought of an answer; the last vote counts.
feedback = sa.Table(
    "feedback",
    metadata,
    sa.Column("conversation", sa.String(200), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("vote", sa.String(10), nullable=False),
    # In the founder's words, with personal numbers masked.
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("created", sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(
        ["conversation", "number"], ["turns.conversation", "turns.number"], ondelete="CASCADE"
    ),
)

inbox = sa.Table(
    "inbox",
    metadata,
    sa.Column("channel", sa.String(50), primary_key=True),
    sa.Column("conversation", sa.String(200), primary_key=True),
    sa.Column("message_id", sa.String(200), primary_key=True),
    # The message and where its answer goes, as JSON, personal numbers masked; empty once answered.
    sa.Column("received", sa.Text, nullable=True),
    sa.Column("created", sa.DateTime(timezone=True), nullable=False),
    sa.Index("ix_inbox_created", "created"),
)

# Small things that a channel must know after a restart: a cursor, a quota, an answer that waits.
channel_state = sa.Table(
    "channel_state",
    metadata,
    sa.Column("channel", sa.String(50), primary_key=True),
    sa.Column("key", sa.String(200), primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)
