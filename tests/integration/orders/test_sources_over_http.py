"""Sources speak to servers as the platforms document them, and survive what servers do."""

from __future__ import annotations

import json
from typing import Any

import pytest
from aiohttp.test_utils import TestServer

from bot.orders.http import HttpOrders
from bot.orders.shopify import ShopifyOrders
from bot.orders.shopify_token import ShopifyToken
from bot.orders.web import WebClient
from bot.orders.woocommerce import WooCommerceOrders
from bot.services.order_sources import checked
from bot.services.order_sources_ports import OrderSource, OrderSourceError, SourcedOrder
from tests.integration.orders.fake_platforms import (
    KEY,
    SECRET,
    TOKEN,
    OwnService,
    Platform,
    Shopify,
    WooCommerce,
    answering,
    endless,
    silent,
)
from tests.unit.orders import shopify_nodes, woocommerce_orders
from tests.unit.orders.sources import NUMBER, told


def own_answer(sourced: SourcedOrder) -> dict[str, Any]:
    return {
        "format": "parley-order/1",
        "order": sourced.order,
        "customer": sourced.customer,
        "products": list(sourced.products),
        "refunded": sourced.refunded,
    }


class Rig:
    """A platform, the source that asks it, and how long the source has paused."""

    def __init__(
        self, platform: Platform, server: TestServer, name: str, *, secret: str | None, timeout_seconds: float
    ) -> None:
        self.platform: Any = platform
        self.server = server
        self.paused: list[float] = []
        self._timeout_seconds = timeout_seconds
        self.source = self._source(str(server.make_url("")).rstrip("/"), name, secret)

    def _source(self, url: str, name: str, secret: str | None) -> OrderSource:
        if name == "http":
            return HttpOrders(f"{url}/v1", secret or TOKEN, timeout_seconds=self._timeout_seconds)
        if name == "woocommerce":
            return WooCommerceOrders(url, KEY, secret or SECRET, timeout_seconds=self._timeout_seconds)
        return ShopifyOrders(
            url, secret or TOKEN, api_version="2026-07", timeout_seconds=self._timeout_seconds, sleep=self._pause
        )

    async def _pause(self, seconds: float) -> None:
        self.paused.append(seconds)
        self.platform.available += seconds * self.platform.restore_rate

    async def close(self) -> None:
        await self.source.close()
        await self.server.close()


PLATFORMS: dict[str, Any] = {"http": OwnService, "shopify": Shopify, "woocommerce": WooCommerce}
NUMBERS = {"http": NUMBER, "shopify": "1001", "woocommerce": "727"}


# A busy machine may take seconds for what an idle one does at once; only a server that never answers may run into it.
async def a_rig(name: str, secret: str | None = None, timeout_seconds: float = 60.0) -> Rig:
    platform = PLATFORMS[name]()
    if name == "http":
        platform.orders[NUMBER] = own_answer(told(refunded="5.00"))
    elif name == "shopify":
        platform.orders = [shopify_nodes.an_order(name="#1001-A"), shopify_nodes.an_order()]
    else:
        platform.orders, platform.products = [woocommerce_orders.an_order()], [woocommerce_orders.a_product()]
    server = TestServer(platform.app)
    await server.start_server()
    return Rig(platform, server, name, secret=secret, timeout_seconds=timeout_seconds)


@pytest.fixture(params=list(PLATFORMS))
async def rig(request: pytest.FixtureRequest) -> Any:
    made = await a_rig(request.param)
    yield made
    await made.close()


async def reason(rig: Rig) -> OrderSourceError:
    with pytest.raises(OrderSourceError) as refused:
        await rig.source.find(NUMBERS[rig.source.name])
    return refused.value


async def test_an_order_is_found_and_obeys_the_rules(rig: Rig) -> None:
    found = await rig.source.find(NUMBERS[rig.source.name])
    assert found is not None
    assert checked(found).number == NUMBERS[rig.source.name]


async def test_an_order_that_is_not_there_is_none(rig: Rig) -> None:
    assert await rig.source.find("424242") is None
    assert await rig.source.find("NOPE1") is None


@pytest.mark.parametrize("name", list(PLATFORMS))
async def test_wrong_credentials_are_told_apart(name: str) -> None:
    rig = await a_rig(name, secret="wrong")
    assert (await reason(rig)).reason == "unauthorized"
    await rig.close()


async def test_a_pause_that_is_asked_for_is_passed_on(rig: Rig) -> None:
    rig.platform.instead = [answering(429, "{}", Retry_After="7")]
    error = await reason(rig)
    assert (error.reason, error.retry_after) == ("rate_limited", 7.0)


async def test_a_pause_without_a_length_is_a_short_one(rig: Rig) -> None:
    rig.platform.instead = [answering(429, "{}", Retry_After="Fri, 31 Dec 2100 23:59:59 GMT")]
    assert (await reason(rig)).retry_after == 5.0


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (answering(200, "<html>maintenance</html>"), "malformed"),
        (answering(200, "[" * 100_000), "malformed"),
        (answering(200, "null"), "malformed"),
        (answering(200, '"text"'), "malformed"),
        (answering(500, "oops"), "failed"),
        (answering(403, "{}"), "unauthorized"),
        (answering(400, "{}"), "refused"),
        (answering(302, Location="https://elsewhere.example/"), "redirected"),
        (endless, "too_large"),
    ],
)
async def test_whatever_a_server_does_is_an_error_with_a_reason(rig: Rig, answer: Any, expected: str) -> None:
    rig.platform.instead = [answer, answer]
    assert (await reason(rig)).reason == expected
    assert len(rig.platform.requests) == 1


@pytest.mark.parametrize("name", list(PLATFORMS))
async def test_a_server_that_never_answers_is_waited_for_no_longer_than_allowed(name: str) -> None:
    rig = await a_rig(name, timeout_seconds=0.5)
    rig.platform.instead = [silent, silent]
    assert (await reason(rig)).reason == "timeout"
    assert len(rig.platform.requests) <= 1
    await rig.close()


async def test_a_server_that_is_gone_is_unreachable(rig: Rig) -> None:
    await rig.server.close()
    assert (await reason(rig)).reason == "unreachable"


async def test_after_closing_a_source_can_be_asked_again(rig: Rig) -> None:
    await rig.source.close()
    assert await rig.source.find(NUMBERS[rig.source.name]) is not None


async def test_the_own_service_is_asked_for_the_normalised_number() -> None:
    rig = await a_rig("http")
    found = await rig.source.find(NUMBER)
    assert rig.platform.requests == [f"GET /v1/orders/{NUMBER}"]
    assert found is not None and found.refunded == "5.00"
    await rig.close()


@pytest.mark.parametrize(
    "wrong",
    [
        {"format": "parley-shop/1"},
        {"order": []},
        {"customer": None},
        {"products": {}},
        {"products": ["boot"]},
        {"refunded": "much"},
        {"refunded": -1},
        {"order": {**told().order, "number": "SH1002"}},
    ],
)
async def test_an_answer_in_another_form_is_malformed(wrong: dict[str, Any]) -> None:
    rig = await a_rig("http")
    rig.platform.instead = [answering(200, json.dumps({**own_answer(told()), **wrong}))]
    with pytest.raises(OrderSourceError, match="malformed"):
        await rig.source.find(NUMBER)
    await rig.close()


async def test_shopify_finds_the_order_that_is_meant_among_similar_ones() -> None:
    rig = await a_rig("shopify")
    found = await rig.source.find("1001")
    assert found is not None and found.order["number"] == "1001"
    assert rig.platform.searches == ["#1001"]
    assert rig.platform.requests == ["POST /admin/api/2026-07/graphql.json"]
    await rig.close()


@pytest.mark.parametrize("number", ["EN1001DE", "1001"])
async def test_shopify_is_asked_for_a_name_in_the_shops_own_pattern(number: str) -> None:
    platform = Shopify()
    platform.orders = [shopify_nodes.an_order(name="EN-1001-DE")]
    server = TestServer(platform.app)
    await server.start_server()
    url = str(server.make_url("")).rstrip("/")
    source = ShopifyOrders(url, TOKEN, api_version="2026-07", name_pattern="EN-{number}-DE", timeout_seconds=60)
    found = await source.find(number)
    assert platform.searches == ["EN-1001-DE"]
    # Customers see EN-1001-DE; an order under another number than its own could be another one.
    assert (found is not None) == (number == "EN1001DE")
    await source.close()
    await server.close()


async def test_shopify_gives_the_lines_of_all_pages() -> None:
    rig = await a_rig("shopify")
    rig.platform.orders = [shopify_nodes.an_order()]
    rig.platform.pages = [[shopify_nodes.a_line(number) for number in range(page, page + 2)] for page in (1, 3, 5)]
    found = await rig.source.find("1001")
    assert found is not None
    assert [line["sku"] for line in found.order["lines"]] == [f"BOOT-{number}" for number in range(1, 7)]
    await rig.close()


async def test_a_throttled_query_waits_until_there_are_points_for_it() -> None:
    rig = await a_rig("shopify")
    rig.platform.available = 100.0
    assert await rig.source.find("1001") is not None
    assert rig.paused == [4.0]
    await rig.close()


async def test_a_query_that_would_wait_for_long_is_given_up_with_the_time() -> None:
    rig = await a_rig("shopify")
    rig.platform.available = -900.0
    error = await reason(rig)
    assert (error.reason, error.retry_after, rig.paused) == ("rate_limited", 24.0, [])
    await rig.close()


async def test_a_client_id_and_secret_are_exchanged_for_a_token_once() -> None:
    rig = await a_rig("shopify")
    source = ShopifyOrders(str(rig.server.make_url("")), KEY, SECRET, api_version="2026-07", timeout_seconds=60)
    for _ in range(2):
        assert await source.find("1001") is not None
    grant, query = "POST /admin/oauth/access_token", "POST /admin/api/2026-07/graphql.json"
    assert rig.platform.requests == [grant, query, query]
    rig.platform.tokens = set()
    assert await source.find("1001") is not None
    assert rig.platform.requests[3:] == [query, grant, query]
    await source.close()
    await rig.close()


async def test_wrong_credentials_of_an_app_are_refused() -> None:
    rig = await a_rig("shopify")
    source = ShopifyOrders(str(rig.server.make_url("")), KEY, "wrong", api_version="2026-07", timeout_seconds=60)
    with pytest.raises(OrderSourceError, match="refused"):
        await source.find("1001")
    rig.platform.instead = [answering(200, "{}")]
    with pytest.raises(OrderSourceError, match="unauthorized"):
        await source.find("1001")
    await source.close()
    await rig.close()


async def test_a_token_of_a_day_is_renewed_before_it_expires() -> None:
    rig = await a_rig("shopify")
    now = [0.0]
    token, client = ShopifyToken(KEY, SECRET, lambda: now[0]), WebClient(str(rig.server.make_url("")))
    first = await token.get(client)
    now[0] = 86_000.0
    assert await token.get(client) == first
    now[0] = 86_200.0
    assert await token.get(client) != first
    await client.close()
    await rig.close()


@pytest.mark.parametrize(
    ("code", "expected"), [("ACCESS_DENIED", "unauthorized"), ("undefinedField", "refused"), (None, "refused")]
)
async def test_errors_of_graphql_have_a_reason(code: str | None, expected: str) -> None:
    rig = await a_rig("shopify")
    error = {"message": "Access denied for orders field.", "extensions": {"code": code} if code else None}
    rig.platform.instead = [answering(200, json.dumps({"errors": [error]}))]
    assert (await reason(rig)).reason == expected
    await rig.close()


async def test_a_version_that_shopify_does_not_have_is_told() -> None:
    rig = await a_rig("shopify")
    rig.platform.instead = [answering(404, "{}")]
    assert "API version" in (await reason(rig)).hint
    await rig.close()


async def test_woocommerce_is_asked_by_id_and_then_for_products() -> None:
    rig = await a_rig("woocommerce")
    await rig.source.find("727")
    assert rig.platform.requests == [
        "GET /wp-json/wc/v3/orders/727",
        "GET /wp-json/wc/v3/products?include=71&per_page=100",
    ]
    await rig.close()


@pytest.mark.parametrize("number", ["WC2026042", "42"])
async def test_numbers_of_plugins_are_searched_for(number: str) -> None:
    rig = await a_rig("woocommerce")
    shown = {"WC2026042": "WC-2026-042", "42": "42"}[number]
    rig.platform.orders = [
        woocommerce_orders.an_order(id=42, number="7"),
        woocommerce_orders.an_order(id=900, number=f"{shown}1"),
        woocommerce_orders.an_order(id=901, number=shown),
    ]
    found = await rig.source.find(number)
    assert found is not None and found.order["number"] == number
    await rig.close()


@pytest.mark.parametrize("status", ["trash", "checkout-draft"])
async def test_what_was_never_ordered_is_no_order(status: str) -> None:
    rig = await a_rig("woocommerce")
    rig.platform.orders = [woocommerce_orders.an_order(status=status)]
    assert await rig.source.find("727") is None
    await rig.close()
