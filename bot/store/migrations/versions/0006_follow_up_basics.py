"""Notifications to customers, tasks of departments, and the terms of offers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    # What people did before is done by the bot now; whoever still waits for it asked for a person.
    op.execute("UPDATE escalations SET reason = 'asked_for_human' WHERE reason = 'unsupported_request'")
    op.add_column("offers", sa.Column("terms", JSON, nullable=False, server_default="{}"))
    with op.batch_alter_table("offers") as offers:
        offers.alter_column("terms", server_default=None)
    op.create_table(
        "notifications",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("case_number", sa.String(), nullable=False),
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("response", sa.String(), nullable=False),
        sa.Column("values", JSON, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_number"],
            ["cases.number"],
            name="fk_notifications_case_number",
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_notifications"),
    )
    op.create_index("ix_notifications_key", "notifications", ["key"], unique=True)
    op.create_index("ix_notifications_case_number", "notifications", ["case_number"])
    op.create_index("ix_notifications_sent_at_id", "notifications", ["sent_at", "id"])
    op.create_table(
        "tasks",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("case_number", sa.String(), nullable=False),
        sa.Column("department", sa.String(32), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("owner", sa.String(), nullable=True),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_number"], ["cases.number"], name="fk_tasks_case_number", deferrable=True, initially="DEFERRED"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_tasks"),
    )
    op.create_index("ix_tasks_key", "tasks", ["key"], unique=True)
    op.create_index("ix_tasks_case_number", "tasks", ["case_number"])
    op.create_index("ix_tasks_state_due_at", "tasks", ["state", "due_at"])


def downgrade() -> None:
    op.drop_table("tasks")
    op.drop_table("notifications")
    with op.batch_alter_table("offers") as offers:
        offers.drop_column("terms")
