"""Approvals above a limit, merged cases, offers by agents, and what policy said about a case."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(JSONB(), "postgresql")
WAITING = sa.text("state = 'waiting'")


def upgrade() -> None:
    op.add_column("cases", sa.Column("verdict", JSON, nullable=True))
    op.add_column("cases", sa.Column("merged_into", sa.String(), nullable=True))
    op.add_column("cases", sa.Column("decisions", sa.Integer(), nullable=False, server_default=sa.text("0")))
    op.create_index("ix_cases_merged_into", "cases", ["merged_into"])
    op.add_column("offers", sa.Column("agent_id", sa.String(), nullable=True))
    op.add_column("offers", sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("offers", sa.Column("note", sa.Text(), nullable=False, server_default=sa.text("''")))
    op.create_table(
        "approvals",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("case_number", sa.String(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("amount_currency", sa.CHAR(3), nullable=False),
        sa.Column("terms", JSON, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_number"],
            ["cases.number"],
            name="fk_approvals_case_number",
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_approvals"),
    )
    op.create_index("ix_approvals_case_number", "approvals", ["case_number"])
    op.create_index("ix_approvals_state_asked_at", "approvals", ["state", "asked_at"])
    # A case waits for one approval at most: of two asked for at once the second is a conflict.
    op.create_index(
        "uq_approvals_waiting",
        "approvals",
        ["case_number"],
        unique=True,
        sqlite_where=WAITING,
        postgresql_where=WAITING,
    )


def downgrade() -> None:
    op.drop_table("approvals")
    with op.batch_alter_table("offers") as offers:
        offers.drop_column("note")
        offers.drop_column("answered_at")
        offers.drop_column("agent_id")
    op.drop_index("ix_cases_merged_into", "cases")
    with op.batch_alter_table("cases") as cases:
        cases.drop_column("decisions")
        cases.drop_column("merged_into")
        cases.drop_column("verdict")
