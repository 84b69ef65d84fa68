"""Where the local copies of orders are from, and when they were fetched."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "order_origins",
        sa.Column("order_number", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("address_digest", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_number"],
            ["orders.number"],
            name="fk_order_origins_order_number",
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.PrimaryKeyConstraint("order_number", name="pk_order_origins"),
    )


def downgrade() -> None:
    op.drop_table("order_origins")
