"""Orders of any system that answers ``GET {base}/orders/{number}`` with JSON; see docs/order-backends.md."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from urllib.parse import quote

from bot.aftersales.order import normalised_number
from bot.orders.web import WebClient
from bot.services.order_sources_ports import OrderSourceError, SourcedOrder

FORMAT = "parley-order/1"


class HttpOrders:
    """A service of the shop's own that tells its orders in our format."""

    name = "http"

    def __init__(self, base_url: str, token: str, *, timeout_seconds: float = 10.0) -> None:
        headers = {"Authorization": f"Bearer {token}"}
        self._client = WebClient(base_url, headers=headers, timeout_seconds=timeout_seconds)

    async def find(self, number: str) -> SourcedOrder | None:
        """Return the order of a normalised number, or None for a 404; raises OrderSourceError."""
        reply = await self._client.get(f"/orders/{quote(number, safe='')}")
        return None if reply.status == 404 else _read(reply.content, number)

    async def close(self) -> None:
        """Disconnect."""
        await self._client.close()


def _read(content: Any, number: str) -> SourcedOrder:
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise OrderSourceError("malformed", f'the answer must be an object with "format": "{FORMAT}"')
    order, customer = _object(content, "order"), _object(content, "customer")
    products = content.get("products")
    if not isinstance(products, list) or not all(isinstance(product, dict) for product in products):
        raise OrderSourceError("malformed", "products must be a list of objects")
    if normalised_number(str(order.get("number"))) != number:
        # An answer about another order would be shown to whoever proves this one.
        raise OrderSourceError("malformed", "order.number is not the number that was asked for")
    return SourcedOrder(order, customer, tuple(products), refunded=_refunded(content.get("refunded", "0")))


def _object(content: dict[str, Any], name: str) -> dict[str, Any]:
    found = content.get(name)
    if not isinstance(found, dict):
        raise OrderSourceError("malformed", f"{name} must be an object")
    return found


def _refunded(value: Any) -> str:
    try:
        amount = Decimal(str(value))
        if not amount.is_finite() or not 0 <= amount < 10**12:
            raise ValueError
    except (ArithmeticError, ValueError) as error:
        raise OrderSourceError("malformed", 'refunded must be an amount such as "12.50"') from error
    return str(amount)
