"""Where the local copies of orders are from."""

from __future__ import annotations

from bot.services.order_sources_ports import OrderOrigin, OrderOrigins
from bot.store.repositories.base import Repository
from bot.store.rows import Rows
from bot.store.tables.shop import order_origins

_COLUMNS = ("order_number", "source", "fetched_at", "address_digest")
_rows = Rows(order_origins, _COLUMNS, OrderOrigin)


class SqlOrderOrigins(Repository, OrderOrigins):
    """All origins."""

    _put = (
        _rows.insert(_COLUMNS) + " ON CONFLICT (order_number) DO UPDATE SET source = excluded.source, "
        "fetched_at = excluded.fetched_at, address_digest = excluded.address_digest"
    )

    async def get(self, order_number: str) -> OrderOrigin | None:
        """Return where an order is from, or None for one that no source has told of."""
        found = await self._transaction.read(f"{_rows.select} WHERE order_number = ?", order_number)
        return _rows.load(found[0], self._transaction.dialect) if found else None

    async def put(self, origin: OrderOrigin) -> None:
        """Keep where an order is from, in place of what was known."""
        await self._transaction.write(self._put, *_rows.values(origin, _COLUMNS, self._transaction.dialect))
