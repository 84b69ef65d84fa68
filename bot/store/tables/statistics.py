"""Figures of cases, taken down so that statistics need not gather them from a dozen tables each time."""

from __future__ import annotations

from typing import Any

from sqlalchemy import CHAR, BigInteger, Boolean, Column, Index, Integer, Table

from bot.store.tables.base import index, metadata, reference, short


def _figures() -> tuple[Column[Any], ...]:
    # Days, weeks (their Mondays) and months are text, so that both databases compare and group them alike.
    return (
        short("day"),
        short("week"),
        short("month"),
        short("issue"),
        short("language"),
        short("channel"),
        short("liability"),
        short("destination"),
        short("agent", required=False),
        Column("resolved", Integer, nullable=False),
        Column("by_bot", Integer, nullable=False),
        Column("first_response_seconds", Integer, nullable=True),
        Column("resolution_seconds", Integer, nullable=True),
        Column("first_response_decided", Integer, nullable=False),
        Column("first_response_met", Integer, nullable=False),
        Column("next_response_decided", Integer, nullable=False),
        Column("next_response_met", Integer, nullable=False),
        Column("resolution_decided", Integer, nullable=False),
        Column("resolution_met", Integer, nullable=False),
        Column("rating", Integer, nullable=True),
        Column("repeated", Integer, nullable=False),
        Column("refund_minor", BigInteger, nullable=True),
        Column("refund_currency", CHAR(3), nullable=True),
    )


FIGURES = tuple(column.name for column in _figures())
"""The columns that both tables have."""

# No index on the day: statistics read most rows, and looking each up by an index takes SQLite longer than reading all.
case_facts = Table(
    "case_facts",
    metadata,
    reference("case_number", "cases.number", primary_key=True),
    Column("case_version", Integer, nullable=False),
    Column("is_final", Boolean, nullable=False),
    *_figures(),
)

# The figures of a case stand here once more for each of its products, suppliers and carriers. Looking them up in
# case_facts took four times as long as reading them where they are wanted; SQLite keeps the rows in the order of the
# key, so what belongs to a product lies together.
case_goods = Table(
    "case_goods",
    metadata,
    short("kind", primary_key=True),
    short("key", primary_key=True),
    reference("case_number", "cases.number", primary_key=True),
    *_figures(),
    index("case_number"),
    # Medians need one number of each row; without this PostgreSQL reads three times as long.
    Index("ix_case_goods_times", "kind", "key", "day", "first_response_seconds", "resolution_seconds"),
    sqlite_with_rowid=False,
)
