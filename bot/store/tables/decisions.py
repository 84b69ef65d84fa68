"""Findings of liability."""

from __future__ import annotations

from sqlalchemy import Column, Table

from bot.aftersales.labels import Liability
from bot.store.tables.base import key, long, metadata, reference, short
from bot.store.types import Choice, Hundredths, Json, UtcDateTime

liability_findings = Table(
    "liability_findings",
    metadata,
    key(),
    reference("case_number", "cases.number", index=True),
    Column("at", UtcDateTime, nullable=False),
    short("actor"),
    Column("liable", Choice(Liability), nullable=False),
    short("rule"),
    Column("confidence", Hundredths, nullable=False),
    Column("facts", Json, nullable=False),
    long("reason"),
)
