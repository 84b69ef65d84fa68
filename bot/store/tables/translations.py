"""Machine translations made before."""

from __future__ import annotations

from sqlalchemy import Column, Table

from bot.store.tables.base import index, long, metadata, short
from bot.store.types import UtcDateTime

translations = Table(
    "translations",
    metadata,
    short("key", primary_key=True),
    long("text"),
    short("engine"),
    Column("created_at", UtcDateTime, nullable=False),
    index("created_at"),
)
