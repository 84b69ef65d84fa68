"""One server a test, over a copy of an empty database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.server.parts import Server, a_server


@pytest.fixture
async def server(migrated_sqlite: Path, tmp_path: Path, aiohttp_client: Any) -> AsyncIterator[Server]:
    async with a_server(migrated_sqlite, tmp_path, aiohttp_client) as server:
        yield server
