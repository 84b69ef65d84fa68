"""Approvals of what exceeds an agent's limit."""

from __future__ import annotations

from sqlalchemy import Column, Index, Table, text

from bot.aftersales.approval import ApprovalKind, ApprovalState
from bot.store.tables.base import index, key, long, metadata, money, reference, row_version, short
from bot.store.types import Choice, Json, UtcDateTime

WAITING_APPROVAL = text("state = 'waiting'")

approvals = Table(
    "approvals",
    metadata,
    key(),
    reference("case_number", "cases.number", index=True),
    Column("kind", Choice(ApprovalKind), nullable=False),
    *money("amount"),
    Column("terms", Json, nullable=False),
    long("reason"),
    short("asked_by"),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("state", Choice(ApprovalState), nullable=False),
    short("decided_by", required=False),
    Column("decided_at", UtcDateTime, nullable=True),
    long("answer"),
    row_version(),
    index("state", "asked_at"),
    Index(
        "uq_approvals_waiting",
        "case_number",
        unique=True,
        sqlite_where=WAITING_APPROVAL,
        postgresql_where=WAITING_APPROVAL,
    ),
)
