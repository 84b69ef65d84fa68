"""What the shop reports, as ``bot.services.shop_report`` reads it; docs/shop-events.md says what follows."""

from __future__ import annotations

from bot.aftersales.customs import Paper
from bot.aftersales.order import ShipmentState
from bot.aftersales.shop_event import ShopEventType
from bot.api.schemas.kinds import TRUTH, Schema, choice, named
from bot.api.schemas.shop import DAY_PATTERN
from bot.services.shop_report import MAX_EVENTS, CustomsNews

_T = ShopEventType
_MOST_LINES = 200
_MOST_PIECES = 1_000_000


def _text(longest: int = 200) -> Schema:
    return {
        "type": "string",
        "minLength": 1,
        "maxLength": longest,
        "pattern": r"\S",
        "description": "Printable, not only blanks.",
    }


def _or_null(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def _pieces(least: int = 0) -> Schema:
    return {"type": "integer", "minimum": least, "maximum": _MOST_PIECES}


def _fields(optional: dict[str, Schema] | None = None, **required: Schema) -> Schema:
    """Return the schema of an object that has some properties, may have others, and none besides."""
    return {
        "type": "object",
        "required": list(required),
        "additionalProperties": False,
        "properties": {**required, **(optional or {})},
    }


def _lines(**optional: Schema) -> Schema:
    line = _fields(optional, line=_pieces(1))
    return _or_null({"type": "array", "minItems": 1, "maxItems": _MOST_LINES, "items": line})


_AMOUNT: Schema = {"type": "string", "pattern": r"^(?=.*[1-9])[0-9]{1,9}(\.[0-9]{1,9})?$"}
_CURRENCY: Schema = {"type": "string", "pattern": "^[A-Z]{3}$"}
_DAY: Schema = {"type": "string", "pattern": f"^{DAY_PATTERN}$"}
_MOMENT: Schema = {
    "type": "string",
    "description": "ISO 8601 with seconds and an offset, such as 2026-03-20T12:00:00Z.",
    "pattern": f"^{DAY_PATTERN}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
    r"(\.[0-9]{3}([0-9]{3})?)?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$",
}
_PARCEL = {"carrier": _text(), "tracking_number": _text()}
_RECEIVED: Schema = {
    "anyOf": [
        {
            "type": "array",
            "minItems": 1,
            "maxItems": _MOST_LINES,
            "items": _fields({"damaged": _or_null(_pieces())}, line=_pieces(1), quantity=_pieces(1)),
        },
        {"type": "null"},
    ]
}
_INSPECTED = _lines(
    **{name: _or_null(_pieces()) for name in ("as_described", "damaged_by_customer", "wrong_item", "missing")}
)
_OTHER_NEWS = [news for news in CustomsNews if news is not CustomsNews.PAPERS_REQUESTED]
_WORDS = {name: _or_null(_text()) for name in ("authority", "reference", "reason")}
_NO_CHARGES: dict[str, Schema] = {"amount": {"type": "null"}, "currency": {"type": "null"}}
_PAPERS: Schema = {"type": "array", "minItems": 1, "maxItems": len(Paper), "items": choice(Paper)}


def _customs() -> list[Schema]:
    """Return the forms of ``customs.updated``: papers are asked for with a day, charges have a currency."""
    asked: dict[str, Schema] = {
        "customs": _text(), "state": choice([CustomsNews.PAPERS_REQUESTED]), "papers": _PAPERS, "due_on": _DAY
    }  # fmt: skip
    others: dict[str, Schema] = {"customs": _text(), "state": choice(_OTHER_NEWS)}
    unread: dict[str, Schema] = {"papers": {}, "due_on": {}}
    charges = {"amount": _AMOUNT, "currency": _CURRENCY}
    return [
        _fields({**_WORDS, **_NO_CHARGES}, **asked),
        _fields(_WORDS, **asked, **charges),
        _fields({**_WORDS, **_NO_CHARGES, **unread}, **others),
        _fields({**_WORDS, **unread}, **others, **charges),
    ]


DATA: dict[ShopEventType, list[Schema]] = {
    _T.SHIPMENT_SCANNED: [
        _fields({"location": _or_null(_text())}, tracking_number=_text(), state=choice(ShipmentState))
    ],
    _T.RETURN_RECEIVED: [_fields({"lines": _RECEIVED}, rma=_text())],
    _T.RETURN_INSPECTED: [_fields({"lines": _INSPECTED}, rma=_text())],
    _T.REFUND_SETTLED: [_fields(refund=_text())],
    _T.REFUND_FAILED: [_fields(refund=_text(), reason=_text())],
    _T.STOCK_CHANGED: [_fields(sku=_text(), free=_pieces())],
    _T.REPLACEMENT_SHIPPED: [_fields(rma=_text(), **_PARCEL)],
    _T.REPLACEMENT_DELIVERED: [_fields(rma=_text())],
    _T.REPLACEMENT_UNAVAILABLE: [_fields(rma=_text())],
    _T.DIFFERENCE_PAID: [_fields(rma=_text())],
    _T.REPAIR_RECEIVED: [_fields(repair=_text())],
    _T.REPAIR_QUOTED: [_fields(repair=_text(), amount=_AMOUNT, currency=_CURRENCY)],
    _T.REPAIR_SHIPPED_BACK: [_fields(repair=_text(), **_PARCEL, repaired=TRUTH)],
    _T.RESHIPMENT_SHIPPED: [_fields(reshipment=_text(), **_PARCEL)],
    _T.CUSTOMS_UPDATED: _customs(),
}

EVENT: Schema = {
    "description": "Something that happened outside of conversations.",
    "anyOf": [
        _fields(id=_text(128), type={"type": "string", "enum": [kind.value]}, at=_MOMENT, data=data)
        for kind, forms in DATA.items()
        for data in forms
    ],
}
EVENTS: Schema = {
    "description": f"One event, or a list of up to {MAX_EVENTS}.",
    "anyOf": [
        named("ShopEvent"),
        {"type": "array", "minItems": 1, "maxItems": MAX_EVENTS, "items": named("ShopEvent")},
    ],
}
EVENT_SCHEMAS: dict[str, Schema] = {"ShopEvent": EVENT, "ShopEvents": EVENTS}
