"""What the inbox keeps of conversations: tags, snoozes, and what the search finds.

Whose words an entry of the search holds stands in ``search_words``, which is no table of this metadata: it is a virtual
table of FTS5 on SQLite and one of tsvectors on PostgreSQL. Triggers write ``search_due`` whenever something that can be
found changes. See ``bot.store.repositories.search``.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Table, text

from bot.services.inbox_ports import EntryKind
from bot.store.tables import aftersales, service_levels
from bot.store.tables.base import index, key, metadata, row_version, short
from bot.store.types import Choice, UtcDateTime

conversation_tags = Table(
    "conversation_tags",
    metadata,
    short("conversation_id", primary_key=True),
    short("tag", primary_key=True),
    short("agent_id"),
    Column("added_at", UtcDateTime, nullable=False),
    index("tag"),
)

snoozes = Table(
    "snoozes",
    metadata,
    short("conversation_id", primary_key=True),
    Column("until", UtcDateTime, nullable=False),
    Column("began_at", UtcDateTime, nullable=False),
    short("agent_id"),
    Column("after_message", BigInteger, nullable=False),
    row_version(),
    index("until"),
)

search_entries = Table(
    "search_entries",
    metadata,
    key(),
    short("conversation_id", index=True),
    Column("kind", Choice(EntryKind), nullable=False),
    short("key"),
    Column("at", UtcDateTime, nullable=False),
    index("kind", "key"),
    sqlite_autoincrement=True,
)

search_due = Table(
    "search_due",
    metadata,
    key(),
    Column("kind", Choice(EntryKind), nullable=False),
    short("key"),
    sqlite_autoincrement=True,
)

_BREACHED = text("stopped_at IS NULL AND breached_at IS NOT NULL")
_RESOLVED = text("state = 'resolved'")
_PROVED = text("proved_at IS NOT NULL")

# Of all clocks only few are late now, of all handoffs the resolved ones are listed by when they ended, and of all
# tries at an order only a few proved it.
Index(
    "ix_service_clocks_breached",
    service_levels.service_clocks.c.conversation_id,
    sqlite_where=_BREACHED,
    postgresql_where=_BREACHED,
)
Index(
    "ix_escalations_resolved",
    aftersales.escalations.c.ended_at,
    aftersales.escalations.c.id,
    sqlite_where=_RESOLVED,
    postgresql_where=_RESOLVED,
)
Index(
    "ix_identifications_proved",
    aftersales.identifications.c.order_number,
    sqlite_where=_PROVED,
    postgresql_where=_PROVED,
)
