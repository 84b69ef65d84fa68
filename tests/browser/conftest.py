"""What the browser tests share."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.browser.chromium import PATIENCE_MS, a_browser
from tests.integration.desk.world import Template, a_template

expect.set_options(timeout=PATIENCE_MS)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    """One Chromium for a module."""
    async with a_browser() as chromium:
        yield chromium


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    """A filled database, of which each test gets a copy."""
    return await a_template(tmp_path_factory.mktemp("desk"))
