"""Refunds, the ledger, coupons and warranty extensions; discounts, taxes and duties of orders."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(JSONB(), "postgresql")
ADDED = (("order_lines", "discount", "unit_price"), ("order_lines", "tax", "unit_price"), ("orders", "duties", "total"))


def upgrade() -> None:
    for table, name, beside in ADDED:
        _add_money(table, name, beside)
    op.create_table(
        "refunds",
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("case_number", sa.String(), nullable=False),
        sa.Column("order_number", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        _moment("agreed_at"),
        _moment("next_attempt_at"),
        sa.Column("breakdown", JSON, nullable=False),
        *_money("amount"),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("failure", sa.String(), nullable=True),
        _moment("sent_at", nullable=True),
        sa.Column("arrives_by", sa.Date(), nullable=True),
        _moment("settled_at", nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        _foreign("refunds", "case_number", "cases.number"),
        _foreign("refunds", "order_number", "orders.number"),
        sa.PrimaryKeyConstraint("number", name="pk_refunds"),
    )
    op.create_index("ix_refunds_key", "refunds", ["key"], unique=True)
    op.create_index("ix_refunds_case_number", "refunds", ["case_number"])
    op.create_index("ix_refunds_order_number", "refunds", ["order_number"])
    op.create_index("ix_refunds_state_next_attempt_at", "refunds", ["state", "next_attempt_at"])
    op.create_table(
        "refund_parts",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("refund_number", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("payment_id", sa.String(), nullable=True),
        sa.Column("method", sa.String(), nullable=False),
        *_money("amount"),
        sa.Column("reference", sa.String(), nullable=True),
        sa.Column("round", sa.Integer(), nullable=False),
        _foreign("refund_parts", "refund_number", "refunds.number"),
        _foreign("refund_parts", "payment_id", "payments.id"),
        sa.PrimaryKeyConstraint("id", name="pk_refund_parts"),
    )
    op.create_index("ix_refund_parts_payment_id", "refund_parts", ["payment_id"])
    op.create_index(
        "ix_refund_parts_refund_number_position", "refund_parts", ["refund_number", "position"], unique=True
    )
    op.create_table(
        "payment_instructions",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("order_number", sa.String(), nullable=False),
        sa.Column("refund_number", sa.String(), nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        *_money("amount"),
        sa.Column("payment_id", sa.String(), nullable=True),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        _moment("recorded_at"),
        sa.PrimaryKeyConstraint("key", name="pk_payment_instructions"),
    )
    op.create_index("ix_payment_instructions_refund_number", "payment_instructions", ["refund_number"])
    _create_ledger()
    _create_grants()


def _create_ledger() -> None:
    op.create_table(
        "journal_entries",
        sa.Column("id", sa.String(), nullable=False),
        _moment("at"),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_journal_entries"),
    )
    op.create_index("ix_journal_entries_subject", "journal_entries", ["subject"])
    op.create_table(
        "journal_postings",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("entry_id", sa.String(), nullable=False),
        sa.Column("account", sa.String(32), nullable=False),
        *_money("amount"),
        _foreign("journal_postings", "entry_id", "journal_entries.id"),
        sa.PrimaryKeyConstraint("id", name="pk_journal_postings"),
    )
    op.create_index("ix_journal_postings_entry_id", "journal_postings", ["entry_id"])
    op.create_index("ix_journal_postings_account_amount_currency", "journal_postings", ["account", "amount_currency"])


def _create_grants() -> None:
    op.create_table(
        "coupons",
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("case_number", sa.String(), nullable=False),
        _moment("issued_at"),
        _moment("expires_at"),
        sa.Column("percent", sa.Integer(), nullable=True),
        *_money("amount", nullable=True),
        sa.Column("state", sa.String(32), nullable=False),
        _moment("redeemed_at", nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        _foreign("coupons", "case_number", "cases.number"),
        sa.PrimaryKeyConstraint("number", name="pk_coupons"),
    )
    op.create_index("ix_coupons_code", "coupons", ["code"], unique=True)
    op.create_index("ix_coupons_key", "coupons", ["key"], unique=True)
    op.create_index("ix_coupons_case_number", "coupons", ["case_number"])
    op.create_index("ix_coupons_state_expires_at", "coupons", ["state", "expires_at"])
    op.create_table(
        "warranty_extensions",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("case_number", sa.String(), nullable=False),
        sa.Column("order_number", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("months", sa.Integer(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        _moment("granted_at"),
        _foreign("warranty_extensions", "case_number", "cases.number"),
        _foreign("warranty_extensions", "order_number", "orders.number"),
        sa.PrimaryKeyConstraint("id", name="pk_warranty_extensions"),
    )
    op.create_index("ix_warranty_extensions_key", "warranty_extensions", ["key"], unique=True)
    op.create_index("ix_warranty_extensions_case_number", "warranty_extensions", ["case_number"])
    op.create_index("ix_warranty_extensions_order_number", "warranty_extensions", ["order_number"])


def downgrade() -> None:
    for table in (
        "warranty_extensions",
        "coupons",
        "journal_postings",
        "journal_entries",
        "payment_instructions",
        "refund_parts",
        "refunds",
    ):
        op.drop_table(table)
    for table, name, _ in reversed(ADDED):
        op.drop_column(table, f"{name}_currency")
        op.drop_column(table, f"{name}_minor")


def _add_money(table: str, name: str, beside: str) -> None:
    """Add an amount of nothing to every row, in the currency of the amount beside it."""
    # SQLite adds no column without a default, and cannot drop a default; every new row brings its own values.
    op.add_column(table, sa.Column(f"{name}_minor", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column(table, sa.Column(f"{name}_currency", sa.CHAR(3), nullable=False, server_default="XXX"))
    op.execute(f"UPDATE {table} SET {name}_currency = {beside}_currency")
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column(table, f"{name}_minor", server_default=None)
        op.alter_column(table, f"{name}_currency", server_default=None)


def _money(name: str, *, nullable: bool = False) -> tuple[Any, ...]:
    return (
        sa.Column(f"{name}_minor", sa.BigInteger(), nullable=nullable),
        sa.Column(f"{name}_currency", sa.CHAR(3), nullable=nullable),
    )


def _moment(name: str, *, nullable: bool = False) -> Any:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _foreign(table: str, column: str, target: str) -> Any:
    return sa.ForeignKeyConstraint(
        [column], [target], name=f"fk_{table}_{column}", deferrable=True, initially="DEFERRED"
    )
