"""Claims against carriers and suppliers."""

from __future__ import annotations

from sqlalchemy import Column, Table

from bot.aftersales.claim import ClaimAgainst, ClaimState
from bot.store.tables.base import index, long, metadata, money, reference, row_version, short
from bot.store.types import Choice, UtcDateTime

claims = Table(
    "claims",
    metadata,
    short("number", primary_key=True),
    short("key"),
    reference("case_number", "cases.number", index=True),
    reference("order_number", "orders.number", index=True),
    Column("against", Choice(ClaimAgainst), nullable=False),
    short("party"),
    short("reason"),
    *money("amount"),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("state", Choice(ClaimState), nullable=False),
    short("reference", required=False),
    Column("filed_at", UtcDateTime, nullable=True),
    *money("accepted", required=False),
    long("answer"),
    Column("answered_at", UtcDateTime, nullable=True),
    *money("paid", required=False),
    Column("ended_at", UtcDateTime, nullable=True),
    row_version(),
    index("key", unique=True),
    index("state", "opened_at"),
)
