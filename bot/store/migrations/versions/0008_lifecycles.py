"""Returns in full, repairs, reshipments, customs matters and the shop's events."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(JSONB(), "postgresql")
LABEL = sa.String(32)
MOMENT = sa.DateTime(timezone=True)
AT_COMMIT: Any = {"deferrable": True, "initially": "DEFERRED"}

_RETURN = {
    "warehouse": sa.String(),
    "carrier": sa.String(),
    "tracking_number": sa.String(),
    "shipped_at": MOMENT,
    "received_at": MOMENT,
    "inspected_at": MOMENT,
    "ended_at": MOMENT,
    "decline_reason": LABEL,
}
_RETURN_FLAGS = ("refunds_shipping", "refunds_duties")
_FOUND = ("as_described", "damaged_by_customer", "wrong_item")
_EXCHANGE = {"carrier": sa.String(), "tracking_number": sa.String(), "shipped_at": MOMENT, "ended_at": MOMENT}
_EXCHANGE_FLAGS = ("in_advance", "difference_settled")


def upgrade() -> None:
    for name, kind in _RETURN.items():
        op.add_column("returns", sa.Column(name, kind, nullable=True))
    for name in _RETURN_FLAGS:
        op.add_column("returns", sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index("ix_returns_tracking_number", "returns", ["tracking_number"])
    op.create_index("ix_returns_state_deadline", "returns", ["state", "deadline"])
    for name in _FOUND:
        op.add_column("return_lines", sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
    for name, kind in _EXCHANGE.items():
        op.add_column("exchanges", sa.Column(name, kind, nullable=True))
    for name in _EXCHANGE_FLAGS:
        op.add_column("exchanges", sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index("ix_exchanges_tracking_number", "exchanges", ["tracking_number"])
    _create_repairs()
    _create_reshipments()
    _create_customs_matters()
    op.create_table(
        "shop_events",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("type", LABEL, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("payload", JSON, nullable=False),
        sa.Column("state", LABEL, nullable=False),
        sa.Column("result", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_shop_events"),
    )
    op.create_index("ix_shop_events_subject_at", "shop_events", ["subject", "at"])
    op.create_index("ix_shop_events_state_at", "shop_events", ["state", "at"])


def _create_repairs() -> None:
    op.create_table(
        "repairs",
        sa.Column("number", sa.String(), nullable=False),
        *_references(),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("in_warranty", sa.Boolean(), nullable=False),
        sa.Column("requested_at", MOMENT, nullable=False),
        sa.Column("deadline", sa.Date(), nullable=False),
        sa.Column("warehouse", sa.String(), nullable=True),
        sa.Column("state", LABEL, nullable=False),
        sa.Column("quote_minor", sa.BigInteger(), nullable=True),
        sa.Column("quote_currency", sa.CHAR(length=3), nullable=True),
        sa.Column("quote_until", sa.Date(), nullable=True),
        sa.Column("received_at", MOMENT, nullable=True),
        sa.Column("carrier", sa.String(), nullable=True),
        sa.Column("tracking_number", sa.String(), nullable=True),
        sa.Column("shipped_at", MOMENT, nullable=True),
        sa.Column("is_repaired", sa.Boolean(), nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("decline_reason", LABEL, nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        *_keys("repairs"),
    )
    _create_indexes("repairs", "case_number", "order_number", "tracking_number")
    op.create_index("ix_repairs_state_deadline", "repairs", ["state", "deadline"])


def _create_reshipments() -> None:
    op.create_table(
        "reshipments",
        sa.Column("number", sa.String(), nullable=False),
        *_references(),
        sa.Column("requested_at", MOMENT, nullable=False),
        sa.Column("lines", JSON, nullable=False),
        sa.Column("state", LABEL, nullable=False),
        sa.Column("search_until", MOMENT, nullable=True),
        sa.Column("lost_tracking_number", sa.String(), nullable=True),
        sa.Column("carrier", sa.String(), nullable=True),
        sa.Column("tracking_number", sa.String(), nullable=True),
        sa.Column("shipped_at", MOMENT, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        *_keys("reshipments"),
    )
    _create_indexes("reshipments", "case_number", "order_number", "tracking_number", "lost_tracking_number")
    op.create_index("ix_reshipments_state_search_until", "reshipments", ["state", "search_until"])


def _create_customs_matters() -> None:
    op.create_table(
        "customs_matters",
        sa.Column("number", sa.String(), nullable=False),
        *_references(),
        sa.Column("reported_at", MOMENT, nullable=False),
        sa.Column("authority", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("tracking_number", sa.String(), nullable=True),
        sa.Column("state", LABEL, nullable=False),
        sa.Column("papers", JSON, nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("payer", LABEL, nullable=False),
        sa.Column("charges_minor", sa.BigInteger(), nullable=True),
        sa.Column("charges_currency", sa.CHAR(length=3), nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        *_keys("customs_matters"),
    )
    _create_indexes("customs_matters", "case_number", "order_number")
    op.create_index("ix_customs_matters_state_due_on", "customs_matters", ["state", "due_on"])


def _references() -> tuple[Any, ...]:
    return (
        sa.Column("case_number", sa.String(), nullable=False),
        sa.Column("order_number", sa.String(), nullable=False),
    )


def _keys(table: str) -> tuple[Any, ...]:
    return (
        sa.ForeignKeyConstraint(["case_number"], ["cases.number"], name=f"fk_{table}_case_number", **AT_COMMIT),
        sa.ForeignKeyConstraint(["order_number"], ["orders.number"], name=f"fk_{table}_order_number", **AT_COMMIT),
        sa.PrimaryKeyConstraint("number", name=f"pk_{table}"),
    )


def _create_indexes(table: str, *columns: str) -> None:
    for column in columns:
        op.create_index(f"ix_{table}_{column}", table, [column])


def downgrade() -> None:
    for table in ("shop_events", "customs_matters", "reshipments", "repairs"):
        op.drop_table(table)
    op.drop_index("ix_exchanges_tracking_number", "exchanges")
    op.drop_index("ix_returns_state_deadline", "returns")
    op.drop_index("ix_returns_tracking_number", "returns")
    with op.batch_alter_table("exchanges") as batch:
        for name in (*_EXCHANGE_FLAGS, *_EXCHANGE):
            batch.drop_column(name)
    with op.batch_alter_table("return_lines") as batch:
        for name in _FOUND:
            batch.drop_column(name)
    with op.batch_alter_table("returns") as batch:
        for name in (*_RETURN_FLAGS, *_RETURN):
            batch.drop_column(name)
