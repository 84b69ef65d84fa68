"""Clocks of service levels, leases of jobs, ratings and contacts."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(JSONB(), "postgresql")
MOMENT = sa.DateTime(timezone=True)
RUNNING = sa.text("stopped_at IS NULL")


def _case(table: str, *, nullable: bool = False) -> tuple[Any, Any]:
    return (
        sa.Column("case_number", sa.String(), nullable=nullable),
        sa.ForeignKeyConstraint(
            ["case_number"], ["cases.number"], name=f"fk_{table}_case_number", deferrable=True, initially="DEFERRED"
        ),
    )


def _customer(table: str) -> tuple[Any, Any]:
    return (
        sa.Column("customer_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name=f"fk_{table}_customer_id", deferrable=True, initially="DEFERRED"
        ),
    )


def upgrade() -> None:
    op.create_table(
        "service_clocks",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("metric", sa.String(32), nullable=False),
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("priority", sa.String(32), nullable=False),
        sa.Column("team", sa.String(), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("warn_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        *_case("service_clocks", nullable=True),
        sa.Column("paused_at", MOMENT, nullable=True),
        sa.Column("pauses", JSON, nullable=False),
        sa.Column("warned_at", MOMENT, nullable=True),
        sa.Column("breached_at", MOMENT, nullable=True),
        sa.Column("stopped_at", MOMENT, nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_service_clocks"),
    )
    op.create_index("ix_service_clocks_key", "service_clocks", ["key"], unique=True)
    op.create_index("ix_service_clocks_case_number_metric", "service_clocks", ["case_number", "metric"])
    for name, columns in (
        ("ix_service_clocks_running", ["metric", "warn_at"]),
        ("ix_service_clocks_waiting", ["conversation_id"]),
    ):
        op.create_index(name, "service_clocks", columns, sqlite_where=RUNNING, postgresql_where=RUNNING)
    op.create_table(
        "job_leases",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("holder", sa.String(), nullable=True),
        sa.Column("leased_until", MOMENT, nullable=True),
        sa.Column("last_run_at", MOMENT, nullable=True),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_job_leases"),
    )
    op.create_table(
        "ratings",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        *_case("ratings"),
        sa.Column("conversation_id", sa.String(), nullable=False),
        *_customer("ratings"),
        sa.Column("rating", sa.Integer(), nullable=False),
        sa.Column("rated_at", MOMENT, nullable=False),
        sa.Column("comment", sa.String(), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_ratings"),
    )
    op.create_index("ix_ratings_case_number", "ratings", ["case_number"], unique=True)
    op.create_index("ix_ratings_customer_id", "ratings", ["customer_id"])
    op.create_index("ix_ratings_rated_at", "ratings", ["rated_at"])
    op.create_table(
        "contacts",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        *_customer("contacts"),
        sa.Column("order_number", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("began_at", MOMENT, nullable=False),
        sa.Column("last_at", MOMENT, nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_contacts"),
    )
    op.create_index("ix_contacts_customer_id_order_number", "contacts", ["customer_id", "order_number"])
    op.create_index("ix_contacts_conversation_id_order_number", "contacts", ["conversation_id", "order_number"])
    op.create_index("ix_cases_state_next_contact_by", "cases", ["state", "next_contact_by"])
    op.create_index("ix_cases_state_resolved_at", "cases", ["state", "resolved_at"])


def downgrade() -> None:
    op.drop_index("ix_cases_state_resolved_at", "cases")
    op.drop_index("ix_cases_state_next_contact_by", "cases")
    op.drop_table("contacts")
    op.drop_table("ratings")
    op.drop_table("job_leases")
    op.drop_table("service_clocks")
