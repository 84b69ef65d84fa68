"""Wrong tries at proving orders over all conversations, and until when the shop's word on a customer stands."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "try_counts",
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("subject", name="pk_try_counts"),
    )
    op.create_index("ix_try_counts_since", "try_counts", ["since"])
    op.add_column("known_customers", sa.Column("known_until", sa.DateTime(timezone=True), nullable=True))
    # How long the tokens of before lasted was not kept: the next one tells.
    op.execute("UPDATE known_customers SET known_until = known_since")
    with op.batch_alter_table("known_customers") as table:
        table.alter_column("known_until", existing_type=sa.DateTime(timezone=True), nullable=False)


def downgrade() -> None:
    with op.batch_alter_table("known_customers") as table:
        table.drop_column("known_until")
    op.drop_table("try_counts")
