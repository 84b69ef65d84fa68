"""Conversations: transcripts, inbox, outbox and dialogue events."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(JSONB(), "postgresql")
LABEL = sa.String(32)
MOMENT = sa.DateTime(timezone=True)
AT_COMMIT: Any = {"deferrable": True, "initially": "DEFERRED"}


def upgrade() -> None:
    op.create_table(
        "conversations",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("last_message_at", MOMENT, nullable=False),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("locale", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_conversations"),
    )
    op.create_index("ix_conversations_last_message_at", "conversations", ["last_message_at"])
    op.create_table(
        "dialogue_turns",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("events", JSON, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_dialogue_turns"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_dialogue_turns_conversation_id_id", "dialogue_turns", ["conversation_id", "id"])
    op.create_table(
        "inbox",
        sa.Column("position", KEY, autoincrement=True, nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("platform_message_id", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("metadata", JSON, nullable=False),
        sa.Column("title", sa.String(), nullable=True),
        sa.Column("state", LABEL, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("processed_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("position", name="pk_inbox"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_inbox_channel_platform_message_id", "inbox", ["channel", "platform_message_id"], unique=True)
    op.create_index("ix_inbox_id", "inbox", ["id"], unique=True)
    op.create_index(
        "ix_inbox_waiting",
        "inbox",
        ["conversation_id", "position"],
        sqlite_where=sa.text("state = 'received'"),
        postgresql_where=sa.text("state = 'received'"),
    )
    op.create_table(
        "messages",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("author", LABEL, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("response", sa.String(), nullable=True),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("buttons", JSON, nullable=False),
        sa.Column("image", sa.String(), nullable=True),
        sa.Column("custom", JSON, nullable=False),
        sa.Column("reply_to", sa.String(), nullable=True),
        sa.Column("agent_id", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name="fk_messages_conversation_id", **AT_COMMIT
        ),
        sa.PrimaryKeyConstraint("id", name="pk_messages"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_messages_conversation_id_id", "messages", ["conversation_id", "id"])
    op.create_index(
        "ix_messages_reply_to",
        "messages",
        ["reply_to"],
        sqlite_where=sa.text("reply_to IS NOT NULL"),
        postgresql_where=sa.text("reply_to IS NOT NULL"),
    )
    op.create_table(
        "outbox",
        sa.Column("message_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("next_attempt_at", MOMENT, nullable=False),
        sa.Column("state", LABEL, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("sent_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name="fk_outbox_message_id", **AT_COMMIT),
        sa.PrimaryKeyConstraint("message_id", name="pk_outbox"),
    )
    op.create_index(
        "ix_outbox_pending",
        "outbox",
        ["conversation_id", "message_id"],
        sqlite_where=sa.text("state = 'pending'"),
        postgresql_where=sa.text("state = 'pending'"),
    )


def downgrade() -> None:
    op.drop_table("outbox")
    op.drop_table("messages")
    op.drop_table("inbox")
    op.drop_table("dialogue_turns")
    op.drop_table("conversations")
