"""Photos and papers that customers send; the files are elsewhere."""

from __future__ import annotations

from sqlalchemy import Column, Integer, Table

from bot.aftersales.evidence import EvidenceKind
from bot.store.tables.base import index, metadata, reference, short
from bot.store.types import Choice, UtcDateTime

evidence = Table(
    "evidence",
    metadata,
    short("id", primary_key=True),
    reference("conversation_id", "conversations.id"),
    reference("case_number", "cases.number", required=False, index=True),
    Column("kind", Choice(EvidenceKind), nullable=False),
    short("media_type"),
    Column("size_bytes", Integer, nullable=False),
    Column("width", Integer, nullable=True),
    Column("height", Integer, nullable=True),
    short("sha256"),
    Column("received_at", UtcDateTime, nullable=False),
    short("agent_id", required=False),
    index("conversation_id", "received_at"),
)
