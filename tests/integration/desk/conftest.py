"""A desk over a real database, and browsers that are logged in or not."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient, TestServer

from bot.aftersales.sla import ALWAYS_OPEN
from bot.conversations.routing_rounds import RoutingRounds
from bot.services import accounts
from tests.integration.desk.world import CHEAP_HASHER, PASSWORD, Template, World, a_template, a_world


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    # A thread of its own, because this one may have an event loop already.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, a_template(tmp_path_factory.mktemp("desk"))).result()


@pytest.fixture(autouse=True)
def quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accounts, "_hasher", CHEAP_HASHER)


@pytest.fixture
async def world(template: Template, tmp_path: Path) -> AsyncIterator[World]:
    async with a_world(template, tmp_path) as world:
        yield world


@pytest.fixture
def rounds(world: World) -> RoutingRounds:
    """The rounds that route, at a desk that is always open."""
    return RoutingRounds(world.uow, world.router.handling, lambda: world.now, ALWAYS_OPEN)


@pytest.fixture
async def server(world: World) -> AsyncIterator[TestServer]:
    async with TestServer(world.app) as server:
        yield server


@dataclass
class Browser:
    """One browser with its own cookies."""

    client: TestClient[Any, Any]
    csrf: str = ""

    async def get(self, path: str, **options: Any) -> ClientResponse:
        return await self.client.get(path, allow_redirects=False, **options)

    async def text(self, path: str) -> str:
        return await (await self.get(path)).text()

    async def submit(self, path: str, **fields: str) -> ClientResponse:
        return await self.client.post(path, data={"csrf": self.csrf, **fields}, allow_redirects=False)

    async def act(self, conversation_id: str, action: str, **body: Any) -> ClientResponse:
        headers = {"X-CSRF-Token": self.csrf, "Accept": "application/json"}
        return await self.client.post(
            f"/desk/conversations/{conversation_id}/{action}",
            json=body,
            headers=headers,
        )

    async def log_in(self, name: str, password: str = PASSWORD, next_page: str = "/desk") -> ClientResponse:
        form = await self.text("/desk/login")
        token = re.search(r'name="token" value="(\w+)"', form)
        assert token
        fields = {"name": name, "password": password, "token": token[1]}
        answer = await self.client.post(
            "/desk/login",
            params={"next": next_page},
            data=fields,
            allow_redirects=False,
        )
        if answer.status == 303:
            found = re.search(r'name="csrf" value="([^"]+)"', await self.text("/desk/password"))
            self.csrf = found[1] if found else ""
        return answer


@pytest.fixture
async def a_browser(server: TestServer) -> AsyncIterator[Callable[[], Browser]]:
    clients: list[TestClient[Any, Any]] = []

    def make() -> Browser:
        clients.append(TestClient(server))
        return Browser(clients[-1])

    yield make
    for client in clients:
        await client.session.close()


@pytest.fixture
async def logged_in(
    a_browser: Callable[[], Browser],
) -> Callable[[str], Awaitable[Browser]]:
    async def log_in(name: str) -> Browser:
        browser = a_browser()
        assert (await browser.log_in(name)).status == 303
        return browser

    return log_in
