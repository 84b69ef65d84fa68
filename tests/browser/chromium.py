"""The system's Chromium, as all browser tests start it."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Browser, async_playwright

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
        chromium = await playwright.chromium.launch(executable_path=_CHROMIUM, args=_FLAGS)
        yield chromium
        await chromium.close()
