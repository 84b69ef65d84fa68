"""Whatever is wrong with a report is named by its path, before anything is done."""

from __future__ import annotations

from typing import Any

import pytest

from bot.aftersales.shop_event import ShopEventType
from bot.services.shop_report import BadReportError, read_events
from tests.unit.aftersales.builders import NOW

AT = "2026-03-20T13:00:00+01:00"


def an_event(event_type: str = "replacement.delivered", **data: Any) -> dict[str, Any]:
    return {"id": "e-1", "type": event_type, "at": AT, "data": data or {"rma": "R1000001"}}


GOOD = {
    "shipment.scanned": {"tracking_number": "KP1", "state": "in_transit", "location": "Leipzig"},
    "return.received": {"rma": "r1000001", "lines": [{"line": 1, "quantity": 2, "damaged": 1}]},
    "return.inspected": {"rma": "R1000001", "lines": [{"line": 1, "as_described": 1, "missing": 1}]},
    "refund.settled": {"refund": "F1000001"},
    "refund.failed": {"refund": "F1000001", "reason": "account_closed"},
    "stock.changed": {"sku": "shoes-42", "free": 0},
    "replacement.shipped": {"rma": "R1000001", "carrier": "Kranich Paket", "tracking_number": "KP1"},
    "replacement.delivered": {"rma": "R1000001"},
    "replacement.unavailable": {"rma": "R1000001"},
    "difference.paid": {"rma": "R1000001"},
    "repair.received": {"repair": "W1000001"},
    "repair.quoted": {"repair": "W1000001", "amount": "12.50", "currency": "EUR"},
    "repair.shipped_back": {"repair": "W1000001", "carrier": "KP", "tracking_number": "KP1", "repaired": False},
    "reshipment.shipped": {"reshipment": "S1000001", "carrier": "KP", "tracking_number": "KP1"},
    "customs.updated": {
        "customs": "K1000001",
        "state": "papers_requested",
        "papers": ["identity"],
        "due_on": "2026-04-01",
        "authority": "Zoll",
        "amount": "9.00",
        "currency": "EUR",
    },
}


def test_every_type_can_be_reported() -> None:
    assert set(GOOD) == {member.value for member in ShopEventType}
    events = read_events([{**an_event(kind), "data": data} for kind, data in GOOD.items()], NOW)
    assert [event.type.value for event in events] == list(GOOD)
    assert events[0].subject == "tracking:KP1"
    assert events[1].subject == "return:R1000001"
    assert events[5].subject == "stock:shoes-42"
    assert {event.at for event in events} == {NOW}


@pytest.mark.parametrize(
    ("body", "path", "reason"),
    [
        ("text", "body", "must be a JSON object"),
        ([], "body", "must hold 1 to 100 events"),
        ([an_event()] * 101, "body", "must hold 1 to 100 events"),
        ([an_event(), 3], "[1]", "must be a JSON object"),
        ({**an_event(), "extra": 1}, "extra", "is not known"),
        ({**an_event(), "id": ""}, "id", "must be a text"),
        ({**an_event(), "id": "x" * 129}, "id", "at most 128"),
        ({**an_event(), "id": "a\nb"}, "id", "must be printable"),
        ({**an_event(), "type": "order.eaten"}, "type", "must be one of shipment.scanned"),
        ({**an_event(), "at": "2026-03-20T12:00:00"}, "at", "must be a moment such as"),
        ({**an_event(), "at": 12}, "at", "must be a text"),
        ({**an_event(), "data": None}, "data", "must be a JSON object"),
        (an_event(rma=7), "data.rma", "must be a text"),
        (an_event(order="1"), "data.order", "is not known; known are rma"),
        (an_event("stock.changed", sku="a", free=-1), "data.free", "must be a whole number"),
        (an_event("stock.changed", sku="a", free=True), "data.free", "must be a whole number"),
        (an_event("stock.changed", sku="a"), "data.free", "is missing"),
        (
            an_event("shipment.scanned", tracking_number="1", state="eaten"),
            "data.state",
            "must be one of label_created",
        ),
        (an_event("return.received", rma="R1", lines=[{"line": 1}]), "data.lines[0].quantity", "is missing"),
        (an_event("return.received", rma="R1", lines={}), "data.lines", "must be a list of 1 to 200"),
        (
            an_event("return.inspected", rma="R1", lines=[{"line": 1, "eaten": 1}]),
            "data.lines[0].eaten",
            "is not known",
        ),
        (an_event("repair.quoted", repair="W1", amount="-1", currency="EUR"), "data.amount", "must be an amount"),
        (an_event("repair.quoted", repair="W1", amount="NaN", currency="EUR"), "data.amount", "must be an amount"),
        (an_event("repair.quoted", repair="W1", amount=1, currency="EUR"), "data.amount", "must be a text"),
        (an_event("repair.quoted", repair="W1", amount="1", currency="eur"), "data.currency", "ISO 4217"),
        (
            an_event("repair.shipped_back", repair="W1", carrier="a", tracking_number="b", repaired="yes"),
            "data.repaired",
            "must be true or false",
        ),
        (
            an_event("customs.updated", customs="K1", state="papers_requested"),
            "data.papers",
            "must be a list of papers",
        ),
        (
            an_event("customs.updated", customs="K1", state="papers_requested", papers=["visa"], due_on="2026-04-01"),
            "data.papers[0].paper",
            "must be one of invoice",
        ),
        (
            an_event("customs.updated", customs="K1", state="papers_requested", papers=["invoice"], due_on="soon"),
            "data.due_on",
            "must be a day",
        ),
    ],
)
def test_what_is_wrong_is_named(body: Any, path: str, reason: str) -> None:
    with pytest.raises(BadReportError) as refusal:
        read_events(body, NOW)
    assert refusal.value.fields["path"] == path
    assert reason in refusal.value.fields["reason"]
