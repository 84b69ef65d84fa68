"""Who handoffs were given to and how, instructions to the bot, and what waiting customers were told."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(JSONB(), "postgresql")
MOMENTS = ("first_assigned_at", "promised_for", "followed_at")


def upgrade() -> None:
    op.add_column("escalations", sa.Column("team", sa.String(), nullable=True))
    op.add_column("escalations", sa.Column("given_by", sa.String(32), nullable=True))
    op.add_column("escalations", sa.Column("passed_over", JSON, nullable=False, server_default=sa.text("'[]'")))
    op.add_column("escalations", sa.Column("instruction", JSON, nullable=True))
    for name in MOMENTS:
        op.add_column("escalations", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE escalations SET first_assigned_at = assigned_at")
    op.create_index("ix_escalations_first_assigned_at", "escalations", ["first_assigned_at"])
    op.create_table(
        "queue_notices",
        sa.Column("escalation_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("expected_wait_seconds", sa.Integer(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["escalation_id"],
            ["escalations.id"],
            name="fk_queue_notices_escalation_id",
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.PrimaryKeyConstraint("escalation_id", name="pk_queue_notices"),
    )


def downgrade() -> None:
    op.drop_table("queue_notices")
    op.drop_index("ix_escalations_first_assigned_at", "escalations")
    for name in (*reversed(MOMENTS), "instruction", "passed_over", "given_by", "team"):
        op.drop_column("escalations", name)
