"""What all tables share: one metadata with fixed constraint names, and the columns that occur again."""

from __future__ import annotations

from typing import Any

from sqlalchemy import CHAR, BigInteger, Column, ForeignKey, Index, Integer, MetaData, String, Text

from bot.store.types import BigKey

# Migrations name what they drop, so every constraint has a name that does not depend on the database.
metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)


def key(name: str = "id") -> Column[Any]:
    """Return a primary key that the database numbers."""
    return Column(name, BigKey, primary_key=True, autoincrement=True)


def short(name: str, *, required: bool = True, **options: Any) -> Column[Any]:
    """Return a column for an identifier or a name.

    It has no length: SQLite would ignore it, PostgreSQL refuse what SQLite took. Who lets text in limits it.
    """
    return Column(name, String, nullable=not required, **options)


def long(name: str) -> Column[Any]:
    """Return a column for what people write."""
    return Column(name, Text, nullable=False)


def reference(name: str, target: str, *, required: bool = True, kind: Any = String, **options: Any) -> Column[Any]:
    """Return a foreign key that is checked at commit, so that rows may be written in any order."""
    foreign = ForeignKey(target, deferrable=True, initially="DEFERRED")
    return Column(name, kind, foreign, nullable=not required, **options)


def money(name: str, *, required: bool = True) -> tuple[Column[Any], Column[Any]]:
    """Return the two columns of an amount: minor units and ISO 4217 currency."""
    return (
        Column(f"{name}_minor", BigInteger, nullable=not required),
        Column(f"{name}_currency", CHAR(3), nullable=not required),
    )


def index(*columns: str, unique: bool = False) -> Index:
    """Return an index that is named by the convention above."""
    name: Any = None
    return Index(name, *columns, unique=unique)


def row_version() -> Column[Any]:
    """Return the counter by which a lost update is noticed; the domain knows nothing of it."""
    return Column("row_version", Integer, nullable=False)
