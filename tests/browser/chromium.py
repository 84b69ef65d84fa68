"""The system's Chromium, as all browser tests start it."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, async_playwright

#: How long anything may take on a page: only a fault costs that time, and a machine may stand still for a while.
PATIENCE_MS = 60_000

_CHROMIUM = shutil.which("chromium")
_FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run",
]  # fmt: skip


@asynccontextmanager
async def a_browser() -> AsyncIterator[Browser]:
    """Give the system's Chromium, or skip where there is none."""
    if _CHROMIUM is None:
        pytest.skip("no Chromium on this machine: install the system package 'chromium' to run the browser tests")
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=_CHROMIUM, args=_FLAGS, timeout=PATIENCE_MS)
        impatient = chromium.new_context

        async def new_context(**options: Any) -> BrowserContext:
            context = await impatient(**options)
            context.set_default_timeout(PATIENCE_MS)
            return context

        # Every context is made here, so that no test needs to know how patient it is.
        chromium.new_context = new_context  # type: ignore[method-assign,assignment]
        yield chromium
        await chromium.close()
