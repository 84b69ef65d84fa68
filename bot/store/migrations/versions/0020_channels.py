"""Messages on their way to messaging apps: when to try, under which id they arrived, and whom to write to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.sql.elements import TextClause

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(JSONB(), "postgresql")
PENDING = sa.text("state = 'pending'")
FAILED = sa.text("state = 'failed'")
KNOWN = sa.text("platform_message_id IS NOT NULL")


def upgrade() -> None:
    op.add_column("outbox", sa.Column("platform_message_id", sa.String(), nullable=True))
    op.add_column("outbox", sa.Column("error", sa.String(), nullable=True))
    _partial_index("ix_outbox_due", ["channel", "next_attempt_at"], PENDING)
    _partial_index("ix_outbox_dead", ["message_id"], FAILED)
    _partial_index("ix_outbox_platform_message_id", ["channel", "platform_message_id"], KNOWN)
    op.create_table(
        "correspondents",
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("facts", JSON, nullable=False),
        sa.Column("heard_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("conversation_id", name="pk_correspondents"),
    )
    op.create_index("ix_correspondents_channel_address", "correspondents", ["channel", "address"])


def downgrade() -> None:
    op.drop_table("correspondents")
    for name in ("ix_outbox_platform_message_id", "ix_outbox_dead", "ix_outbox_due"):
        op.drop_index(name, "outbox")
    with op.batch_alter_table("outbox") as outbox:
        outbox.drop_column("error")
        outbox.drop_column("platform_message_id")


def _partial_index(name: str, columns: list[str], condition: TextClause) -> None:
    op.create_index(name, "outbox", columns, sqlite_where=condition, postgresql_where=condition)
