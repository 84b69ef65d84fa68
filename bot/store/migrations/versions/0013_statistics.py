"""What statistics need to answer quickly: the figures of each case in one row."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

TEXTS = ("day", "week", "month", "issue", "language", "channel", "liability", "destination")
SHARES = ("first_response", "next_response", "resolution")


def upgrade() -> None:
    op.create_table(
        "case_facts",
        sa.Column("case_number", sa.String(), nullable=False),
        sa.Column("case_version", sa.Integer(), nullable=False),
        sa.Column("is_final", sa.Boolean(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in TEXTS),
        sa.Column("agent", sa.String(), nullable=True),
        sa.Column("resolved", sa.Integer(), nullable=False),
        sa.Column("by_bot", sa.Integer(), nullable=False),
        sa.Column("first_response_seconds", sa.Integer(), nullable=True),
        sa.Column("resolution_seconds", sa.Integer(), nullable=True),
        *(
            sa.Column(f"{share}_{what}", sa.Integer(), nullable=False)
            for share in SHARES
            for what in ("decided", "met")
        ),
        sa.Column("rating", sa.Integer(), nullable=True),
        sa.Column("repeated", sa.Integer(), nullable=False),
        sa.Column("refund_minor", sa.BigInteger(), nullable=True),
        sa.Column("refund_currency", sa.CHAR(3), nullable=True),
        _of_case("case_facts"),
        sa.PrimaryKeyConstraint("case_number", name="pk_case_facts"),
    )
    op.create_table(
        "case_goods",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("case_number", sa.String(), nullable=False),
        _of_case("case_goods"),
        sa.PrimaryKeyConstraint("kind", "key", "case_number", name="pk_case_goods"),
    )
    op.create_index("ix_case_goods_case_number", "case_goods", ["case_number"])
    op.create_index("ix_orders_placed_at", "orders", ["placed_at"])


def downgrade() -> None:
    op.drop_index("ix_orders_placed_at", "orders")
    op.drop_table("case_goods")
    op.drop_table("case_facts")


def _of_case(table: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_case_number"
    return sa.ForeignKeyConstraint(["case_number"], ["cases.number"], name=name, deferrable=True, initially="DEFERRED")
