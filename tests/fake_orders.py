"""Where orders are from, in memory."""

from __future__ import annotations

from functools import partial

from bot.services.order_sources_ports import OrderOrigin
from tests.fake_tables import HasDatabase


class FakeOrderOrigins:
    def __init__(self, uow: HasDatabase) -> None:
        self.uow = uow
        self.rows: list[OrderOrigin] = uow.database.all(OrderOrigin)

    async def get(self, order_number: str) -> OrderOrigin | None:
        return next((row for row in self.rows if row.order_number == order_number), None)

    async def put(self, origin: OrderOrigin) -> None:
        before = list(self.rows)
        self.rows[:] = [row for row in self.rows if row.order_number != origin.order_number] + [origin]
        self.uow.undo.append(partial(self.rows.__setitem__, slice(None), before))
