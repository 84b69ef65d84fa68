"""A shop that reports what happens in it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from bot.aftersales.shop_event import ShopEvent, ShopEventState
from bot.services import shop_events
from bot.services.shop_report import read_events
from tests.unit.aftersales.builders import NOW
from tests.unit.services.lifecycles import LATER, factory
from tests.unit.services.world import World


class Shop:
    """Who reports; every event gets the next id and, unless told otherwise, the next minute."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.count = 0

    def event(self, event_type: str, *, minutes: int | None = None, id: str | None = None, **data: Any) -> ShopEvent:
        self.count += 1
        at = NOW + timedelta(minutes=self.count if minutes is None else minutes)
        body = {"id": id or f"e-{self.count}", "type": event_type, "at": at.isoformat(), "data": data}
        (event,) = read_events(body, LATER)
        return event

    async def take(self, *events: ShopEvent, now: datetime = LATER) -> list[tuple[ShopEventState, str]]:
        taken = await shop_events.take(factory(self.world), events, now)
        return [(event.state, event.result) for event in taken]

    async def report(self, event_type: str, **data: Any) -> tuple[ShopEventState, str]:
        (result,) = await self.take(self.event(event_type, **data))
        return result

    async def scan(self, number: str, state: str, **more: Any) -> tuple[ShopEventState, str]:
        return await self.report("shipment.scanned", tracking_number=number, state=state, **more)

    def waiting(self) -> int:
        return sum(event.state is ShopEventState.WAITING for event in self.world.database.all(ShopEvent))
