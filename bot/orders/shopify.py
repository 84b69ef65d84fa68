"""Orders of a Shopify shop, through the GraphQL Admin API (https://shopify.dev/docs/api/admin-graphql)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote

from bot.aftersales.order import normalised_number
from bot.orders.shopify_order import sourced_order
from bot.orders.shopify_query import MORE_LINES, ORDER
from bot.orders.shopify_token import ShopifyToken
from bot.orders.web import Reply, WebClient
from bot.services.order_sources_ports import OrderSourceError, SourcedOrder

NUMBER = "{number}"
"""What stands for the number in the pattern of an order's name."""

# 25 lines a page; an order of the schema has 200 at most.
_MOST_PAGES = 8
_ATTEMPTS = 3
_LONGEST_PAUSE_SECONDS = 10.0

Sleep = Callable[[float], Awaitable[None]]


class ShopifyOrders:
    """A shop's orders by the name that its customers see, such as #1001.

    With a ``secret``, ``token`` is the app's client id, and the two are exchanged for tokens of a day.
    """

    name = "shopify"

    def __init__(
        self,
        base_url: str,
        token: str,
        secret: str = "",
        *,
        api_version: str,
        name_pattern: str = f"#{NUMBER}",
        timeout_seconds: float = 10.0,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._client = WebClient(base_url, timeout_seconds=timeout_seconds)
        self._token = ShopifyToken(token, secret)
        self._path = f"/admin/api/{quote(api_version, safe='')}/graphql.json"
        self._pattern = name_pattern
        self._sleep = sleep

    async def find(self, number: str) -> SourcedOrder | None:
        """Return the order of a normalised number, or None; raises OrderSourceError."""
        name = self._name(number)
        data = await self._ask(ORDER, {"query": f'name:"{name}"'})
        # The search is one for words: it may find #1001-A for #1001.
        nodes = _nodes(data.get("orders"))
        found = next((node for node in nodes if normalised_number(str(node.get("name"))) == number), None)
        if found is None:
            return None
        return sourced_order(found, number, _nodes(found.get("lineItems")) + await self._more_lines(found))

    async def close(self) -> None:
        """Disconnect."""
        await self._client.close()

    def _name(self, number: str) -> str:
        """Return how the shop writes a normalised number, such as ``EN-1001`` for ``EN1001``."""
        before, _, after = (normalised_number(part) for part in self._pattern.partition(NUMBER))
        core = number[len(before) :] if before and number.startswith(before) else number
        core = core[: -len(after)] if after and core.endswith(after) else core
        # Only letters and digits are left of a number; anything else would belong to the search's own language.
        return self._pattern.replace(NUMBER, "".join(sign for sign in core if sign.isalnum()))

    async def _more_lines(self, order: dict[str, Any]) -> list[dict[str, Any]]:
        lines: list[dict[str, Any]] = []
        page = _page(order.get("lineItems"))
        for _ in range(_MOST_PAGES):
            if not page.get("hasNextPage"):
                return lines
            data = await self._ask(MORE_LINES, {"id": order.get("id"), "after": page.get("endCursor")})
            connection = (data.get("order") or {}).get("lineItems")
            lines += _nodes(connection)
            page = _page(connection)
        raise OrderSourceError("too_large", "the order has more lines than Parley takes")

    async def _ask(self, query: str, variables: dict[str, Any]) -> dict[str, Any]:
        """Return the data of a query; waits as long as it takes until there are enough points for it."""
        for attempt in range(1, _ATTEMPTS + 1):
            reply = await self._post({"query": query, "variables": variables})
            if reply.status == 404:
                raise OrderSourceError("refused", "status 404: check the address of the shop and the API version")
            pause = _pause(reply.content)
            if pause is None:
                return _data(reply.content)
            if attempt == _ATTEMPTS or pause > _LONGEST_PAUSE_SECONDS:
                raise OrderSourceError("rate_limited", "THROTTLED", pause)
            await self._sleep(pause)
        raise AssertionError("unreachable: the last attempt returns or raises")

    async def _post(self, content: dict[str, Any]) -> Reply:
        token = await self._token.get(self._client)
        try:
            return await self._client.post(self._path, content, {"X-Shopify-Access-Token": token})
        except OrderSourceError as error:
            if error.reason != "unauthorized" or not self._token.forget(token):
                raise
        # Whoever changes an app's secret or installs it anew ends its tokens before their time.
        token = await self._token.get(self._client)
        return await self._client.post(self._path, content, {"X-Shopify-Access-Token": token})


def _pause(content: Any) -> float | None:
    """Return after how many seconds a throttled query may be made again, or None for one that was answered.

    The bucket fills at ``restoreRate`` points a second and must hold what the query may cost at most.
    """
    errors = content.get("errors") if isinstance(content, dict) else None
    if not isinstance(errors, list) or "THROTTLED" not in _codes(errors):
        return None
    try:
        cost = content["extensions"]["cost"]
        status = cost["throttleStatus"]
        missing = float(cost["requestedQueryCost"]) - float(status["currentlyAvailable"])
        return max(missing / float(status["restoreRate"]), 0.1)
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return 1.0


def _codes(errors: list[Any]) -> set[str]:
    """Return the codes of GraphQL errors; older versions say only "Throttled"."""
    codes = set()
    for error in errors:
        if isinstance(error, dict):
            extensions = error.get("extensions")
            code = extensions.get("code") if isinstance(extensions, dict) else None
            codes.add(str(code or error.get("message") or "").upper())
    return codes


def _data(content: Any) -> dict[str, Any]:
    if not isinstance(content, dict):
        raise OrderSourceError("malformed", "the answer is not a JSON object")
    errors = content.get("errors")
    if errors:
        codes = _codes(errors) if isinstance(errors, list) else {str(errors)[:80]}
        reason = "unauthorized" if "ACCESS_DENIED" in codes else "refused"
        raise OrderSourceError(reason, f"GraphQL: {', '.join(sorted(codes))[:200]}")
    data = content.get("data")
    if not isinstance(data, dict):
        raise OrderSourceError("malformed", "the answer has no data")
    return data


def _nodes(connection: Any) -> list[dict[str, Any]]:
    nodes = connection.get("nodes") if isinstance(connection, dict) else None
    if not isinstance(nodes, list) or not all(isinstance(node, dict) for node in nodes):
        raise OrderSourceError("malformed", "a connection has no nodes")
    return nodes


def _page(connection: Any) -> dict[str, Any]:
    page = connection.get("pageInfo") if isinstance(connection, dict) else None
    return page if isinstance(page, dict) else {}
