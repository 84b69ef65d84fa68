"""Repairs, reshipments, customs matters and the shop's events."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import and_, or_

from bot.aftersales.customs import CustomsMatter, CustomsState
from bot.aftersales.repair import Repair, RepairState
from bot.aftersales.reship import Reshipment, ReshipState
from bot.aftersales.shop_event import ShopEvent, ShopEventState, ShopEventType
from bot.store.repositories.base import Repository
from bot.store.tables import lifecycles


class SqlRepairs(Repository):
    """All repairs."""

    _table = lifecycles.repairs
    _newest_first = (_table.c.requested_at.desc(), _table.c.number.desc())

    def add(self, repair: Repair) -> None:
        """Keep a new repair."""
        self._keep(repair)

    async def get(self, number: str) -> Repair | None:
        """Return a repair, or None."""
        return await self._get(Repair, number)

    async def of_order(self, order_number: str) -> list[Repair]:
        """Return the repairs of an order, newest first."""
        return await self._find(Repair, self._table.c.order_number == order_number, order_by=self._newest_first)

    async def by_tracking(self, tracking_number: str) -> Repair | None:
        """Return the repair whose parcel back to the customer has this number, or None."""
        mine = self._table.c.tracking_number == tracking_number
        return await self._first(Repair, mine, order_by=self._newest_first)

    async def under_way_since(self, moment: datetime) -> list[Repair]:
        """Return those whose parcel was handed over by a moment and is still on its way to the shop."""
        t = self._table.c
        mine = and_(t.state == RepairState.SHIPPED, t.shipped_at <= moment)
        return await self._find(Repair, mine, order_by=(t.number,))

    async def overdue(self, today: date) -> list[Repair]:
        """Return those whose parcel, or whose answer to a quote, should have come before today."""
        t = self._table.c
        late = or_(
            and_(t.state == RepairState.APPROVED, t.deadline < today),
            and_(t.state == RepairState.QUOTED, t.quote_until < today),
        )
        return await self._find(Repair, late, order_by=(t.number,))


class SqlReshipments(Repository):
    """All reshipments."""

    _table = lifecycles.reshipments
    _newest_first = (_table.c.requested_at.desc(), _table.c.number.desc())

    def add(self, reshipment: Reshipment) -> None:
        """Keep a new reshipment."""
        self._keep(reshipment)

    async def get(self, number: str) -> Reshipment | None:
        """Return a reshipment, or None."""
        return await self._get(Reshipment, number)

    async def of_order(self, order_number: str) -> list[Reshipment]:
        """Return the reshipments of an order, newest first."""
        return await self._find(Reshipment, self._table.c.order_number == order_number, order_by=self._newest_first)

    async def by_tracking(self, tracking_number: str) -> Reshipment | None:
        """Return the reshipment whose new parcel has this number, or None."""
        mine = self._table.c.tracking_number == tracking_number
        return await self._first(Reshipment, mine, order_by=self._newest_first)

    async def searched(self, now: datetime) -> list[Reshipment]:
        """Return those whose carrier has had its time to search."""
        t = self._table.c
        return await self._find(
            Reshipment, t.state == ReshipState.SEARCHING, t.search_until <= now, order_by=(t.search_until, t.number)
        )


class SqlCustomsMatters(Repository):
    """All customs matters."""

    _table = lifecycles.customs_matters
    _newest_first = (_table.c.reported_at.desc(), _table.c.number.desc())

    def add(self, matter: CustomsMatter) -> None:
        """Keep a new matter."""
        self._keep(matter)

    async def get(self, number: str) -> CustomsMatter | None:
        """Return a matter, or None."""
        return await self._get(CustomsMatter, number)

    async def of_order(self, order_number: str) -> list[CustomsMatter]:
        """Return the matters of an order, newest first."""
        mine = self._table.c.order_number == order_number
        return await self._find(CustomsMatter, mine, order_by=self._newest_first)

    async def overdue(self, today: date) -> list[CustomsMatter]:
        """Return those whose papers should have come before today."""
        t = self._table.c
        return await self._find(
            CustomsMatter, t.state == CustomsState.PAPERS_REQUESTED, t.due_on < today, order_by=(t.due_on, t.number)
        )


class SqlShopEvents(Repository):
    """Everything the shop has reported."""

    _table = lifecycles.shop_events

    def add(self, event: ShopEvent) -> None:
        """Keep a new event."""
        self._keep(event)

    async def get(self, event_id: str) -> ShopEvent | None:
        """Return an event, or None."""
        return await self._get(ShopEvent, event_id)

    async def waiting(self, subjects: Collection[str] | None = None, limit: int = 500) -> list[ShopEvent]:
        """Return the events that wait, of some subjects or of all, in the order in which they happened."""
        t = self._table.c
        about = () if subjects is None else (t.subject.in_(sorted(subjects)),)
        waits = t.state == ShopEventState.WAITING
        return await self._find(ShopEvent, waits, *about, order_by=(t.at, t.id), limit=limit)

    async def latest_applied(self, event_type: ShopEventType, subject: str) -> ShopEvent | None:
        """Return the applied event of a kind and subject that happened last, or None."""
        t = self._table.c
        return await self._first(
            ShopEvent,
            t.subject == subject,
            t.type == event_type,
            t.state == ShopEventState.APPLIED,
            order_by=(t.at.desc(), t.id.desc()),
        )
