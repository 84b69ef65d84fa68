"""What administrators change in the browser."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Table

from bot.store.tables.base import metadata, row_version, short

# Not JSONB: it forgets in which order things were written.
desk_settings = Table(
    "desk_settings",
    metadata,
    short("key", primary_key=True),
    Column("value", JSON(none_as_null=True), nullable=False),
    row_version(),
)
