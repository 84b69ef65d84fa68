"""What the lifecycles beside returns and exchanges need of a database."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Protocol

from bot.aftersales.customs import CustomsMatter
from bot.aftersales.repair import Repair
from bot.aftersales.reship import Reshipment
from bot.aftersales.shop_event import ShopEvent, ShopEventType


class Repairs(Protocol):
    """All repairs."""

    def add(self, repair: Repair) -> None:
        """Keep a new repair."""

    async def get(self, number: str) -> Repair | None:
        """Return a repair, or None."""

    async def of_order(self, order_number: str) -> list[Repair]:
        """Return the repairs of an order, newest first."""

    async def by_tracking(self, tracking_number: str) -> Repair | None:
        """Return the repair whose parcel back to the customer has this number, or None."""

    async def under_way_since(self, moment: datetime) -> list[Repair]:
        """Return those whose parcel was handed over by a moment and is still on its way to the shop."""

    async def overdue(self, today: date) -> list[Repair]:
        """Return those whose parcel, or whose answer to a quote, should have come before today."""


class Reshipments(Protocol):
    """All reshipments."""

    def add(self, reshipment: Reshipment) -> None:
        """Keep a new reshipment."""

    async def get(self, number: str) -> Reshipment | None:
        """Return a reshipment, or None."""

    async def of_order(self, order_number: str) -> list[Reshipment]:
        """Return the reshipments of an order, newest first."""

    async def by_tracking(self, tracking_number: str) -> Reshipment | None:
        """Return the reshipment whose new parcel has this number, or None."""

    async def searched(self, now: datetime) -> list[Reshipment]:
        """Return those whose carrier has had its time to search."""


class CustomsMatters(Protocol):
    """All customs matters."""

    def add(self, matter: CustomsMatter) -> None:
        """Keep a new matter."""

    async def get(self, number: str) -> CustomsMatter | None:
        """Return a matter, or None."""

    async def of_order(self, order_number: str) -> list[CustomsMatter]:
        """Return the matters of an order, newest first."""

    async def overdue(self, today: date) -> list[CustomsMatter]:
        """Return those whose papers should have come before today."""


class ShopEvents(Protocol):
    """Everything the shop has reported."""

    def add(self, event: ShopEvent) -> None:
        """Keep a new event."""

    async def get(self, event_id: str) -> ShopEvent | None:
        """Return an event, or None."""

    async def waiting(self, subjects: Collection[str] | None = None, limit: int = 500) -> list[ShopEvent]:
        """Return the events that wait, of some subjects or of all, in the order in which they happened."""

    async def latest_applied(self, event_type: ShopEventType, subject: str) -> ShopEvent | None:
        """Return the applied event of a kind and subject that happened last, or None."""
