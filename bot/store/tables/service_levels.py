"""Clocks of service levels, leases of jobs, ratings and contacts."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, Table, text

from bot.aftersales.labels import Priority
from bot.aftersales.sla import Metric
from bot.store.tables.base import index, key, long, metadata, reference, row_version, short
from bot.store.types import Choice, UtcDateTime, json_list

RUNNING = text("stopped_at IS NULL")

service_clocks = Table(
    "service_clocks",
    metadata,
    key(),
    short("key"),
    Column("metric", Choice(Metric), nullable=False),
    short("conversation_id"),
    Column("priority", Choice(Priority), nullable=False),
    short("team"),
    Column("started_at", UtcDateTime, nullable=False),
    Column("warn_at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    reference("case_number", "cases.number", required=False),
    Column("paused_at", UtcDateTime, nullable=True),
    Column("pauses", json_list(), nullable=False),
    Column("warned_at", UtcDateTime, nullable=True),
    Column("breached_at", UtcDateTime, nullable=True),
    Column("stopped_at", UtcDateTime, nullable=True),
    row_version(),
    index("key", unique=True),
    index("case_number", "metric"),
    # Partial: of all clocks that ever ran only few run now.
    Index(
        "ix_service_clocks_running",
        "metric",
        "warn_at",
        sqlite_where=RUNNING,
        postgresql_where=RUNNING,
    ),
    Index(
        "ix_service_clocks_waiting",
        "conversation_id",
        sqlite_where=RUNNING,
        postgresql_where=RUNNING,
    ),
)

job_leases = Table(
    "job_leases",
    metadata,
    short("name", primary_key=True),
    short("holder", required=False),
    Column("leased_until", UtcDateTime, nullable=True),
    Column("last_run_at", UtcDateTime, nullable=True),
    long("last_error"),
)

ratings = Table(
    "ratings",
    metadata,
    key(),
    reference("case_number", "cases.number"),
    short("conversation_id"),
    reference("customer_id", "customers.id", index=True),
    Column("rating", Integer, nullable=False),
    Column("rated_at", UtcDateTime, nullable=False),
    short("comment", required=False),
    row_version(),
    index("case_number", unique=True),
    index("rated_at"),
)

contacts = Table(
    "contacts",
    metadata,
    key(),
    reference("customer_id", "customers.id"),
    short("order_number"),
    short("channel"),
    short("conversation_id"),
    Column("began_at", UtcDateTime, nullable=False),
    Column("last_at", UtcDateTime, nullable=False),
    row_version(),
    index("customer_id", "order_number"),
    index("conversation_id", "order_number"),
)
