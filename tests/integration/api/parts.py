"""The shop's API over a real database, without a bot; and the shop that calls it."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient

from bot.api.app import PATH, create_api
from bot.channels.shop_events import ShopDoor
from bot.rates import Rate
from bot.services import api_tokens
from bot.services.api_ports import Scope
from bot.store.unit_of_work import SqlUnitOfWork

UowFactory = Callable[[], SqlUnitOfWork]
SECRET = b"k" * 32
EVERYTHING = tuple(Scope)

CUSTOMER: dict[str, Any] = {
    "name": "Mira Lind", "email": "mira.lind@example.org", "country": "DE", "language": "de", "phone": "+493023125001",
}  # fmt: skip
PRODUCT: dict[str, Any] = {
    "title": "Walking shoes", "category": "shoes", "currency": "EUR",
    "variants": [
        {"sku": "P-100-42", "price": "80.00", "stock": 3, "size": "42", "color": "black"},
        {"sku": "P-100-43", "price": "80.00", "stock": 5, "size": "43", "color": "black"},
    ],
}  # fmt: skip
ORDER: dict[str, Any] = {
    "customer": "C-7", "state": "shipped", "placed_at": "2025-03-01T09:00:00+01:00", "currency": "EUR",
    "address": {
        "name": "Mira Lind", "street": "Hafenweg 1", "postcode": "10115", "city": "Berlin", "country": "DE",
    },
    "shipping_fee": "4.90", "total": "164.90", "lines": [{"sku": "P-100-42", "quantity": 2, "unit_price": "80.00"}],
    "payments": [{"method": "card", "amount": "164.90", "paid_at": "2025-03-01T09:01:00+01:00"}],
    "shipments": [
        {"carrier": "Kranich Paket", "tracking_number": "LX593590345DE", "state": "in_transit",
         "shipped_at": "2025-03-02T12:00:00Z", "promised_by": "2025-03-06T20:00:00Z",
         "events": [{"at": "2025-03-02T12:00:00Z", "state": "in_transit", "location": "Leipzig, DE"}]},
    ],
}  # fmt: skip


def utc_now() -> datetime:
    """Return the present moment."""
    return datetime.now(timezone.utc)


@dataclass
class Time:
    """A clock that tests set."""

    now: datetime = field(default_factory=utc_now)

    def __call__(self) -> datetime:
        return self.now


def an_app(uow: UowFactory, clock: Callable[[], datetime] = utc_now, limit: Rate | None = None) -> web.Application:
    """Return the API as the server mounts it, and nothing else."""
    app = web.Application()
    unlimited = Rate(10**9, 10**6)
    app.add_subapp(PATH, create_api(uow, clock, ShopDoor(SECRET, uow, lambda: None), limit or unlimited))
    return app


async def a_token(uow_factory: UowFactory, scopes: Collection[Scope] = EVERYTHING, name: str = "shop") -> str:
    """Return a new token."""
    async with uow_factory() as uow:
        return (await api_tokens.create(uow, name, scopes, utc_now()))[1]


@dataclass
class Shop:
    """A client with a token."""

    client: TestClient[Any, Any]
    uow: UowFactory
    time: Time
    token: str

    async def send(self, method: str, path: str, body: Any = None, **headers: str) -> ClientResponse:
        given = {"Authorization": f"Bearer {self.token}", **{k.replace("_", "-"): v for k, v in headers.items()}}
        data = None
        if body is not None:
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
            given.setdefault("Content-Type", "application/json")
        return await self.client.request(method, PATH + path, data=data, headers=given)

    async def put(self, path: str, body: Any, **headers: str) -> tuple[int, dict[str, Any]]:
        """Return status and JSON of a write."""
        answer = await self.send("PUT", path, body, **headers)
        return answer.status, await answer.json()

    async def get(self, path: str) -> tuple[int, dict[str, Any]]:
        """Return status and JSON of a read."""
        answer = await self.send("GET", path)
        return answer.status, await answer.json()

    async def stock_up(self) -> None:
        """Write a customer, a product and an order."""
        for path, body in (("/customers/C-7", CUSTOMER), ("/products/P-100", PRODUCT), ("/orders/77310042", ORDER)):
            status, answer = await self.put(path, body)
            assert status == 201, answer
