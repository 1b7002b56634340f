"""Notices of feeds, which staff accept or drop."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "news",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("guid", sa.String(500), nullable=False, unique=True),
        sa.Column("link", sa.String(500), nullable=False, unique=True),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("summary", sa.Text, nullable=False),
        sa.Column("published", sa.String(10), nullable=False),
        sa.Column("publisher", sa.Text, nullable=False),
        sa.Column("proposed", sa.Text, nullable=False),
        sa.Column("provisions", sa.Text, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("staff", sa.Integer, nullable=True),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided", sa.DateTime(timezone=True), nullable=True),
    )
    op.create_index("ix_news_state", "news", ["state", "published"])


def downgrade() -> None:
    op.drop_table("news")
