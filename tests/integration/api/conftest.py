"""One API a test, over either database, without a bot."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.integration.api.parts import Shop, Time, UowFactory, a_token, an_app


@pytest.fixture
async def shop(uow_factory: UowFactory, aiohttp_client: Any) -> AsyncIterator[Shop]:
    time = Time()
    client = await aiohttp_client(an_app(uow_factory, time))
    yield Shop(client, uow_factory, time, await a_token(uow_factory))
