"""Servers that hold to what the platforms document, and refuse requests that do not."""

from __future__ import annotations

import asyncio
import base64
import re
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

TOKEN = "shpat_0123456789abcdef"
KEY, SECRET = "ck_0123", "cs_4567"

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Platform:
    """A server; an answer in ``instead`` is given once, before the ordinary ones."""

    def __init__(self) -> None:
        self.requests: list[str] = []
        self.instead: list[Answer] = []
        self.app = web.Application(middlewares=[self._first])

    @web.middleware
    async def _first(self, request: web.Request, handler: Any) -> web.StreamResponse:
        self.requests.append(f"{request.method} {request.raw_path}")
        if self.instead:
            return await self.instead.pop(0)(request)
        if (refused := self.refusal(request)) is not None:
            return refused
        response: web.StreamResponse = await handler(request)
        return response

    def refusal(self, request: web.Request) -> web.Response | None:
        """Return what a request without credentials gets."""
        raise NotImplementedError


def answering(status: int, body: str = "", **headers: str) -> Answer:
    """Return an answer of a status, a body and headers."""

    async def answer(_: web.Request) -> web.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return web.Response(status=status, text=body, headers=named, content_type="application/json")

    return answer


async def silent(_: web.Request) -> web.Response:
    """Answer nothing for longer than anybody waits in a test."""
    await asyncio.sleep(5)
    return web.Response()


async def endless(request: web.Request) -> web.StreamResponse:
    """Answer more than anybody should read."""
    response = web.StreamResponse()
    await response.prepare(request)
    for _ in range(64):
        await response.write(b" " * 64 * 1024)
    return response


class OwnService(Platform):
    """A shop's own service, as docs/order-backends.md describes it."""

    def __init__(self) -> None:
        super().__init__()
        self.orders: dict[str, Any] = {}
        self.app.router.add_get("/v1/orders/{number}", self._order)

    def refusal(self, request: web.Request) -> web.Response | None:
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return web.json_response({"error": "unauthorized"}, status=401)
        return None

    async def _order(self, request: web.Request) -> web.Response:
        found = self.orders.get(request.match_info["number"])
        return web.json_response(found) if found else web.json_response({"error": "no such order"}, status=404)


class Shopify(Platform):
    """The GraphQL Admin API: one address, errors in the answer, points for every query."""

    restore_rate = 50.0

    def __init__(self) -> None:
        super().__init__()
        self.orders: list[dict[str, Any]] = []
        self.pages: list[list[dict[str, Any]]] = []
        self.searches: list[str] = []
        self.available = 1000.0
        self.tokens = {TOKEN}
        self.app.router.add_post("/admin/oauth/access_token", self._grant)
        self.app.router.add_post("/admin/api/2026-07/graphql.json", self._graphql)

    def refusal(self, request: web.Request) -> web.Response | None:
        if request.path == "/admin/oauth/access_token":
            return None
        if request.headers.get("X-Shopify-Access-Token") not in self.tokens:
            message = "[API] Invalid API key or access token (unrecognized login or wrong password)"
            return web.json_response({"errors": message}, status=401)
        return None

    async def _grant(self, request: web.Request) -> web.Response:
        assert request.content_type == "application/x-www-form-urlencoded"
        form = dict(await request.post())
        if form != {"grant_type": "client_credentials", "client_id": KEY, "client_secret": SECRET}:
            return web.json_response({"error": "application_cannot_be_found"}, status=400)
        self.tokens = {f"granted-{len(self.requests)}"}
        granted = {"access_token": next(iter(self.tokens)), "scope": "read_orders", "expires_in": 86399}
        return web.json_response(granted)

    async def _graphql(self, request: web.Request) -> web.Response:
        if request.content_type != "application/json":
            return web.json_response({"errors": "Not Acceptable"}, status=406)
        body = await request.json()
        query, variables = body["query"], body["variables"]
        for name in re.findall(r"\.\.\.(\w+)", query):
            assert f"fragment {name} on" in query, f"the fragment {name} is not defined"
        assert query.count("{") == query.count("}")
        cost = 300.0
        if self.available < cost:
            error = {"message": "Throttled", "extensions": {"code": "THROTTLED"}}
            return web.json_response({"errors": [error], "extensions": self._cost(cost, None)})
        self.available -= cost
        if "orders(" in query:
            data: dict[str, Any] = {"orders": {"nodes": self._found(variables["query"])}}
        else:
            assert variables["id"].startswith("gid://shopify/Order/")
            data = {"order": {"lineItems": self._page(int(variables["after"]))}}
        return web.json_response({"data": data, "extensions": self._cost(cost, cost)})

    def _cost(self, requested: float, actual: float | None) -> dict[str, Any]:
        status = {
            "maximumAvailable": 2000.0,
            "currentlyAvailable": self.available,
            "restoreRate": self.restore_rate,
        }
        return {"cost": {"requestedQueryCost": requested, "actualQueryCost": actual, "throttleStatus": status}}

    def _found(self, search: str) -> list[dict[str, Any]]:
        """Find by words, as the real search does: #1001 is found in #1001-A."""
        match = re.fullmatch(r'name:"([^"]+)"', search)
        assert match, f"{search} is no search by name"
        self.searches.append(match[1])
        found = [order for order in self.orders if match[1] in order["name"]]
        return [{**order, "lineItems": self._page(0)} if self.pages else order for order in found[:3]]

    def _page(self, index: int) -> dict[str, Any]:
        is_last = index + 1 >= len(self.pages)
        return {
            "nodes": self.pages[index],
            "pageInfo": {"hasNextPage": not is_last, "endCursor": None if is_last else str(index + 1)},
        }


class WooCommerce(Platform):
    """The REST API v3 behind HTTP Basic authentication."""

    def __init__(self) -> None:
        super().__init__()
        self.orders: list[dict[str, Any]] = []
        self.products: list[dict[str, Any]] = []
        self.app.router.add_get(r"/wp-json/wc/v3/orders/{id:\d+}", self._order)
        self.app.router.add_get("/wp-json/wc/v3/orders", self._search)
        self.app.router.add_get("/wp-json/wc/v3/products", self._products)

    def refusal(self, request: web.Request) -> web.Response | None:
        expected = base64.b64encode(f"{KEY}:{SECRET}".encode()).decode()
        if request.headers.get("Authorization") != f"Basic {expected}":
            message = "Sorry, you cannot list resources."
            error = {"code": "woocommerce_rest_cannot_view", "message": message, "data": {"status": 401}}
            return web.json_response(error, status=401)
        return None

    async def _order(self, request: web.Request) -> web.Response:
        wanted = int(request.match_info["id"])
        found = next((order for order in self.orders if order["id"] == wanted), None)
        if found is None:
            error = {
                "code": "woocommerce_rest_shop_order_invalid_id",
                "message": "Invalid ID.",
                "data": {"status": 404},
            }
            return web.json_response(error, status=404)
        return web.json_response(found)

    async def _search(self, request: web.Request) -> web.Response:
        assert set(request.query) == {"search", "per_page"} and 1 <= int(request.query["per_page"]) <= 100
        wanted = request.query["search"]
        return web.json_response([order for order in self.orders if wanted in order["number"].replace("-", "")])

    async def _products(self, request: web.Request) -> web.Response:
        assert set(request.query) == {"include", "per_page"} and int(request.query["per_page"]) <= 100
        ids = {int(id) for id in request.query["include"].split(",")}
        return web.json_response([product for product in self.products if product["id"] in ids])
