"""The office's library: mentors, and projects that founders hand in."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "mentors",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("fields", sa.Text, nullable=False),
        sa.Column("stages", sa.Text, nullable=False),
        sa.Column("tongues", sa.Text, nullable=False),
        sa.Column("times", sa.String(200), nullable=False),
        sa.Column("contact", sa.Text, nullable=False),
        sa.Column("consent", sa.Date, nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("demo", sa.Boolean, nullable=False),
        sa.Column("changed", _TIME, nullable=False),
    )
    op.create_table(
        "projects",
        sa.Column("number", sa.String(20), primary_key=True),
        sa.Column("conversation", sa.String(200), nullable=True),
        sa.Column("form", sa.String(200), nullable=False),
        sa.Column("language", sa.String(10), nullable=False),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("stage", sa.String(50), nullable=False),
        sa.Column("team", sa.Text, nullable=False),
        sa.Column("need", sa.Text, nullable=False),
        sa.Column("contact", sa.Text, nullable=False),
        sa.Column("consented", _TIME, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("staff", sa.Integer, nullable=True),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("demo", sa.Boolean, nullable=False),
        sa.Column("created", _TIME, nullable=False),
        sa.Column("changed", _TIME, nullable=False),
        sa.UniqueConstraint("conversation", "form", name="uq_projects_form"),
    )
    op.create_index("ix_projects_state", "projects", ["state", "created"])


def downgrade() -> None:
    op.drop_table("projects")
    op.drop_table("mentors")
