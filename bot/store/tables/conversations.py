"""Conversations: transcripts, the work lists inbox and outbox, and the dialogue events.

Rows that the database numbers never take a deleted row's number, because clients ask for "what came after
number N".
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, Table, text

from bot.conversations.model import Author, InboxState, OutboxState
from bot.store.tables.base import index, key, long, metadata, reference, short
from bot.store.types import Choice, Json, UtcDateTime

# Spelled out rather than bound as parameters: only so a query can use the partial indexes.
WAITING = text("state = 'received'")
PENDING = text("state = 'pending'")
DEAD = text("state = 'failed'")
PUT_OFF = text("state = 'put_off'")
_KNOWN = text("platform_message_id IS NOT NULL")
DELIVERED = text("delivered_at IS NOT NULL")

conversations = Table(
    "conversations",
    metadata,
    short("id", primary_key=True),
    short("channel"),
    Column("created_at", UtcDateTime, nullable=False),
    Column("last_message_at", UtcDateTime, nullable=False),
    short("language", required=False),
    short("locale", required=False),
    index("last_message_at"),
)

messages = Table(
    "messages",
    metadata,
    key(),
    reference("conversation_id", "conversations.id"),
    Column("author", Choice(Author), nullable=False),
    long("text"),
    Column("at", UtcDateTime, nullable=False),
    short("response", required=False),
    short("language", required=False),
    Column("buttons", Json, nullable=False),
    short("image", required=False),
    Column("custom", Json, nullable=False),
    short("reply_to", required=False),
    short("agent_id", required=False),
    index("conversation_id", "id"),
    Index(
        "ix_messages_reply_to",
        "reply_to",
        sqlite_where=text("reply_to IS NOT NULL"),
        postgresql_where=text("reply_to IS NOT NULL"),
    ),
    sqlite_autoincrement=True,
)

# The conversation may not exist yet when its first message is received, so there is no foreign key.
inbox = Table(
    "inbox",
    metadata,
    key("position"),
    short("id"),
    short("conversation_id"),
    short("channel"),
    short("platform_message_id"),
    long("text"),
    Column("received_at", UtcDateTime, nullable=False),
    Column("metadata", Json, nullable=False),
    short("title", required=False),
    Column("state", Choice(InboxState), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("processed_at", UtcDateTime, nullable=True),
    index("id", unique=True),
    index("channel", "platform_message_id", unique=True),
    # Partial: the rows that wait are few, those that are done are many.
    Index(
        "ix_inbox_waiting",
        "conversation_id",
        "position",
        sqlite_where=WAITING,
        postgresql_where=WAITING,
    ),
    Index("ix_inbox_put_off", "processed_at", sqlite_where=PUT_OFF, postgresql_where=PUT_OFF),
    sqlite_autoincrement=True,
)

outbox = Table(
    "outbox",
    metadata,
    reference("message_id", "messages.id", kind=BigInteger, primary_key=True, autoincrement=False),
    short("conversation_id"),
    short("channel"),
    Column("next_attempt_at", UtcDateTime, nullable=False),
    Column("state", Choice(OutboxState), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("sent_at", UtcDateTime, nullable=True),
    short("platform_message_id", required=False),
    short("error", required=False),
    Column("delivered_at", UtcDateTime, nullable=True),
    Index(
        "ix_outbox_pending",
        "conversation_id",
        "message_id",
        sqlite_where=PENDING,
        postgresql_where=PENDING,
    ),
    Index("ix_outbox_due", "channel", "next_attempt_at", sqlite_where=PENDING, postgresql_where=PENDING),
    Index("ix_outbox_dead", "message_id", sqlite_where=DEAD, postgresql_where=DEAD),
    Index(
        "ix_outbox_platform_message_id",
        "channel",
        "platform_message_id",
        sqlite_where=_KNOWN,
        postgresql_where=_KNOWN,
    ),
    Index(
        "ix_outbox_delivered",
        "conversation_id",
        "message_id",
        sqlite_where=DELIVERED,
        postgresql_where=DELIVERED,
    ),
)

correspondents = Table(
    "correspondents",
    metadata,
    short("conversation_id", primary_key=True),
    short("channel"),
    short("address"),
    Column("facts", Json, nullable=False),
    Column("heard_at", UtcDateTime, nullable=False),
    index("channel", "address"),
)

dialogue_turns = Table(
    "dialogue_turns",
    metadata,
    key(),
    short("conversation_id"),
    Column("events", Json, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    index("conversation_id", "id"),
    sqlite_autoincrement=True,
)
