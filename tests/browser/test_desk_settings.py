"""Settings and statistics in a real Chromium: rows that come and go, filters, and what leaving asks."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp.test_utils import TestServer
from playwright.async_api import Dialog, Page, expect

from bot.services import accounts, desk_settings
from bot.services.statistics import refresh
from tests.browser.chromium import a_browser
from tests.integration.desk.world import CHEAP_HASHER, PASSWORD, World, a_template, a_world


@pytest.fixture(autouse=True)
def quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accounts, "_hasher", CHEAP_HASHER)


@pytest_asyncio.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with a_world(await a_template(tmp_path), tmp_path) as world:
        await refresh(world.uow, world.now.date() + timedelta(days=1))
        yield world


@pytest_asyncio.fixture
async def page(world: World) -> AsyncIterator[Page]:
    async with TestServer(world.app) as server, a_browser() as chromium:
        context = await chromium.new_context(base_url=str(server.make_url("")), viewport={"width": 1024, "height": 800})
        page = await context.new_page()
        problems: list[str] = []
        page.on("console", lambda said: problems.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: problems.append(str(error)))
        await page.goto("/desk/login?next=/desk/account")
        await page.fill("input[name=name]", "root")
        await page.fill("input[name=password]", PASSWORD)
        await page.keyboard.press("Enter")
        await page.wait_for_url("/desk/account")
        yield page
        assert problems == []


async def test_rows_are_added_and_removed_and_saved(page: Page, world: World) -> None:
    asked: list[str] = []

    async def accept(dialog: Dialog) -> None:
        asked.append(dialog.message)
        await dialog.accept()

    page.on("dialog", accept)
    await page.goto("/desk/settings/tags")
    await page.get_by_role("button", name="Add a tag").click()
    await page.keyboard.type("Wholesale")
    await page.get_by_role("button", name="Add a tag").click()
    await page.keyboard.type("Second new one")
    await page.get_by_role("button", name="Remove Press").click()
    assert asked == ["Remove Press? It is gone once you save."]
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("status").filter(has_text="Saved.")).to_be_visible()
    async with world.uow() as uow:
        tags = [tag.id for tag in (await desk_settings.read(uow)).tags]
    assert tags[-2:] == ["wholesale", "second_new_one"]
    assert "press" not in tags
    # Saved is saved: leaving asks nothing.
    await page.goto("/desk/statistics")
    assert len(asked) == 1


async def test_leaving_with_changes_asks_first(page: Page) -> None:
    asked: list[str] = []

    async def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        await dialog.dismiss()

    page.on("dialog", stay)
    await page.goto("/desk/settings/routing")
    await page.get_by_label("Minutes to answer").fill("9")
    await page.get_by_role("link", name="Teams").click()
    await expect(page.get_by_label("Minutes to answer")).to_have_value("9")
    assert asked == ["beforeunload"]


async def test_a_new_calendar_can_be_made_the_one_for_all_others(page: Page, world: World) -> None:
    await page.goto("/desk/settings/hours")
    await page.get_by_role("button", name="Add a calendar").click()
    await page.keyboard.type("night")
    rows = page.locator("[data-row]")
    await expect(rows).to_have_count(2)
    await rows.nth(1).get_by_role("radio").check()
    await expect(rows.nth(0).get_by_role("radio")).not_to_be_checked()
    await rows.nth(0).locator("summary").click()
    await rows.nth(0).get_by_label("German", exact=True).check()
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("status").filter(has_text="Saved.")).to_be_visible()
    async with world.uow() as uow:
        hours = (await desk_settings.read(uow)).hours or []
    assert [calendar["languages"] for calendar in hours] == [["de"], "others"]


async def test_a_filter_shows_its_effect_at_once(page: Page) -> None:
    await page.goto("/desk/statistics")
    await page.get_by_label("Issue").select_option("safety_hazard")
    await page.wait_for_url("**issue=safety_hazard**")
    await expect(page.locator(".tile").first).to_contain_text("1")
    await page.get_by_label("From", exact=True).fill("2026-01-01")
    await page.wait_for_url("**period=custom**")
    await page.get_by_role("link", name="Clear filters").click()
    await expect(page.get_by_label("Issue")).to_have_value("")
    await page.get_by_role("link", name="Carrier").click()
    await expect(page.get_by_role("columnheader", name="Carrier")).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
