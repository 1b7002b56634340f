"""The table of notices that were imported from feeds."""

from __future__ import annotations

import sqlalchemy as sa

from bot.store.tables import UtcTime, metadata

news = sa.Table(
    "news",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    # The publisher's own; by it and by the link a notice is known again.
    sa.Column("guid", sa.String(500), nullable=False, unique=True),
    sa.Column("link", sa.String(500), nullable=False, unique=True),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("summary", sa.Text, nullable=False),
    sa.Column("published", sa.String(10), nullable=False),
    sa.Column("publisher", sa.Text, nullable=False),
    # JSON lists of ids: what the search proposed, and what staff chose.
    sa.Column("proposed", sa.Text, nullable=False),
    sa.Column("provisions", sa.Text, nullable=False),
    sa.Column("state", sa.String(10), nullable=False),  # open, accepted, dropped
    sa.Column("staff", sa.Integer, nullable=True),  # who decided
    sa.Column("created", UtcTime(), nullable=False),
    sa.Column("decided", UtcTime(), nullable=True),
    sa.Index("ix_news_state", "state", "published"),
)
