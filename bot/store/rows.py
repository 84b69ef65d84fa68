"""Rows of the tables that every turn of a conversation reads and appends to, without the ORM.

Through the ORM such a row costs ten times what the database itself needs for it. The classes stay plain;
their fields are named as the columns are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Generic, NamedTuple, TypeVar

from sqlalchemy import Table
from sqlalchemy.engine import Dialect

Thing = TypeVar("Thing")
_Converter = Callable[[Any], Any]


class _Converters(NamedTuple):
    write: dict[str, _Converter | None]
    read: list[_Converter | None]


class Rows(Generic[Thing]):
    """How things of one class are written to and read from their table.

    ``columns`` come in the order of the parameters of ``make``.
    """

    def __init__(self, table: Table, columns: Sequence[str], make: Callable[..., Thing]) -> None:
        self._table = table
        self._columns = columns
        self._make = make
        self._converters: dict[str, _Converters] = {}
        self.select = f"SELECT {', '.join(columns)} FROM {table.name}"

    def insert(self, columns: Sequence[str], *, once: bool = False, returning: str | None = None) -> str:
        """Return an INSERT; with ``once`` a row that breaks a unique key is left out."""
        marks = ", ".join("?" for _ in columns)
        sql = f"INSERT INTO {self._table.name} ({', '.join(columns)}) VALUES ({marks})"
        if once:
            sql += " ON CONFLICT DO NOTHING"
        return f"{sql} RETURNING {returning}" if returning else sql

    def update(self, columns: Sequence[str], where: str) -> str:
        """Return an UPDATE of some columns."""
        return f"UPDATE {self._table.name} SET {', '.join(f'{name} = ?' for name in columns)} WHERE {where}"

    def values(self, thing: Any, columns: Sequence[str], dialect: Dialect) -> tuple[Any, ...]:
        """Return a thing's fields as the database takes them."""
        write = self._of(dialect).write
        return tuple(
            getattr(thing, name) if (convert := write[name]) is None else convert(getattr(thing, name))
            for name in columns
        )

    def value(self, column: str, value: Any, dialect: Dialect) -> Any:
        """Return one value as the database takes it in a column."""
        convert = self._of(dialect).write[column]
        return value if convert is None else convert(value)

    def loaded(self, column: str, value: Any, dialect: Dialect) -> Any:
        """Return one value of a column as it is in Python."""
        convert = self._of(dialect).read[self._columns.index(column)]
        return value if convert is None else convert(value)

    def load(self, row: Sequence[Any], dialect: Dialect) -> Thing:
        """Return the thing that a selected row describes."""
        read = self._of(dialect).read
        return self._make(
            *[value if convert is None else convert(value) for value, convert in zip(row, read, strict=True)]
        )

    def _of(self, dialect: Dialect) -> _Converters:
        known = self._converters.get(dialect.name)
        if known is None:
            types = {name: self._table.c[name].type.dialect_impl(dialect) for name in self._columns}
            known = self._converters[dialect.name] = _Converters(
                {name: kind.bind_processor(dialect) for name, kind in types.items()},
                [kind.result_processor(dialect, None) for kind in types.values()],
            )
        return known
