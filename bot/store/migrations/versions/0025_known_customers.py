"""Who a conversation's customer is, where the shop's own page says so."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "known_customers",
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("customer_id", sa.String(), nullable=False),
        sa.Column("known_since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("conversation_id", name="pk_known_customers"),
    )
    op.create_index("ix_known_customers_customer_id", "known_customers", ["customer_id"])


def downgrade() -> None:
    op.drop_table("known_customers")
