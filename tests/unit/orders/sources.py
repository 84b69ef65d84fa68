"""An order as a source tells it, and a source that tells what it is given."""

from __future__ import annotations

import asyncio
from copy import deepcopy
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

from bot.services.order_sources import Inquiries, Limits
from bot.services.order_sources_ports import SourcedOrder
from bot.services.orders import SourcedOrders
from tests.unit.services.world import World

NOW = datetime(2026, 3, 20, 12, 0, tzinfo=timezone.utc)
NUMBER = "SH1001"
EMAIL = "mira.lind@example.org"
CONVERSATION = "conversation-1"

ORDER: dict[str, Any] = {
    "number": "#SH-1001",
    "customer": "c-1",
    "state": "shipped",
    "placed_at": "2026-03-10T09:00:00Z",
    "currency": "EUR",
    "address": {"name": "Mira Lind", "street": "Lindenstr. 3", "postcode": "10115", "city": "Berlin", "country": "DE"},
    "shipping_fee": "4.90",
    "total": "124.90",
    "lines": [
        {"sku": "boot-42", "quantity": 1, "unit_price": "80.00", "tax": "12.77"},
        {"sku": "sock", "quantity": 4, "unit_price": "10.00"},
    ],
    "payments": [{"method": "card", "amount": "124.90", "paid_at": "2026-03-10T09:01:00Z"}],
    "shipments": [
        {
            "carrier": "DHL",
            "tracking_number": "JJD1",
            "state": "in_transit",
            "shipped_at": "2026-03-11T09:00:00Z",
            "events": [{"at": "2026-03-11T09:00:00Z", "state": "in_transit", "location": "Leipzig"}],
        }
    ],
}
CUSTOMER = {"id": "c-1", "name": "Mira Lind", "email": EMAIL, "country": "DE", "language": "de"}
PRODUCTS: tuple[dict[str, Any], ...] = (
    {
        "id": "boot",
        "title": "Boots",
        "category": "shoes",
        "currency": "EUR",
        "variants": [{"sku": "boot-42", "price": "80.00", "stock": 5, "size": "42"}],
    },
    {
        "id": "sock",
        "title": "Socks",
        "category": "clothing",
        "currency": "EUR",
        "variants": [{"sku": "sock", "price": "10.00", "stock": 50}],
    },
)


def told(refunded: str = "0", customer: dict[str, Any] | None = None, **order: Any) -> SourcedOrder:
    """Return the usual order, with some of its parts replaced."""
    return SourcedOrder({**deepcopy(ORDER), **order}, customer or dict(CUSTOMER), deepcopy(PRODUCTS), refunded=refunded)


def with_product(sourced: SourcedOrder, **product: Any) -> SourcedOrder:
    """Return an order whose first product differs."""
    first, *others = sourced.products
    return replace(sourced, products=({**first, **product}, *others))


def delivered(at: str = "2026-03-14T10:00:00Z") -> list[dict[str, Any]]:
    """Return the usual parcel after its delivery."""
    (parcel,) = deepcopy(ORDER["shipments"])
    parcel |= {"state": "delivered", "delivered_at": at}
    parcel["events"].append({"at": at, "state": "delivered", "location": "Berlin"})
    return [parcel]


class FakeSource:
    """Tells of the orders it has; ``error`` is raised instead, ``hold`` makes it wait."""

    name = "fake"

    def __init__(self, *orders: SourcedOrder) -> None:
        self.orders = list(orders)
        self.asked: list[str] = []
        self.error: Exception | None = None
        self.hold: asyncio.Event | None = None
        self.is_closed = False

    async def find(self, number: str) -> SourcedOrder | None:
        self.asked.append(number)
        if self.hold is not None:
            await self.hold.wait()
        if self.error is not None:
            raise self.error
        return next((one for one in self.orders if _normalised(one.order["number"]) == number), None)

    async def close(self) -> None:
        self.is_closed = True


def _normalised(number: str) -> str:
    return number.replace("#", "").replace("-", "")


PATIENT = Limits(deadline_seconds=60)
"""Whoever asks gets an answer, however slow the machine is."""


class Shop:
    """A database without orders, a source, and clocks that stand until they are moved."""

    def __init__(self, *orders: SourcedOrder, limits: Limits | None = None) -> None:
        self.world = World()
        self.world.database.all(type(self.world.order)).clear()
        self.source = FakeSource(*orders)
        self.now = NOW
        self.seconds = 0.0
        self.slept: list[float] = []
        self.inquiries = Inquiries(self.source, limits or PATIENT, lambda: self.seconds)
        self.orders = SourcedOrders(
            self.world.uow, self.inquiries, lambda: self.now, seconds=lambda: self.seconds, sleep=self._sleep
        )

    async def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    def wait(self, **time: float) -> None:
        """Let time pass on both clocks."""
        passed = timedelta(**time)
        self.now += passed
        self.seconds += passed.total_seconds()
