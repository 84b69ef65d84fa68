"""What goes with people's words: canned responses, mentions, revisions of messages, and read states."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, Table

from bot.services.words_model import RevisionKind
from bot.store.tables.base import index, key, long, metadata, reference, short
from bot.store.types import Choice, Json, UtcDateTime, json_object

canned_responses = Table(
    "canned_responses",
    metadata,
    key(),
    short("shortcut"),
    short("title"),
    Column("texts", json_object(), nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("version", Integer, nullable=False),
    index("shortcut", unique=True),
)

mentions = Table(
    "mentions",
    metadata,
    key(),
    short("conversation_id", index=True),
    reference("message_id", "messages.id", kind=BigInteger, index=True),
    reference("account_id", "accounts.id"),
    reference("by_account_id", "accounts.id"),
    Column("at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=True),
    index("account_id", "seen_at", "id"),
)

# Pages ask for "what changed after number N", so a number is never given twice.
message_revisions = Table(
    "message_revisions",
    metadata,
    key(),
    short("conversation_id"),
    reference("message_id", "messages.id", kind=BigInteger, index=True),
    Column("kind", Choice(RevisionKind), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    short("account_id"),
    long("text"),
    Column("custom", Json, nullable=False),
    index("conversation_id", "id"),
    sqlite_autoincrement=True,
)

# Written with every look at a conversation, which may be gone by then: no foreign key.
read_states = Table(
    "read_states",
    metadata,
    short("conversation_id", primary_key=True),
    short("reader", primary_key=True),
    Column("message_id", BigInteger, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)
