"""Who is let in, and what is answered to those who are not."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from bot.channels.shop_events import MAX_BYTES
from bot.channels.signatures import HEADER, sign
from bot.rates import Rate
from bot.services import api_tokens
from bot.services.api_ports import Scope
from tests.integration.api.parts import CUSTOMER, SECRET, Shop, Time, UowFactory, a_token, an_app, utc_now

EVENT = {"id": "e-1", "type": "stock.changed", "at": "2026-03-20T12:00:00Z", "data": {"sku": "nothing", "free": 3}}


async def test_without_a_good_token_nobody_gets_in(shop: Shop) -> None:
    async with shop.uow() as uow:
        _, old = await api_tokens.create(uow, "old", list(Scope), utc_now(), expires_at=utc_now() + timedelta(hours=1))
    revoked = await a_token(shop.uow, name="revoked")
    async with shop.uow() as uow:
        await api_tokens.revoke(uow, "revoked", utc_now())
    shop.time.now += timedelta(hours=2)
    for given in ("Bearer parley_wrong", f"Bearer {old}", f"Bearer {revoked}", f"Basic {shop.token}", "Bearer"):
        answer = await shop.send("GET", "/orders", Authorization=given)
        body = await answer.json()
        assert (answer.status, answer.content_type) == (401, "application/problem+json")
        assert answer.headers["WWW-Authenticate"].startswith('Bearer realm="parley"')
        assert body["type"] == f"urn:parley:problem:{body['code']}"
    assert (await shop.send("GET", "/orders", Authorization=f"bearer {shop.token}")).status == 200


async def test_a_token_without_the_scope_is_told_which_it_lacks(shop: Shop) -> None:
    shop.token = await a_token(shop.uow, [Scope.ORDERS_READ], "reader")
    assert (await shop.send("GET", "/orders")).status == 200
    for method, path, body, scope in (
        ("PUT", "/orders/1234", {}, "orders:write"),
        ("PUT", "/customers/C-1", CUSTOMER, "customers:write"),
        ("PUT", "/products/P-1", {}, "products:write"),
        ("GET", "/cases", None, "cases:read"),
        ("GET", "/conversations/c/messages", None, "conversations:read"),
        ("POST", "/events", EVENT, "events:write"),
    ):
        answer = await shop.send(method, path, body)
        assert (answer.status, (await answer.json())["scope"]) == (403, scope)


async def test_events_are_taken_with_a_token_or_a_signature(shop: Shop) -> None:
    answer = await shop.send("POST", "/events", EVENT)
    assert (answer.status, (await answer.json())["events"][0]["state"]) == (200, "failed")
    raw = json.dumps(EVENT).encode()
    signed = await shop.client.post("/api/v1/events", data=raw, headers={HEADER: sign(SECRET, raw, shop.time())})
    assert (await signed.json()) == (await answer.json())
    unsigned = await shop.client.post("/api/v1/events", data=raw)
    assert (unsigned.status, (await unsigned.json())["code"]) == (401, "bad_signature")


async def test_a_wrong_event_is_told_as_before_and_as_a_problem(shop: Shop) -> None:
    answer = await shop.send("POST", "/events", [EVENT, {**EVENT, "id": "e-2", "data": {"sku": "a", "free": "x"}}])
    body = await answer.json()
    assert (answer.status, body["code"], body["path"]) == (400, "bad_report", "[1].data.free")
    assert body["errors"] == [{"path": body["path"], "reason": body["reason"]}]


@pytest.mark.parametrize(
    ("raw", "headers", "status"),
    [
        (b"{}", {"Content-Type": "text/plain"}, 415),
        (b"{}", {"Content-Type": "application/json; charset=latin-1"}, 415),
        (b"{", {}, 400),
        (b"[]", {}, 400),
        (b'{"a": 1, "a": 2}', {}, 400),
        (b"\xff", {}, 400),
        (b"[" * 100_000, {}, 400),
        (b" " * (1024 * 1024 + 1), {}, 413),
        (b"{}", {"Idempotency-Key": "with space"}, 400),
    ],
)
async def test_what_cannot_be_read_is_refused(
    shop: Shop, raw: bytes, headers: dict[str, str], status: int
) -> None:  # fmt: skip
    answer = await shop.send("PUT", "/customers/C-7", raw, **headers)
    assert (answer.status, answer.content_type) == (status, "application/problem+json")
    assert (await answer.json())["status"] == status


async def test_too_many_bytes_of_events_are_refused(shop: Shop) -> None:
    assert (await shop.send("POST", "/events", b" " * (MAX_BYTES + 1))).status == 413


async def test_other_addresses_and_methods_are_problems_too(shop: Shop) -> None:
    answer = await shop.send("GET", "/nothing")
    assert (answer.status, answer.content_type) == (404, "application/problem+json")
    answer = await shop.send("PATCH", "/orders/1234")
    assert (answer.status, answer.headers["Allow"]) == (405, "GET, PUT")
    answer = await shop.send("GET", "/orders?colour=red&limit=0&limit=1&cursor=x")
    body = await answer.json()
    assert answer.status == 400
    assert {error["path"] for error in body["errors"]} == {"colour", "limit", "cursor"}


async def test_who_asks_too_often_is_told_how_long_to_wait(uow_factory: UowFactory, aiohttp_client: Any) -> None:
    client = await aiohttp_client(an_app(uow_factory, Time(), Rate(60, 2, clock=lambda: 0.0)))
    shop = Shop(client, uow_factory, Time(), await a_token(uow_factory))
    assert [(await shop.send("GET", "/orders")).status for _ in range(3)] == [200, 200, 429]
    answer = await shop.send("GET", "/orders")
    assert answer.headers["Retry-After"] == "1"
    shop.token = await a_token(uow_factory, name="another")
    assert (await shop.send("GET", "/orders")).status == 200


async def test_it_is_noted_when_a_token_was_used(shop: Shop) -> None:
    await shop.send("GET", "/orders")
    async with shop.uow() as uow:
        (token,) = await uow.api_tokens.all()
    assert token.last_used_at == shop.time.now


async def test_answers_are_not_to_be_kept_by_others(shop: Shop) -> None:
    for path in ("/orders", "/nothing", "/openapi.json"):
        assert (await shop.send("GET", path)).headers["Cache-Control"] == "no-store"
