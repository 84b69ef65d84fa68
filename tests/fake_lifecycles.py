"""Repairs, reshipments, customs matters and the shop's events in memory."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from bot.aftersales.customs import CustomsMatter
from bot.aftersales.repair import Repair
from bot.aftersales.reship import Reshipment
from bot.aftersales.shop_event import ShopEvent, ShopEventState, ShopEventType
from tests.fake_tables import Table


class FakeRepairs(Table[Repair]):
    async def get(self, number: str) -> Repair | None:
        return self.one(number=number)

    async def of_order(self, order_number: str) -> list[Repair]:
        return self.find(order_number=order_number)[::-1]

    async def by_tracking(self, tracking_number: str) -> Repair | None:
        return self.one(tracking_number=tracking_number)

    async def under_way_since(self, moment: datetime) -> list[Repair]:
        return [found for found in self.rows if found.is_under_way_since(moment)]

    async def overdue(self, today: date) -> list[Repair]:
        return [found for found in self.rows if found.is_overdue(today) or found.is_quote_over(today)]


class FakeReshipments(Table[Reshipment]):
    async def get(self, number: str) -> Reshipment | None:
        return self.one(number=number)

    async def of_order(self, order_number: str) -> list[Reshipment]:
        return self.find(order_number=order_number)[::-1]

    async def by_tracking(self, tracking_number: str) -> Reshipment | None:
        return self.one(tracking_number=tracking_number)

    async def searched(self, now: datetime) -> list[Reshipment]:
        return [found for found in self.rows if found.is_search_over(now)]


class FakeCustomsMatters(Table[CustomsMatter]):
    async def get(self, number: str) -> CustomsMatter | None:
        return self.one(number=number)

    async def of_order(self, order_number: str) -> list[CustomsMatter]:
        return self.find(order_number=order_number)[::-1]

    async def overdue(self, today: date) -> list[CustomsMatter]:
        return [found for found in self.rows if found.is_overdue(today)]


class FakeShopEvents(Table[ShopEvent]):
    async def get(self, event_id: str) -> ShopEvent | None:
        return self.one(id=event_id)

    async def waiting(self, subjects: Collection[str] | None = None, limit: int = 500) -> list[ShopEvent]:
        waiting = self.find(state=ShopEventState.WAITING)
        mine = [event for event in waiting if subjects is None or event.subject in subjects]
        return sorted(mine, key=lambda event: (event.at, event.id))[:limit]

    async def latest_applied(self, event_type: ShopEventType, subject: str) -> ShopEvent | None:
        mine = self.find(type=event_type, subject=subject, state=ShopEventState.APPLIED)
        return max(mine, key=lambda event: (event.at, event.id), default=None)
