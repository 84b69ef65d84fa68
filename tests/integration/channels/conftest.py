"""One Parley a test, on the platform that the test asks for."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.channels.graph_talk import Talk
from tests.channels.graph_talk import environment as graph_environment
from tests.channels.telegram_server import TelegramServer
from tests.integration.channels.telegram_parts import Telegram, environment
from tests.integration.server.parts import a_server


@pytest.fixture
async def bot_api() -> AsyncIterator[TelegramServer]:
    async with TelegramServer().running() as platform:
        yield platform
        assert platform.breaches == []


@pytest.fixture
async def platform(request: pytest.FixtureRequest) -> AsyncIterator[Any]:
    """The platform whose class a module names as PLATFORM."""
    async with request.module.PLATFORM().running() as platform:
        yield platform
        assert platform.breaches == []


@pytest.fixture
def options() -> dict[str, str]:
    """What a module's Parley is told beside how to reach its platform."""
    return {}


@pytest.fixture
async def talk(
    platform: Any, options: dict[str, str], migrated_sqlite: Path, tmp_path: Path, aiohttp_client: Any
) -> AsyncIterator[Talk[Any]]:
    """A Parley on one of Meta's platforms."""
    values = {**graph_environment(platform), **options}
    async with a_server(migrated_sqlite, tmp_path, aiohttp_client, **values) as server:
        yield Talk(server, platform, platform.channel)


@pytest.fixture
async def telegram(
    bot_api: TelegramServer, migrated_sqlite: Path, tmp_path: Path, aiohttp_client: Any
) -> AsyncIterator[Telegram]:
    async with a_server(migrated_sqlite, tmp_path, aiohttp_client, **environment(bot_api)) as server:
        yield Telegram(server, bot_api)
