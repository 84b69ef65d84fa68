"""What is needed of the system that the shop takes its orders in; implemented by ``bot.orders``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from bot.errors import ParleyError


class OrderSourceError(ParleyError):
    """Raised when an order source gives no usable answer.

    ``reason`` is a code: ``unreachable``, ``timeout``, ``unauthorized``, ``rate_limited``, ``refused``, ``failed``,
    ``redirected``, ``too_large`` or ``malformed``. ``hint`` is for the shop's developer and holds no personal data.
    ``retry_after`` is in seconds, where the source asked to be left alone.
    """

    code = "order_source"

    def __init__(self, reason: str, hint: str = "", retry_after: float | None = None) -> None:
        super().__init__(reason=reason, hint=hint)
        self.reason = reason
        self.hint = hint
        self.retry_after = retry_after


@dataclass(frozen=True)
class SourcedOrder:
    """An order as a source tells it, in the words of ``data/shop/shop.schema.json``.

    Attributes:
        order: An order of that schema; it names the customer and the SKUs below.
        customer: Who bought it.
        products: What was bought, with the variants that the source told of.
        refunded: What the shop has paid back in all, in the order's currency.
        notes: What the source could not say, for the shop's developer.
    """

    order: Mapping[str, Any]
    customer: Mapping[str, Any]
    products: tuple[Mapping[str, Any], ...]
    refunded: str = "0"
    notes: tuple[str, ...] = ()

    def document(self) -> dict[str, Any]:
        """Return the same as a shop file with one order."""
        return {
            "format": "parley-shop/1",
            "products": [dict(product) for product in self.products],
            "customers": [dict(self.customer)],
            "orders": [dict(self.order)],
        }


class OrderSource(Protocol):
    """A system that knows the shop's orders."""

    name: str

    async def find(self, number: str) -> SourcedOrder | None:
        """Return the order of a normalised number, or None where there is none; raises OrderSourceError."""

    async def close(self) -> None:
        """Disconnect."""


@dataclass(eq=False)
class OrderOrigin:
    """Where a local copy of an order is from, and how old it is.

    ``address_digest`` tells whether the shop has changed the address since; the address itself may have been changed
    here meanwhile.
    """

    order_number: str
    source: str
    fetched_at: datetime
    address_digest: str


class OrderOrigins(Protocol):
    """Where the local copies of orders are from."""

    async def get(self, order_number: str) -> OrderOrigin | None:
        """Return where an order is from, or None for one that no source has told of."""

    async def put(self, origin: OrderOrigin) -> None:
        """Keep where an order is from, in place of what was known."""
