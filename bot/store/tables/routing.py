"""What customers who wait for a person were told about their place."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, Table

from bot.store.tables.base import metadata, reference
from bot.store.types import UtcDateTime

# Beside the handoffs and not in them: telling a customer must never be in the way of whoever takes the handoff.
queue_notices = Table(
    "queue_notices",
    metadata,
    reference("escalation_id", "escalations.id", kind=BigInteger, primary_key=True, autoincrement=False),
    Column("position", Integer, nullable=False),
    Column("expected_wait_seconds", Integer, nullable=False),
    Column("told_at", UtcDateTime, nullable=False),
)
