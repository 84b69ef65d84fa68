"""When messages reached their customers, where the platform says so."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

_DELIVERED = sa.text("delivered_at IS NOT NULL")


def upgrade() -> None:
    op.add_column("outbox", sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_outbox_delivered",
        "outbox",
        ["conversation_id", "message_id"],
        sqlite_where=_DELIVERED,
        postgresql_where=_DELIVERED,
    )


def downgrade() -> None:
    op.drop_index("ix_outbox_delivered", "outbox")
    with op.batch_alter_table("outbox") as table:
        table.drop_column("delivered_at")
