"""After-sales: cases, offers, returns, exchanges, handoffs, identifications, audit and numbers."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(JSONB(), "postgresql")
LABEL = sa.String(32)
MOMENT = sa.DateTime(timezone=True)
AT_COMMIT: Any = {"deferrable": True, "initially": "DEFERRED"}


def upgrade() -> None:
    op.create_table(
        "audit_events",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("conversation_id", sa.String(), nullable=True),
        sa.Column("data", JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_events"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_audit_events_conversation_id", "audit_events", ["conversation_id"])
    op.create_index("ix_audit_events_subject_id", "audit_events", ["subject", "id"])
    op.create_table(
        "identifications",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("order_number", sa.String(), nullable=False),
        sa.Column("wrong_tries", sa.Integer(), nullable=False),
        sa.Column("proved_at", MOMENT, nullable=True),
        sa.Column("locked_until", MOMENT, nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_identifications"),
    )
    op.create_index(
        "ix_identifications_conversation_id_order_number",
        "identifications",
        ["conversation_id", "order_number"],
        unique=True,
    )
    op.create_table(
        "sequences",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_sequences"),
    )
    op.create_table(
        "cases",
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("customer_id", sa.String(), nullable=False),
        sa.Column("order_number", sa.String(), nullable=False),
        sa.Column("issue_type", LABEL, nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("next_contact_by", MOMENT, nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("source_message_id", sa.String(), nullable=False),
        sa.Column("story", sa.Text(), nullable=False),
        sa.Column("wish", LABEL, nullable=True),
        sa.Column("lines", JSON, nullable=False),
        sa.Column("priority", LABEL, nullable=False),
        sa.Column("liability", LABEL, nullable=False),
        sa.Column("policy_version", sa.String(), nullable=True),
        sa.Column("state", LABEL, nullable=False),
        sa.Column("resolved_at", MOMENT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name="fk_cases_customer_id", **AT_COMMIT),
        sa.ForeignKeyConstraint(["order_number"], ["orders.number"], name="fk_cases_order_number", **AT_COMMIT),
        sa.PrimaryKeyConstraint("number", name="pk_cases"),
    )
    op.create_index("ix_cases_conversation_id_opened_at", "cases", ["conversation_id", "opened_at"])
    op.create_index("ix_cases_customer_id", "cases", ["customer_id"])
    op.create_index("ix_cases_order_number_opened_at", "cases", ["order_number", "opened_at"])
    op.create_index("ix_cases_source_message_id", "cases", ["source_message_id"], unique=True)
    op.create_table(
        "escalations",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("reason", LABEL, nullable=False),
        sa.Column("priority", LABEL, nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("case_number", sa.String(), nullable=True),
        sa.Column("facts", JSON, nullable=False),
        sa.Column("state", LABEL, nullable=False),
        sa.Column("agent_id", sa.String(), nullable=True),
        sa.Column("assigned_at", MOMENT, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_number"], ["cases.number"], name="fk_escalations_case_number", **AT_COMMIT),
        sa.PrimaryKeyConstraint("id", name="pk_escalations"),
    )
    op.create_index("ix_escalations_case_number", "escalations", ["case_number"])
    op.create_index("ix_escalations_conversation_id_id", "escalations", ["conversation_id", "id"])
    op.create_index("ix_escalations_state_opened_at", "escalations", ["state", "opened_at"])
    op.create_index(
        "uq_escalations_open",
        "escalations",
        ["conversation_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('queued', 'assigned')"),
        postgresql_where=sa.text("state IN ('queued', 'assigned')"),
    )
    op.create_table(
        "offers",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("case_number", sa.String(), nullable=False),
        sa.Column("remedy", LABEL, nullable=False),
        sa.Column("proposed_by", LABEL, nullable=False),
        sa.Column("proposed_at", MOMENT, nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=True),
        sa.Column("amount_currency", sa.CHAR(length=3), nullable=True),
        sa.Column("reasons", JSON, nullable=False),
        sa.Column("state", LABEL, nullable=False),
        sa.ForeignKeyConstraint(["case_number"], ["cases.number"], name="fk_offers_case_number", **AT_COMMIT),
        sa.PrimaryKeyConstraint("id", name="pk_offers"),
    )
    op.create_index("ix_offers_case_number", "offers", ["case_number"])
    op.create_table(
        "returns",
        sa.Column("rma", sa.String(), nullable=False),
        sa.Column("case_number", sa.String(), nullable=False),
        sa.Column("order_number", sa.String(), nullable=False),
        sa.Column("method", LABEL, nullable=False),
        sa.Column("deadline", sa.Date(), nullable=False),
        sa.Column("refund_minor", sa.BigInteger(), nullable=False),
        sa.Column("refund_currency", sa.CHAR(length=3), nullable=False),
        sa.Column("return_shipping", LABEL, nullable=False),
        sa.Column("requested_at", MOMENT, nullable=False),
        sa.Column("state", LABEL, nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_number"], ["cases.number"], name="fk_returns_case_number", **AT_COMMIT),
        sa.ForeignKeyConstraint(["order_number"], ["orders.number"], name="fk_returns_order_number", **AT_COMMIT),
        sa.PrimaryKeyConstraint("rma", name="pk_returns"),
    )
    op.create_index("ix_returns_case_number", "returns", ["case_number"])
    op.create_index("ix_returns_order_number_requested_at", "returns", ["order_number", "requested_at"])
    op.create_table(
        "exchanges",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("rma", sa.String(), nullable=False),
        sa.Column("case_number", sa.String(), nullable=False),
        sa.Column("order_number", sa.String(), nullable=False),
        sa.Column("sku", sa.String(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("price_difference_minor", sa.BigInteger(), nullable=False),
        sa.Column("price_difference_currency", sa.CHAR(length=3), nullable=False),
        sa.Column("reserved_until", sa.Date(), nullable=False),
        sa.Column("state", LABEL, nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_number"], ["cases.number"], name="fk_exchanges_case_number", **AT_COMMIT),
        sa.ForeignKeyConstraint(["order_number"], ["orders.number"], name="fk_exchanges_order_number", **AT_COMMIT),
        sa.ForeignKeyConstraint(["rma"], ["returns.rma"], name="fk_exchanges_rma", **AT_COMMIT),
        sa.ForeignKeyConstraint(["sku"], ["variants.sku"], name="fk_exchanges_sku", **AT_COMMIT),
        sa.PrimaryKeyConstraint("id", name="pk_exchanges"),
    )
    op.create_index("ix_exchanges_case_number", "exchanges", ["case_number"])
    op.create_index("ix_exchanges_order_number", "exchanges", ["order_number"])
    op.create_index("ix_exchanges_rma", "exchanges", ["rma"])
    op.create_table(
        "return_lines",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("rma", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("reason", LABEL, nullable=False),
        sa.Column("received", sa.Integer(), nullable=False),
        sa.Column("damaged", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["rma"], ["returns.rma"], name="fk_return_lines_rma", **AT_COMMIT),
        sa.PrimaryKeyConstraint("id", name="pk_return_lines"),
    )
    op.create_index("ix_return_lines_rma_position", "return_lines", ["rma", "position"])


def downgrade() -> None:
    op.drop_table("return_lines")
    op.drop_table("exchanges")
    op.drop_table("returns")
    op.drop_table("offers")
    op.drop_table("escalations")
    op.drop_table("cases")
    op.drop_table("sequences")
    op.drop_table("identifications")
    op.drop_table("audit_events")
