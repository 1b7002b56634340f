"""The tables of what founders follow, and of what has been published to them."""

from __future__ import annotations

import sqlalchemy as sa

from bot.store.tables import UtcTime, metadata

follows = sa.Table(
    "follows",
    metadata,
    sa.Column(
        "conversation",
        sa.String(200),
        sa.ForeignKey("conversations.id", ondelete="CASCADE"),
        primary_key=True,
    ),
    # A key of bot/secretary/follow.py.
    sa.Column("what", sa.String(200), primary_key=True),
    sa.Column("created", UtcTime(), nullable=False),
)

# Each time that changes were told to followers. The id is counted by hand: two who publish at the
# same time cannot both have it.
releases = sa.Table(
    "releases",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("state", sa.String(10), nullable=False),  # open while letters are written, then done
    # The content as it was published, as JSON; empty where it is no longer compared with.
    sa.Column("snapshot", sa.Text, nullable=False),
    sa.Column("letters", sa.Integer, nullable=False),  # how many were written in the end
    sa.Column("created", UtcTime(), nullable=False),
)
