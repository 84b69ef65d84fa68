"""An in-memory shop: the few repositories an import needs, and a transaction that can be refused."""

from __future__ import annotations

from types import TracebackType
from typing import Any

from bot.aftersales.catalogue import Product
from bot.aftersales.order import Customer, Order
from bot.errors import ConflictError


class FakeTable:
    """Things by key; what is added shows after a commit only."""

    def __init__(self, key: str) -> None:
        self.rows: dict[str, Any] = {}
        self.added: list[Any] = []
        self._key = key

    def add(self, thing: Any) -> None:
        self.added.append(thing)

    async def get(self, key: str) -> Any:
        return self.rows.get(key)

    async def all(self) -> list[Any]:
        return list(self.rows.values())

    def commit(self) -> None:
        self.rows.update({getattr(thing, self._key): thing for thing in self.added})
        self.added.clear()


class FakeShop:
    """A unit of work and its own factory: ``shop()`` begins a transaction."""

    def __init__(self) -> None:
        self.products = FakeTable("id")
        self.customers = FakeTable("id")
        self.orders = FakeTable("number")
        self.lose_the_race = False

    def __call__(self) -> Any:
        return self

    async def __aenter__(self) -> FakeShop:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for table in (self.products, self.customers, self.orders):
            table.added.clear()

    async def commit(self) -> None:
        if self.lose_the_race:
            raise ConflictError()
        for table in (self.products, self.customers, self.orders):
            table.commit()

    @property
    def contents(self) -> tuple[list[Product], list[Customer], list[Order]]:
        """Return everything that was committed."""
        return tuple(list(table.rows.values()) for table in (self.products, self.customers, self.orders))  # type: ignore[return-value]
