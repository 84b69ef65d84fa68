"""The shop's API: who may use it, what was answered to which key, and when orders and cases changed last."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, Table, text

from bot.store.tables.base import index, key, metadata, short
from bot.store.types import Json, UtcDateTime

ACTIVE = text("revoked_at IS NULL")

api_tokens = Table(
    "api_tokens",
    metadata,
    key(),
    short("name"),
    short("digest"),
    Column("scopes", Json, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=True),
    Column("last_used_at", UtcDateTime, nullable=True),
    Column("revoked_at", UtcDateTime, nullable=True),
    index("digest", unique=True),
    # A name may be given again once its token is revoked: that is how tokens are changed for new ones.
    Index("uq_api_tokens_active", "name", unique=True, sqlite_where=ACTIVE, postgresql_where=ACTIVE),
)

# Answers to writes hold no personal data, so they are kept whole for the day in which a key counts.
idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("token_id", BigInteger, primary_key=True, autoincrement=False),
    short("key", primary_key=True),
    short("request_digest"),
    Column("reserved_at", UtcDateTime, nullable=False),
    Column("status", Integer, nullable=True),
    Column("answer", Json, nullable=True),
    index("reserved_at"),
)

# Triggers keep this, whoever changes an order, a case or what belongs to them.
api_changes = Table(
    "api_changes",
    metadata,
    short("kind", primary_key=True),
    short("key", primary_key=True),
    Column("changed_at", UtcDateTime, nullable=False),
    index("kind", "changed_at", "key"),
)
