"""Checking what the shop reports, field by field, before anything is done with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timezone
from decimal import Decimal, InvalidOperation
from enum import Enum
from typing import Any, TypeVar

from bot.aftersales.customs import Paper
from bot.aftersales.labels import Label
from bot.aftersales.order import ShipmentState
from bot.aftersales.shop_event import ShopEvent, ShopEventType
from bot.errors import ParleyError

MAX_EVENTS = 100
"""How many events one request may carry."""

_LONGEST_ID = 128
_LONGEST_TEXT = 200
_MOST_LINES = 200
_MOST_PIECES = 1_000_000

_Kind = TypeVar("_Kind", bound=Enum)


class BadReportError(ParleyError):
    """Raised when a report cannot be read; ``path`` names the field, ``reason`` says what is wrong with it."""

    code = "bad_report"

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(path=path, reason=reason)


class CustomsNews(Label):
    """What the shop may report of a customs matter."""

    PAPERS_REQUESTED = "papers_requested"
    SUBMITTED = "submitted"
    RELEASED = "released"
    REFUSED = "refused"
    ABANDONED = "abandoned"


@dataclass(frozen=True)
class Fields:
    """One JSON object of a report, read key by key; whatever is wrong raises BadReportError with its path."""

    path: str
    content: Mapping[str, Any]

    @classmethod
    def of(cls, path: str, value: Any, known: frozenset[str]) -> Fields:
        """Return the fields of a JSON object that has no others than those known."""
        if not isinstance(value, dict):
            raise BadReportError(path or "body", "must be a JSON object")
        fields = cls(path, value)
        for key in value:
            if key not in known:
                reason = f"is not known; known are {', '.join(sorted(known))}"
                raise BadReportError(fields.name(str(key)[:_LONGEST_TEXT]), reason)
        return fields

    def name(self, key: str) -> str:
        """Return the path of a key."""
        return f"{self.path}.{key}" if self.path else key

    def has(self, key: str) -> bool:
        """Tell whether a key has a value."""
        return self.content.get(key) is not None

    def text(self, key: str, longest: int = _LONGEST_TEXT) -> str:
        """Return a text that is not empty, without the space around it."""
        value = self.content.get(key)
        if not isinstance(value, str) or not value.strip():
            raise BadReportError(self.name(key), "must be a text" if self.has(key) else "is missing")
        if len(value) > longest or not value.isprintable():
            raise BadReportError(self.name(key), f"must be printable and have at most {longest} characters")
        return value.strip()

    def text_or_empty(self, key: str) -> str:
        """Return a text, or an empty one where there is none."""
        return self.text(key) if self.has(key) else ""

    def number(self, key: str, least: int = 0) -> int:
        """Return a whole number."""
        value = self.content.get(key)
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= _MOST_PIECES:
            reason = f"must be a whole number from {least} to {_MOST_PIECES}" if self.has(key) else "is missing"
            raise BadReportError(self.name(key), reason)
        return value

    def truth(self, key: str) -> bool:
        """Return a truth value."""
        value = self.content.get(key)
        if not isinstance(value, bool):
            raise BadReportError(self.name(key), "must be true or false" if self.has(key) else "is missing")
        return value

    def choice(self, key: str, kind: type[_Kind]) -> _Kind:
        """Return one of an enum's members."""
        value = self.content.get(key)
        for member in kind:
            if isinstance(value, str) and member.value == value:
                return member
        expected = ", ".join(str(member.value) for member in kind)
        raise BadReportError(self.name(key), f"must be one of {expected}" if self.has(key) else "is missing")

    def moment(self, key: str) -> datetime:
        """Return a moment with its zone, in UTC."""
        try:
            found = datetime.fromisoformat(self.text(key).replace("Z", "+00:00"))
            if found.tzinfo is None:
                raise ValueError
            return found.astimezone(timezone.utc)
        except (ValueError, OverflowError) as error:
            raise BadReportError(self.name(key), "must be a moment such as 2026-03-20T12:00:00Z") from error

    def day(self, key: str) -> date:
        """Return a day."""
        try:
            return date.fromisoformat(self.text(key))
        except ValueError as error:
            raise BadReportError(self.name(key), "must be a day such as 2026-03-20") from error

    def amount(self, key: str) -> None:
        """Check an amount of money that is more than nothing, written as a text."""
        try:
            value = Decimal(self.text(key, 20))
        except InvalidOperation as error:
            raise BadReportError(self.name(key), 'must be an amount such as "12.50"') from error
        if not value.is_finite() or not 0 < value < 10**9:
            raise BadReportError(self.name(key), 'must be an amount such as "12.50"')

    def currency(self, key: str) -> None:
        """Check an ISO 4217 code."""
        code = self.text(key, 3)
        if not (len(code) == 3 and code.isascii() and code.isalpha() and code.isupper()):
            raise BadReportError(self.name(key), "must be an ISO 4217 code such as EUR")

    def objects(self, key: str, known: frozenset[str]) -> list[Fields]:
        """Return the objects of a list, or none where there is no list."""
        value = self.content.get(key)
        if value is None:
            return []
        if not isinstance(value, list) or not value or len(value) > _MOST_LINES:
            raise BadReportError(self.name(key), f"must be a list of 1 to {_MOST_LINES} objects")
        return [Fields.of(f"{self.name(key)}[{index}]", item, known) for index, item in enumerate(value)]


def read_events(body: Any, now: datetime) -> list[ShopEvent]:
    """Return the events of a request: one JSON object, or a list of up to MAX_EVENTS.

    Raises BadReportError for the first field that is wrong; then none of them counts.
    """
    if not isinstance(body, list):
        return [_event("", body, now)]
    if not body or len(body) > MAX_EVENTS:
        raise BadReportError("body", f"must hold 1 to {MAX_EVENTS} events")
    return [_event(f"[{index}]", item, now) for index, item in enumerate(body)]


def _event(path: str, value: Any, now: datetime) -> ShopEvent:
    fields = Fields.of(path, value, frozenset({"id", "type", "at", "data"}))
    event_id, event_type = fields.text("id", _LONGEST_ID), fields.choice("type", ShopEventType)
    at = fields.moment("at")
    known, check = _DATA[event_type]
    data = Fields.of(fields.name("data"), fields.content.get("data"), known)
    check(data)
    subject = f"{_SUBJECTS[event_type]}:{_key(event_type, data)}"
    return ShopEvent(event_id, event_type, at, now, subject, dict(data.content))


def _key(event_type: ShopEventType, data: Fields) -> str:
    key = _KEYS[_SUBJECTS[event_type]]
    # Our own numbers are in capitals, however they were typed; those of others are theirs to write.
    return data.text(key) if key in ("sku", "tracking_number") else data.text(key).upper()


def _scan(data: Fields) -> None:
    data.choice("state", ShipmentState)
    data.text_or_empty("location")


def _received(data: Fields) -> None:
    for line in data.objects("lines", frozenset({"line", "quantity", "damaged"})):
        line.number("line", 1)
        line.number("quantity", 1)
        if line.has("damaged"):
            line.number("damaged")


def _inspected(data: Fields) -> None:
    findings = ("as_described", "damaged_by_customer", "wrong_item", "missing")
    for line in data.objects("lines", frozenset({"line", *findings})):
        line.number("line", 1)
        for finding in findings:
            if line.has(finding):
                line.number(finding)


def _parcel(data: Fields) -> None:
    data.text("carrier")
    data.text("tracking_number")


def _shipped_back(data: Fields) -> None:
    _parcel(data)
    data.truth("repaired")


def _quote(data: Fields) -> None:
    data.amount("amount")
    data.currency("currency")


def _customs(data: Fields) -> None:
    news = data.choice("state", CustomsNews)
    data.text_or_empty("authority")
    data.text_or_empty("reference")
    data.text_or_empty("reason")
    if news is CustomsNews.PAPERS_REQUESTED:
        papers = data.content.get("papers")
        if not isinstance(papers, list) or not papers or len(papers) > len(Paper):
            raise BadReportError(data.name("papers"), "must be a list of papers")
        for index, paper in enumerate(papers):
            Fields(f"{data.name('papers')}[{index}]", {"paper": paper}).choice("paper", Paper)
        data.day("due_on")
    if data.has("amount") or data.has("currency"):
        _quote(data)


def _reason(data: Fields) -> None:
    data.text("reason")


def _free(data: Fields) -> None:
    data.number("free")


def _nothing(data: Fields) -> None:
    """Its key is all it has."""


_T = ShopEventType
_PARCEL = frozenset({"carrier", "tracking_number"})
_CUSTOMS = frozenset({"state", "authority", "reference", "reason", "papers", "due_on", "amount", "currency"})

_SUBJECTS = {
    _T.SHIPMENT_SCANNED: "tracking",
    _T.RETURN_RECEIVED: "return",
    _T.RETURN_INSPECTED: "return",
    _T.REFUND_SETTLED: "refund",
    _T.REFUND_FAILED: "refund",
    _T.STOCK_CHANGED: "stock",
    _T.REPLACEMENT_SHIPPED: "return",
    _T.REPLACEMENT_DELIVERED: "return",
    _T.REPLACEMENT_UNAVAILABLE: "return",
    _T.DIFFERENCE_PAID: "return",
    _T.REPAIR_RECEIVED: "repair",
    _T.REPAIR_QUOTED: "repair",
    _T.REPAIR_SHIPPED_BACK: "repair",
    _T.RESHIPMENT_SHIPPED: "reshipment",
    _T.CUSTOMS_UPDATED: "customs",
}
_KEYS = {
    "tracking": "tracking_number",
    "return": "rma",
    "refund": "refund",
    "stock": "sku",
    "repair": "repair",
    "reshipment": "reshipment",
    "customs": "customs",
}
_CHECKS: dict[ShopEventType, tuple[frozenset[str], Callable[[Fields], None]]] = {
    _T.SHIPMENT_SCANNED: (frozenset({"state", "location"}), _scan),
    _T.RETURN_RECEIVED: (frozenset({"lines"}), _received),
    _T.RETURN_INSPECTED: (frozenset({"lines"}), _inspected),
    _T.REFUND_SETTLED: (frozenset(), _nothing),
    _T.REFUND_FAILED: (frozenset({"reason"}), _reason),
    _T.STOCK_CHANGED: (frozenset({"free"}), _free),
    _T.REPLACEMENT_SHIPPED: (_PARCEL, _parcel),
    _T.REPLACEMENT_DELIVERED: (frozenset(), _nothing),
    _T.REPLACEMENT_UNAVAILABLE: (frozenset(), _nothing),
    _T.DIFFERENCE_PAID: (frozenset(), _nothing),
    _T.REPAIR_RECEIVED: (frozenset(), _nothing),
    _T.REPAIR_QUOTED: (frozenset({"amount", "currency"}), _quote),
    _T.REPAIR_SHIPPED_BACK: (_PARCEL | {"repaired"}, _shipped_back),
    _T.RESHIPMENT_SHIPPED: (_PARCEL, _parcel),
    _T.CUSTOMS_UPDATED: (_CUSTOMS, _customs),
}
_DATA = {event_type: (known | {_KEYS[_SUBJECTS[event_type]]}, check) for event_type, (known, check) in _CHECKS.items()}
