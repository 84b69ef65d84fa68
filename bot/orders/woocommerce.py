"""Orders of a WooCommerce shop, through its REST API v3 (https://woocommerce.github.io/woocommerce-rest-api-docs)."""

from __future__ import annotations

import re
from typing import Any

import aiohttp

from bot.aftersales.order import normalised_number
from bot.orders.web import WebClient
from bot.orders.woocommerce_order import sourced_order
from bot.services.order_sources_ports import OrderSourceError, SourcedOrder

_API = "/wp-json/wc/v3"
# Carts that were never ordered, and orders that were thrown away.
_NO_ORDERS = frozenset({"trash", "auto-draft", "checkout-draft"})
_PRODUCTS_A_PAGE = 100
_FOUND_AT_MOST = 20


class WooCommerceOrders:
    """A shop's orders by number, which is their id unless a plugin numbers them otherwise."""

    name = "woocommerce"

    def __init__(self, base_url: str, key: str, secret: str, *, timeout_seconds: float = 10.0) -> None:
        auth = aiohttp.BasicAuth(key, secret)
        self._client = WebClient(base_url, auth=auth, timeout_seconds=timeout_seconds)

    async def find(self, number: str) -> SourcedOrder | None:
        """Return the order of a normalised number, or None; raises OrderSourceError."""
        order = await self._by_id(number) or await self._by_search(number)
        if order is None:
            return None
        return sourced_order(order, number, await self._products(order))

    async def close(self) -> None:
        """Disconnect."""
        await self._client.close()

    async def _by_id(self, number: str) -> dict[str, Any] | None:
        if not re.fullmatch(r"[1-9]\d{0,17}", number, re.ASCII):
            return None
        reply = await self._client.get(f"{_API}/orders/{number}")
        if reply.status == 404:
            return None
        if not isinstance(reply.content, dict):
            raise OrderSourceError("malformed", "an order is not a JSON object")
        return reply.content if _is_meant(reply.content, number) else None

    async def _by_search(self, number: str) -> dict[str, Any] | None:
        # Plugins that number orders let the shop's own search find their numbers, and so does the API's.
        found = await self._list("orders", {"search": number, "per_page": str(_FOUND_AT_MOST)})
        return next((order for order in found if _is_meant(order, number)), None)

    async def _products(self, order: dict[str, Any]) -> list[dict[str, Any]]:
        items = order.get("line_items")
        ids = sorted({item.get("product_id") or 0 for item in items or () if isinstance(item, dict)} - {0})
        products: list[dict[str, Any]] = []
        for start in range(0, len(ids), _PRODUCTS_A_PAGE):
            page = ",".join(map(str, ids[start : start + _PRODUCTS_A_PAGE]))
            products += await self._list("products", {"include": page, "per_page": str(_PRODUCTS_A_PAGE)})
        return products

    async def _list(self, what: str, params: dict[str, str]) -> list[dict[str, Any]]:
        reply = await self._client.get(f"{_API}/{what}", params)
        if reply.status == 404:
            raise OrderSourceError("refused", "status 404: is WooCommerce there, and do its permalinks work?")
        if not isinstance(reply.content, list) or not all(isinstance(entry, dict) for entry in reply.content):
            raise OrderSourceError("malformed", f"{what} are not a list of JSON objects")
        return reply.content


def _is_meant(order: dict[str, Any], number: str) -> bool:
    is_kept = order.get("status") not in _NO_ORDERS
    return is_kept and normalised_number(str(order.get("number") or order.get("id"))) == number
