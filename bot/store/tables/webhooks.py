"""Outgoing webhooks: who wants to hear of what, what is on its way, and what the triggers noted for them."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Column, Index, Integer, Table, text

from bot.aftersales.case import CaseState
from bot.services.webhooks_ports import DeliveryState, Kind
from bot.store.tables.base import index, key, metadata, reference, short
from bot.store.types import Choice, Json, UtcDateTime

PENDING = text("state = 'pending'")
ENDED = text("state <> 'pending'")

webhook_subscriptions = Table(
    "webhook_subscriptions",
    metadata,
    short("id", primary_key=True),
    Column("kind", Choice(Kind), nullable=False),
    short("url"),
    Column("events", Json, nullable=False),
    short("secret", required=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("failing_since", UtcDateTime, nullable=True),
    Column("paused_until", UtcDateTime, nullable=True),
    Column("disabled_at", UtcDateTime, nullable=True),
)

webhook_deliveries = Table(
    "webhook_deliveries",
    metadata,
    key(),
    reference("subscription_id", "webhook_subscriptions.id"),
    short("event_id"),
    short("type"),
    short("thread"),
    # Not JSONB: it forgets in which order things were written.
    Column("body", JSON(none_as_null=True), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("next_attempt_at", UtcDateTime, nullable=False),
    Column("give_up_at", UtcDateTime, nullable=False),
    Column("state", Choice(DeliveryState), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("status", Integer, nullable=True),
    short("error", required=False),
    Column("ended_at", UtcDateTime, nullable=True),
    index("subscription_id", "event_id", unique=True),
    Index(
        "ix_webhook_deliveries_pending",
        "subscription_id",
        "thread",
        "id",
        sqlite_where=PENDING,
        postgresql_where=PENDING,
    ),
    Index("ix_webhook_deliveries_ended", "state", "ended_at", sqlite_where=ENDED, postgresql_where=ENDED),
    sqlite_autoincrement=True,
)

# Filled by triggers on audit_events and cases. No foreign keys: what is gone when it is looked at was nobody's news.
webhook_noted = Table(
    "webhook_noted",
    metadata,
    key(),
    Column("audit_event_id", BigInteger, nullable=True),
    short("case_number", required=False),
    Column("state_before", Choice(CaseState), nullable=True),
    Column("state_after", Choice(CaseState), nullable=True),
    sqlite_autoincrement=True,
)
