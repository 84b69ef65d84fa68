"""Policy decisions and findings of liability kept with their case."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    op.add_column("cases", sa.Column("policy_name", sa.String(), nullable=True))
    op.add_column("cases", sa.Column("policy_rules", JSON, nullable=False, server_default=sa.text("'[]'")))
    op.create_table(
        "liability_findings",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("case_number", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("liable", sa.String(32), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("confidence", sa.Integer(), nullable=False),
        sa.Column("facts", JSON, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_number"],
            ["cases.number"],
            name="fk_liability_findings_case_number",
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_liability_findings"),
    )
    op.create_index("ix_liability_findings_case_number", "liability_findings", ["case_number"])


def downgrade() -> None:
    op.drop_table("liability_findings")
    with op.batch_alter_table("cases") as cases:
        cases.drop_column("policy_rules")
        cases.drop_column("policy_name")
