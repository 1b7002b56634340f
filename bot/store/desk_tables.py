"""The tables of the desk: who owns a conversation, what people said, who may sign in, calls."""

from __future__ import annotations

import sqlalchemy as sa

from bot.store.tables import UtcTime, metadata

_TIME = UtcTime()


def _conversation(**options: bool) -> sa.Column:
    return sa.Column(
        "conversation",
        sa.String(200),
        sa.ForeignKey("conversations.id", ondelete="CASCADE"),
        **options,
    )


# A conversation that nobody ever asked a person in has no row: the bot owns it.
ownership = sa.Table(
    "ownership",
    metadata,
    _conversation(primary_key=True),
    sa.Column("owner", sa.String(10), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("staff", sa.Integer, sa.ForeignKey("staff.id"), nullable=True),
    sa.Column("language", sa.String(10), nullable=False),
    sa.Column("since", _TIME, nullable=False),
    sa.Column("asked", _TIME, nullable=True),
    sa.Column("heard", _TIME, nullable=True),
    sa.Column("spoken", _TIME, nullable=True),
    sa.Index("ix_ownership_owner", "owner", "asked"),
)

# Every change of owner, with who made it: a member of staff, or nobody of them.
ownership_changes = sa.Table(
    "ownership_changes",
    metadata,
    _conversation(primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("before", sa.String(10), nullable=False),
    sa.Column("after", sa.String(10), nullable=False),
    sa.Column("reason", sa.String(20), nullable=False),
    sa.Column("by", sa.Integer, nullable=True),
    sa.Column("staff", sa.Integer, nullable=True),
    sa.Column("created", _TIME, nullable=False),
)

# What goes to a founder beside the bot's turns: a clerk's words, and sentences on who answers.
letters = sa.Table(
    "letters",
    metadata,
    _conversation(primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    # The sender's own, so that what is sent twice is there once.
    sa.Column("key", sa.String(100), nullable=False),
    sa.Column("author", sa.String(10), nullable=False),  # staff, notice
    sa.Column("staff", sa.Integer, nullable=True),
    sa.Column("language", sa.String(10), nullable=False),
    # Personal numbers masked. `content` is what was said in parts, as JSON.
    sa.Column("content", sa.Text, nullable=False),
    sa.Column("delivery", sa.String(10), nullable=False),  # open, sent, kept, failed
    sa.Column("why", sa.String(200), nullable=False),
    sa.Column("created", _TIME, nullable=False),
    sa.UniqueConstraint("conversation", "key", name="uq_letters_key"),
    sa.Index("ix_letters_delivery", "delivery"),
)

staff = sa.Table(
    "staff",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.String(100), nullable=False, unique=True),
    sa.Column("role", sa.String(20), nullable=False),  # clerk, supervisor, admin
    # Argon2id; empty until the one-time link is used.
    sa.Column("password", sa.String(200), nullable=False),
    sa.Column("active", sa.Boolean, nullable=False),
    sa.Column("failed", sa.Integer, nullable=False),  # wrong passwords in a row
    sa.Column("locked_until", _TIME, nullable=True),
    sa.Column("created", _TIME, nullable=False),
)

# One-time links to set a password; only their hash is kept.
staff_links = sa.Table(
    "staff_links",
    metadata,
    sa.Column("hash", sa.String(64), primary_key=True),
    sa.Column("staff", sa.Integer, sa.ForeignKey("staff.id", ondelete="CASCADE"), nullable=False),
    sa.Column("expires", _TIME, nullable=False),
)

# Who is signed in; the cookie holds a random token, here is its hash.
staff_sessions = sa.Table(
    "staff_sessions",
    metadata,
    sa.Column("hash", sa.String(64), primary_key=True),
    sa.Column("staff", sa.Integer, sa.ForeignKey("staff.id", ondelete="CASCADE"), nullable=False),
    sa.Column("csrf", sa.String(64), nullable=False),
    sa.Column("language", sa.String(10), nullable=False),
    sa.Column("created", _TIME, nullable=False),
    sa.Column("seen", _TIME, nullable=False),
)

# Who saw and did what. `about` names a thing, never what is in it.
audit = sa.Table(
    "audit",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("staff", sa.Integer, nullable=True),
    sa.Column("action", sa.String(50), nullable=False),
    sa.Column("about", sa.String(200), nullable=False),
    sa.Column("created", _TIME, nullable=False),
    sa.Index("ix_audit_created", "created"),
)

calls = sa.Table(
    "calls",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("staff", sa.Integer, sa.ForeignKey("staff.id"), nullable=False),
    sa.Column("language", sa.String(10), nullable=False),
    # JSON lists: what was typed (masked) and opened, and the provisions told to the caller.
    sa.Column("looked_up", sa.Text, nullable=False),
    sa.Column("told", sa.Text, nullable=False),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("outcome", sa.String(20), nullable=False),  # empty while the call lasts
    # The caller's number, only if given, encrypted.
    sa.Column("contact", sa.Text, nullable=False),
    sa.Column("started", _TIME, nullable=False),
    sa.Column("ended", _TIME, nullable=True),
    sa.Index("ix_calls_started", "started"),
    # A clerk has one call at a time.
    sa.Index(
        "uq_calls_lasting",
        "staff",
        unique=True,
        sqlite_where=sa.text("ended IS NULL"),
        postgresql_where=sa.text("ended IS NULL"),
    ),
)

callbacks = sa.Table(
    "callbacks",
    metadata,
    # The ticket's number, random: whoever has it may ask how it stands.
    sa.Column("ticket", sa.String(20), primary_key=True),
    # Where it came from; no foreign keys, the promise outlives the talk.
    sa.Column("conversation", sa.String(200), nullable=True),
    sa.Column("call", sa.Integer, nullable=True),
    sa.Column("language", sa.String(10), nullable=False),
    sa.Column("about", sa.Text, nullable=False),  # masked
    sa.Column("contact", sa.Text, nullable=False),  # encrypted
    sa.Column("state", sa.String(10), nullable=False),  # open, done, dropped
    sa.Column("staff", sa.Integer, nullable=True),  # who takes care of it
    sa.Column("due", _TIME, nullable=True),  # none is promised where the operator sets no time
    sa.Column("created", _TIME, nullable=False),
    sa.Column("done", _TIME, nullable=True),
    sa.Column("note", sa.Text, nullable=False),
    sa.Index("ix_callbacks_state", "state", "due"),
    sa.Index("ix_callbacks_conversation", "conversation"),
)

# Questions of the inbox that a supervisor has dealt with.
reviewed = sa.Table(
    "reviewed",
    metadata,
    sa.Column("conversation", sa.String(200), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("staff", sa.Integer, nullable=False),
    sa.Column("created", _TIME, nullable=False),
    sa.ForeignKeyConstraint(
        ["conversation", "number"], ["turns.conversation", "turns.number"], ondelete="CASCADE"
    ),
)
