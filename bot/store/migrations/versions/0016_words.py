"""Canned responses, mentions, what edited messages were before, read states, and files that agents send."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

JSON = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "canned_responses",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("shortcut", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("texts", JSON, nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_canned_responses"),
    )
    op.create_index("ix_canned_responses_shortcut", "canned_responses", ["shortcut"], unique=True)
    op.create_table(
        "mentions",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("by_account_id", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        _reference("mentions", "message_id", "messages.id"),
        _reference("mentions", "account_id", "accounts.id"),
        _reference("mentions", "by_account_id", "accounts.id"),
        sa.PrimaryKeyConstraint("id", name="pk_mentions"),
    )
    op.create_index("ix_mentions_message_id", "mentions", ["message_id"])
    op.create_index("ix_mentions_conversation_id", "mentions", ["conversation_id"])
    op.create_index("ix_mentions_account_id_seen_at_id", "mentions", ["account_id", "seen_at", "id"])
    op.create_table(
        "message_revisions",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("custom", JSON, nullable=False),
        _reference("message_revisions", "message_id", "messages.id"),
        sa.PrimaryKeyConstraint("id", name="pk_message_revisions"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_message_revisions_message_id", "message_revisions", ["message_id"])
    op.create_index("ix_message_revisions_conversation_id_id", "message_revisions", ["conversation_id", "id"])
    op.create_table(
        "read_states",
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("reader", sa.String(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("conversation_id", "reader", name="pk_read_states"),
    )
    op.add_column("evidence", sa.Column("agent_id", sa.String(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("evidence") as batch:
        batch.drop_column("agent_id")
    for table in ("read_states", "message_revisions", "mentions", "canned_responses"):
        op.drop_table(table)


def _reference(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_{column}"
    return sa.ForeignKeyConstraint([column], [target], name=name, deferrable=True, initially="DEFERRED")
