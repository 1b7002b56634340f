"""What figures count of a turn, in columns of its own: filled for the turns that are there."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_COLUMNS = (("intent", 50), ("outcome", 20), ("language", 10), ("provision", 200))
_FILL = {
    "sqlite": """
        UPDATE turns SET
          intent = coalesce(json_extract(record, '$.intent'), ''),
          outcome = coalesce(json_extract(record, '$.outcome'), ''),
          language = coalesce(json_extract(record, '$.language'), ''),
          provision = coalesce(json_extract(record, '$.provisions[0]'), '')
    """,
    "postgresql": """
        UPDATE turns SET
          intent = coalesce(record::json->>'intent', ''),
          outcome = coalesce(record::json->>'outcome', ''),
          language = coalesce(record::json->>'language', ''),
          provision = coalesce(record::json->'provisions'->>0, '')
    """,
}


def upgrade() -> None:
    for name, length in _COLUMNS:
        op.add_column(
            "turns", sa.Column(name, sa.String(length), nullable=False, server_default="")
        )
    op.execute(_FILL[op.get_bind().dialect.name])
    op.create_index(
        "ix_turns_created",
        "turns",
        ["created", "outcome", "intent", "language", "provision", "conversation", "number"],
    )


def downgrade() -> None:
    op.drop_index("ix_turns_created", "turns")
    for name, _ in _COLUMNS:
        op.drop_column("turns", name)
