"""Claims against carriers and suppliers."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "claims",
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("case_number", sa.String(), nullable=False),
        sa.Column("order_number", sa.String(), nullable=False),
        sa.Column("against", sa.String(32), nullable=False),
        sa.Column("party", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        *_money("amount", nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("reference", sa.String(), nullable=True),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=True),
        *_money("accepted"),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        *_money("paid"),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        _foreign("case_number", "cases.number"),
        _foreign("order_number", "orders.number"),
        sa.PrimaryKeyConstraint("number", name="pk_claims"),
    )
    op.create_index("ix_claims_key", "claims", ["key"], unique=True)
    op.create_index("ix_claims_case_number", "claims", ["case_number"])
    op.create_index("ix_claims_order_number", "claims", ["order_number"])
    op.create_index("ix_claims_state_opened_at", "claims", ["state", "opened_at"])


def downgrade() -> None:
    op.drop_table("claims")


def _money(name: str, *, nullable: bool = True) -> tuple[sa.Column[Any], sa.Column[Any]]:
    return (
        sa.Column(f"{name}_minor", sa.BigInteger(), nullable=nullable),
        sa.Column(f"{name}_currency", sa.CHAR(3), nullable=nullable),
    )


def _foreign(column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [target], name=f"fk_claims_{column}", deferrable=True, initially="DEFERRED"
    )
