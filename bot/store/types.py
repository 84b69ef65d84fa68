"""Column types that mean the same on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import datetime, timezone
from decimal import Decimal
from enum import Enum
from typing import Any

from sqlalchemy import JSON, BigInteger, DateTime, Integer, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.mutable import MutableDict, MutableList
from sqlalchemy.types import TypeDecorator

from bot.aftersales.order import Address

# SQLite numbers rows by itself only in columns declared INTEGER.
BigKey = BigInteger().with_variant(Integer(), "sqlite")
"""A 64-bit number that the database hands out."""

Json = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
"""Any JSON value that is never changed in place; a Python None is an SQL NULL."""


def json_object() -> Any:
    """Return a type for JSON objects in which setting a key is noticed and saved (one level deep)."""
    return MutableDict.as_mutable(JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql"))


def json_list() -> Any:
    """Return a type for JSON arrays in which adding or removing is noticed and saved (one level deep)."""
    return MutableList.as_mutable(JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql"))


def int_keyed_json() -> Any:
    """Return a type for JSON objects with whole numbers as keys; setting a key is noticed and saved."""
    return MutableDict.as_mutable(IntKeyedJson())


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: aware in Python, UTC in the database, refused with ValueError where its zone is unknown."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone cannot be stored")
        moment = value.astimezone(timezone.utc)
        # SQLite keeps text; without the offset its order is the order of time.
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=timezone.utc) if value.tzinfo is None else value.astimezone(timezone.utc)


class Choice(TypeDecorator[Enum]):
    """A string enum kept as its value, so that a new member needs no change of the schema."""

    impl = String(32)
    cache_ok = True

    def __init__(self, kind: type[Enum]) -> None:
        super().__init__(32)
        self.kind = kind
        self._members = {member.value: member for member in kind}

    def process_bind_param(self, value: Enum | None, dialect: Any) -> str | None:
        return None if value is None else str(self.kind(value).value)

    def process_result_value(self, value: str | None, dialect: Any) -> Enum | None:
        return None if value is None else self._members[value]


class IntKeyedJson(TypeDecorator[dict[int, Any]]):
    """A JSON object whose keys are whole numbers in Python, which JSON itself cannot say."""

    impl = Json
    cache_ok = True

    def process_bind_param(self, value: dict[int, Any] | None, dialect: Any) -> dict[str, Any] | None:
        return None if value is None else {str(key): item for key, item in value.items()}

    def process_result_value(self, value: dict[str, Any] | None, dialect: Any) -> dict[int, Any] | None:
        return None if value is None else {int(key): item for key, item in value.items()}


class ChoiceList(TypeDecorator[tuple[Enum, ...]]):
    """Several string enums of one kind as a JSON array; replace it as a whole, it is a tuple in Python."""

    impl = Json
    cache_ok = True

    def __init__(self, kind: type[Enum]) -> None:
        super().__init__()
        self.kind = kind
        self._members = {member.value: member for member in kind}

    def process_bind_param(self, value: tuple[Enum, ...] | None, dialect: Any) -> list[str] | None:
        return None if value is None else [str(self.kind(item).value) for item in value]

    def process_result_value(self, value: list[str] | None, dialect: Any) -> tuple[Enum, ...] | None:
        return None if value is None else tuple(self._members[item] for item in value)


class Hundredths(TypeDecorator[Decimal]):
    """A number with two decimals as a whole number of hundredths: SQLite knows no decimals."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Any) -> int | None:
        return None if value is None else int(value.scaleb(2).to_integral_value())

    def process_result_value(self, value: int | None, dialect: Any) -> Decimal | None:
        return None if value is None else Decimal(value).scaleb(-2)


class AddressJson(TypeDecorator[Address]):
    """A delivery address as one JSON object; replace it as a whole, a change inside it is not noticed."""

    impl = Json
    cache_ok = True

    def process_bind_param(self, value: Address | None, dialect: Any) -> dict[str, str] | None:
        if value is None:
            return None
        return {
            "name": value.name,
            "street": value.street,
            "postcode": value.postcode,
            "city": value.city,
            "country": value.country,
        }

    def process_result_value(self, value: dict[str, str] | None, dialect: Any) -> Address | None:
        return None if value is None else Address(**value)
