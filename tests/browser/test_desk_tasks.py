"""The list of tasks in a real Chromium: taking, giving and finishing where they stand, and the number in the bar."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, expect

from bot.aftersales.task import Department, Task, TaskState
from bot.services import accounts
from tests.browser.accessibility import grave_problems
from tests.browser.test_desk import Agent, an_agent
from tests.integration.desk.world import CHEAP_HASHER, Template, World, a_world

pytestmark = pytest.mark.asyncio(loop_scope="module")

NOTE = "Ask the carrier's lawyer whether https://claims.example.com/" + "x" * 60 + " counts"
PICTURES = os.environ.get("PARLEY_PICTURES")
"""Where to keep pictures of the pages, for people to look at."""


@pytest.fixture(autouse=True)
def quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accounts, "_hasher", CHEAP_HASHER)


@pytest_asyncio.fixture(loop_scope="module")
async def world(template: Template, tmp_path: Path) -> AsyncIterator[World]:
    async with a_world(template, tmp_path) as world:
        await fill(world)
        yield world


@pytest_asyncio.fixture(loop_scope="module")
async def address(world: World) -> AsyncIterator[str]:
    async with TestServer(world.app) as server:
        yield str(server.make_url("")).rstrip("/")


async def fill(world: World) -> None:
    """Let one task be overdue, one be Ben's, one be about a case that is over, and one say much."""
    rows = [
        ("C1000001", Department.WAREHOUSE, "inspect_return", -27, None, ""),
        ("C1000001", Department.WAREHOUSE, "ship_again", 4, "ben", ""),
        ("C1000000", Department.SUPERVISOR, "low_rating", 20, None, ""),
        ("C1000002", Department.LEGAL, "other", 60, None, NOTE),
    ]
    async with world.uow() as uow:
        for case, department, what, hours, owner, note in rows:
            due = world.now + timedelta(hours=hours)
            uow.tasks.add(Task(f"{case}:{what}", case, department, what, world.now, due, owner=owner, note=note))
        await uow.commit()


async def picture(agent: Agent, name: str) -> None:
    if PICTURES:
        await agent.page.screenshot(path=f"{PICTURES}/{name}.png", full_page=True)


async def test_a_clerk_finds_takes_and_finishes_what_the_warehouse_has_to_do(
    world: World, browser: Browser, address: str
) -> None:
    ana = await an_agent(browser, address)
    page = ana.page
    badge = page.locator("[data-tasks-count]")
    await expect(badge).to_have_attribute("aria-label", "1 overdue task")
    await page.get_by_role("link", name="Tasks").click()
    await expect(page.get_by_role("rowheader")).to_have_count(4)
    await picture(ana, "tasks")
    await page.get_by_role("navigation", name="Department").get_by_role("link", name="Warehouse").click()
    await expect(page.get_by_role("rowheader")).to_have_count(2)
    row = page.get_by_role("row", name="Inspect return")
    await row.get_by_role("button", name="Take…").click()
    await page.get_by_role("dialog").get_by_role("button", name="Take").click()
    await expect(row).to_contain_text("Ana Lima")
    await expect(page.locator("[data-announce]")).to_have_text("Done.")
    # What cannot be done any more leaves the keyboard in the list.
    await expect(page.get_by_role("heading", name="Tasks")).to_be_focused()
    await row.get_by_role("button", name="Finish…").click()
    await page.get_by_role("dialog").get_by_label("Result").fill("The sole is torn")
    await picture(ana, "tasks-finish")
    await page.get_by_role("dialog").get_by_role("button", name="Finish").click()
    await expect(page.get_by_role("rowheader")).to_have_count(1)
    await expect(badge).to_have_attribute("aria-label", "2 open tasks")
    async with world.uow() as uow:
        task = await uow.tasks.by_key("C1000001:inspect_return")
    assert task is not None
    assert (task.state, task.owner, task.result) == (TaskState.DONE, "ana", "The sole is torn")
    assert ana.problems == []
    await page.context.close()


async def test_a_supervisor_gives_away_what_somebody_else_has_just_taken_only_after_seeing_it(
    world: World, browser: Browser, address: str
) -> None:
    root, ana = await an_agent(browser, address, "root"), await an_agent(browser, address)
    for agent in (root, ana):
        await agent.page.goto(f"{address}/desk/tasks?whose=nobody")
    row, dialog = root.page.get_by_role("row", name="Inspect return"), root.page.get_by_role("dialog")
    await row.get_by_role("button", name="Pass on…").click()
    await ana.page.get_by_role("row", name="Inspect return").get_by_role("button", name="Take…").click()
    await ana.page.get_by_role("dialog").get_by_role("button", name="Take").click()
    await expect(ana.page.get_by_role("row", name="Inspect return")).to_have_count(0)
    await dialog.get_by_label("To whom").select_option("ben")
    await dialog.get_by_role("button", name="Pass on").click()
    await expect(dialog.get_by_role("alert")).to_be_visible()
    # Behind the dialog is how it stands now: somebody has it.
    await expect(row).to_have_count(0)
    await root.page.keyboard.press("Escape")
    await root.page.get_by_role("link", name="Everybody's").click()
    await row.get_by_role("button", name="Pass on…").click()
    await dialog.get_by_label("To whom").select_option("ben")
    await dialog.get_by_role("button", name="Pass on").click()
    await expect(row).to_contain_text("Ben Okafor")
    await row.get_by_role("button", name="Put back…").click()
    await dialog.get_by_role("button", name="Put back").click()
    await expect(row).not_to_contain_text("Ben Okafor")
    for agent in (root, ana):
        # The browser says so of the answer 409.
        assert all("409" in problem for problem in agent.problems)
        await agent.page.context.close()


@pytest.mark.parametrize(("width", "scheme", "direction"), [(1280, "light", "ltr"), (390, "dark", "rtl")])
async def test_the_list_keeps_nobody_out_and_fits_any_screen(
    browser: Browser, address: str, width: int, scheme: str, direction: str
) -> None:
    root = await an_agent(
        browser, address, "root", viewport={"width": width, "height": 800}, color_scheme=scheme, bypass_csp=True,
        timezone_id="Asia/Tokyo",
    )  # fmt: skip
    await root.page.goto(f"{address}/desk/tasks")
    await root.page.evaluate("direction => { document.documentElement.dir = direction }", direction)
    assert await grave_problems(root.page) == []
    width_of_all = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert await root.page.evaluate(width_of_all) == 0
    # Times are the reader's own.
    assert "UTC" not in await root.page.locator("tbody").inner_text()
    await picture(root, f"tasks-{scheme}-{width}")
    await root.page.context.close()
