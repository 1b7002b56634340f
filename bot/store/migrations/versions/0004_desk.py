"""The desk: who owns a conversation, messages of people, staff, calls, call backs."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)


def _conversation(**options: bool) -> sa.Column:
    return sa.Column(
        "conversation",
        sa.String(200),
        sa.ForeignKey("conversations.id", ondelete="CASCADE"),
        **options,
    )


def upgrade() -> None:
    op.create_table(
        "staff",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(100), nullable=False, unique=True),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("password", sa.String(200), nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("failed", sa.Integer, nullable=False),
        sa.Column("locked_until", _TIME, nullable=True),
        sa.Column("created", _TIME, nullable=False),
    )
    op.create_table(
        "ownership",
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
    op.create_table(
        "ownership_changes",
        _conversation(primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True),
        sa.Column("before", sa.String(10), nullable=False),
        sa.Column("after", sa.String(10), nullable=False),
        sa.Column("reason", sa.String(20), nullable=False),
        sa.Column("by", sa.Integer, nullable=True),
        sa.Column("staff", sa.Integer, nullable=True),
        sa.Column("created", _TIME, nullable=False),
    )
    op.create_table(
        "letters",
        _conversation(primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("key", sa.String(100), nullable=False),
        sa.Column("author", sa.String(10), nullable=False),
        sa.Column("staff", sa.Integer, nullable=True),
        sa.Column("language", sa.String(10), nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("delivery", sa.String(10), nullable=False),
        sa.Column("why", sa.String(200), nullable=False),
        sa.Column("created", _TIME, nullable=False),
        sa.UniqueConstraint("conversation", "key", name="uq_letters_key"),
        sa.Index("ix_letters_delivery", "delivery"),
    )
    op.create_table(
        "staff_links",
        sa.Column("hash", sa.String(64), primary_key=True),
        sa.Column("staff", sa.Integer, sa.ForeignKey("staff.id", ondelete="CASCADE"), nullable=False),
        sa.Column("expires", _TIME, nullable=False),
    )
    op.create_table(
        "staff_sessions",
        sa.Column("hash", sa.String(64), primary_key=True),
        sa.Column("staff", sa.Integer, sa.ForeignKey("staff.id", ondelete="CASCADE"), nullable=False),
        sa.Column("csrf", sa.String(64), nullable=False),
        sa.Column("language", sa.String(10), nullable=False),
        sa.Column("created", _TIME, nullable=False),
        sa.Column("seen", _TIME, nullable=False),
    )
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("staff", sa.Integer, nullable=True),
        sa.Column("action", sa.String(50), nullable=False),
        sa.Column("about", sa.String(200), nullable=False),
        sa.Column("created", _TIME, nullable=False),
        sa.Index("ix_audit_created", "created"),
    )
    op.create_table(
        "calls",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("staff", sa.Integer, sa.ForeignKey("staff.id"), nullable=False),
        sa.Column("language", sa.String(10), nullable=False),
        sa.Column("looked_up", sa.Text, nullable=False),
        sa.Column("told", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("outcome", sa.String(20), nullable=False),
        sa.Column("contact", sa.Text, nullable=False),
        sa.Column("started", _TIME, nullable=False),
        sa.Column("ended", _TIME, nullable=True),
        sa.Index("ix_calls_started", "started"),
        sa.Index(
            "uq_calls_lasting",
            "staff",
            unique=True,
            sqlite_where=sa.text("ended IS NULL"),
            postgresql_where=sa.text("ended IS NULL"),
        ),
    )
    op.create_table(
        "callbacks",
        sa.Column("ticket", sa.String(20), primary_key=True),
        sa.Column("conversation", sa.String(200), nullable=True),
        sa.Column("call", sa.Integer, nullable=True),
        sa.Column("language", sa.String(10), nullable=False),
        sa.Column("about", sa.Text, nullable=False),
        sa.Column("contact", sa.Text, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("staff", sa.Integer, nullable=True),
        sa.Column("due", _TIME, nullable=True),
        sa.Column("created", _TIME, nullable=False),
        sa.Column("done", _TIME, nullable=True),
        sa.Column("note", sa.Text, nullable=False),
        sa.Index("ix_callbacks_state", "state", "due"),
        sa.Index("ix_callbacks_conversation", "conversation"),
    )
    op.create_table(
        "reviewed",
        sa.Column("conversation", sa.String(200), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("staff", sa.Integer, nullable=False),
        sa.Column("created", _TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation", "number"], ["turns.conversation", "turns.number"], ondelete="CASCADE"
        ),
    )


def downgrade() -> None:
    op.drop_table("reviewed")
    op.drop_table("callbacks")
    op.drop_table("calls")
    op.drop_table("audit")
    op.drop_table("staff_sessions")
    op.drop_table("staff_links")
    op.drop_table("letters")
    op.drop_table("ownership_changes")
    op.drop_table("ownership")
    op.drop_table("staff")
