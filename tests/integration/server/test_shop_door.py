"""The shop's side door over HTTP: signed, bounded, and clear about what is wrong."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientResponse

from bot.channels.shop_events import MAX_BYTES, PATH
from bot.channels.signatures import HEADER, sign
from tests.integration.server.parts import Server, a_server, now

SECRET = b"k" * 32
STOCK = {"id": "e-1", "type": "stock.changed", "at": "2026-03-20T12:00:00Z", "data": {"sku": "nothing", "free": 3}}


@pytest.fixture
async def server(migrated_sqlite: Path, tmp_path: Path, aiohttp_client: Any) -> AsyncIterator[Server]:
    secret = {"PARLEY_SHOP_SECRET": SECRET.decode()}
    async with a_server(migrated_sqlite, tmp_path, aiohttp_client, **secret) as server:
        yield server


async def post(server: Server, body: Any, header: str | None = None) -> ClientResponse:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return await server.client.post(PATH, data=raw, headers={HEADER: header or sign(SECRET, raw, now())})


async def test_of_each_event_is_told_what_became_of_it(server: Server) -> None:
    scan = {"tracking_number": "KP404", "state": "in_transit"}
    events = [STOCK, {**STOCK, "id": "e-2", "type": "shipment.scanned", "data": scan}]
    expected = [
        {"id": "e-1", "state": "failed", "result": "not_found"},
        {"id": "e-2", "state": "waiting", "result": "too_early"},
    ]
    for _ in range(2):
        answer = await post(server, events)
        assert answer.status == 200
        assert await answer.json() == {"events": expected}
    answer = await post(server, STOCK)
    assert (await answer.json())["events"] == expected[:1]


async def test_an_unsigned_or_old_request_is_refused(server: Server) -> None:
    raw = json.dumps(STOCK).encode()
    for header in ("t=1,v1=0", sign(b"x" * 32, raw, now()), sign(SECRET, raw, now() - timedelta(minutes=6))):
        answer = await post(server, raw, header)
        assert answer.status == 401
        assert (await answer.json())["code"] == "bad_signature"
    async with server.parley.uow() as uow:
        assert await uow.shop_events.get("e-1") is None


async def test_a_wrong_field_is_named_and_nothing_is_taken(server: Server) -> None:
    wrong = {**STOCK, "id": "e-2", "data": {"sku": "a", "free": "many"}}
    answer = await post(server, [STOCK, wrong])
    assert answer.status == 400
    assert answer.content_type == "application/problem+json"
    reason = "must be a whole number from 0 to 1000000"
    expected = {"code": "bad_report", "path": "[1].data.free", "reason": reason, "status": 400}
    assert expected.items() <= (await answer.json()).items()
    async with server.parley.uow() as uow:
        assert await uow.shop_events.get("e-1") is None


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b"NaN"])
async def test_what_is_no_report_is_refused(server: Server, body: bytes) -> None:
    answer = await post(server, body)
    assert answer.status == 400
    assert (await answer.json())["path"] == "body"


async def test_a_body_above_the_limit_is_refused_and_one_below_is_read(server: Server) -> None:
    raw = json.dumps([STOCK]).encode()
    assert (await post(server, raw + b" " * (MAX_BYTES - len(raw)))).status == 200
    assert (await post(server, raw + b" " * (MAX_BYTES - len(raw) + 1))).status == 413


async def test_without_a_secret_the_door_is_closed(migrated_sqlite: Path, tmp_path: Path, aiohttp_client: Any) -> None:
    async with a_server(migrated_sqlite, tmp_path, aiohttp_client) as server:
        answer = await post(server, STOCK)
        assert answer.status == 404
        assert (await answer.json())["code"] == "disabled"
