"""The tables of the office's library: its mentors, and the projects that founders hand in."""

from __future__ import annotations

import sqlalchemy as sa

from bot.store.tables import UtcTime, metadata

_TIME = UtcTime()

mentors = sa.Table(
    "mentors",
    metadata,
    # The office's own, so that an import changes a mentor rather than doubling it.
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("name", sa.String(100), nullable=False),
    # JSON lists of ids of knowledge/vocabulary.yml.
    sa.Column("fields", sa.Text, nullable=False),
    sa.Column("stages", sa.Text, nullable=False),
    sa.Column("tongues", sa.Text, nullable=False),
    sa.Column("times", sa.String(200), nullable=False),
    sa.Column("contact", sa.Text, nullable=False),  # encrypted
    sa.Column("consent", sa.Date, nullable=False),
    sa.Column("active", sa.Boolean, nullable=False),
    sa.Column("demo", sa.Boolean, nullable=False),
    sa.Column("changed", _TIME, nullable=False),
)

projects = sa.Table(
    "projects",
    metadata,
    # Random: whoever has it may ask how the project stands.
    sa.Column("number", sa.String(20), primary_key=True),
    # Where it came from; no foreign key, the project outlives the talk.
    sa.Column("conversation", sa.String(200), nullable=True),
    # The form that it was written in: one form is one project, however often it is confirmed.
    sa.Column("form", sa.String(200), nullable=False),
    sa.Column("language", sa.String(10), nullable=False),
    # In the founder's words, personal numbers masked. `stage`: an id of knowledge/vocabulary.yml.
    sa.Column("what", sa.Text, nullable=False),
    sa.Column("stage", sa.String(50), nullable=False),
    sa.Column("team", sa.Text, nullable=False),
    sa.Column("need", sa.Text, nullable=False),
    sa.Column("contact", sa.Text, nullable=False),  # encrypted
    # When the founder agreed that staff read and keep it and get in touch.
    sa.Column("consented", _TIME, nullable=False),
    sa.Column("state", sa.String(10), nullable=False),  # new, review, accepted, declined, closed
    sa.Column("staff", sa.Integer, nullable=True),  # who changed the state last
    sa.Column("note", sa.Text, nullable=False),  # for staff alone, masked
    sa.Column("demo", sa.Boolean, nullable=False),
    sa.Column("created", _TIME, nullable=False),
    sa.Column("changed", _TIME, nullable=False),
    sa.UniqueConstraint("conversation", "form", name="uq_projects_form"),
    sa.Index("ix_projects_state", "state", "created"),
)
