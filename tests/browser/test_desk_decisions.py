"""Decisions about cases in a real Chromium: dialogs, an agent's offer, and an approval by a supervisor."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, expect

from bot.aftersales.task import Department
from bot.services import accounts
from tests.browser.test_desk import Agent, an_agent
from tests.integration.desk.world import CHEAP_HASHER, Template, World, a_world

pytestmark = pytest.mark.asyncio(loop_scope="module")

CASE = "C1000001"
PICTURES = os.environ.get("PARLEY_PICTURES")
"""Where to keep pictures of the pages, for people to look at."""


@pytest.fixture(autouse=True)
def quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accounts, "_hasher", CHEAP_HASHER)


@pytest_asyncio.fixture(loop_scope="module")
async def world(template: Template, tmp_path: Path) -> AsyncIterator[World]:
    async with a_world(template, tmp_path) as world:
        yield world


@pytest_asyncio.fixture(loop_scope="module")
async def address(world: World) -> AsyncIterator[str]:
    async with TestServer(world.app) as server:
        yield str(server.make_url("")).rstrip("/")


async def picture(agent: Agent, name: str) -> None:
    if PICTURES:
        await agent.page.screenshot(path=f"{PICTURES}/{name}.png")


async def test_an_offer_is_asked_in_a_dialog_that_shows_only_its_fields(
    world: World, browser: Browser, address: str
) -> None:
    ana = await an_agent(browser, address)
    await ana.open("c-anna")
    await picture(ana, "panel")
    await ana.button("Make an offer…").first.click()
    dialog = ana.page.get_by_role("dialog")
    await expect(dialog.get_by_label("What to offer")).to_be_focused()
    await expect(dialog.get_by_label("Months")).to_be_hidden()
    await dialog.get_by_label("What to offer").select_option("warranty_extension")
    await expect(dialog.get_by_label("Months")).to_be_visible()
    await dialog.get_by_label("What to offer").select_option("refund_partial")
    await dialog.get_by_label("Share of the price in %").fill("10")
    await dialog.get_by_label("Reason").fill("Waited three weeks")
    await picture(ana, "offer")
    await ana.page.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)
    await expect(ana.button("Make an offer…").first).to_be_focused()
    assert len((await _case(world)).offers) == 1
    await ana.button("Make an offer…").first.click()
    await dialog.get_by_label("Share of the price in %").fill("10")
    await dialog.get_by_label("Reason").fill("Waited three weeks")
    await dialog.get_by_role("button", name="Send the offer").click()
    await expect(ana.page.get_by_text("The customer has yet to answer an offer")).to_be_visible()
    assert (await _case(world)).offers[-1].note == "Waited three weeks"
    await picture(ana, "offered")
    assert ana.problems == []
    await ana.page.context.close()


async def test_of_two_open_dialogs_the_second_is_told_of_the_first(
    world: World, browser: Browser, address: str
) -> None:
    ana, ben = await an_agent(browser, address), await an_agent(browser, address, "ben")
    for agent in (ana, ben):
        await agent.open("c-anna")
        await agent.button("Refund…").first.click()
        dialog = agent.page.get_by_role("dialog")
        await dialog.get_by_label("Amount in EUR").fill("5")
        await dialog.get_by_label("Reason").fill("kindness")
    await ana.page.get_by_role("dialog").get_by_role("button", name="Refund").click()
    await expect(ana.page.get_by_role("dialog")).to_have_count(0)
    await ben.page.get_by_role("dialog").get_by_role("button", name="Refund").click()
    await expect(ben.page.get_by_role("dialog").get_by_role("alert")).to_contain_text("Ana Lima has just worked")
    await picture(ben, "conflict")
    async with world.uow() as uow:
        assert len(await uow.refunds.of_order("10482733")) == 1
    for agent in (ana, ben):
        await agent.page.context.close()


async def test_a_refund_above_the_limit_goes_through_a_supervisor(world: World, browser: Browser, address: str) -> None:
    async with world.uow() as uow:
        account = await uow.accounts.get("ana")
        assert account is not None
        account.refund_limit = Decimal(20)
        await uow.commit()
    ana, root = await an_agent(browser, address), await an_agent(browser, address, "root", color_scheme="dark")
    await ana.open("c-anna")
    await ana.button("Refund…").first.click()
    dialog = ana.page.get_by_role("dialog")
    await dialog.get_by_label("Amount in EUR").fill("25.50")
    await dialog.get_by_label("Reason").fill("Parcel came three weeks late")
    await dialog.get_by_role("button", name="Refund").click()
    await expect(ana.page.get_by_text("Waits for a supervisor's approval")).to_be_visible()
    await root.page.goto(f"{address}/desk/approvals")
    await expect(root.page.get_by_role("row", name="C1000001")).to_contain_text("€25.50")
    await picture(root, "approvals-dark")
    await root.button("Approve").click()
    await root.page.get_by_role("dialog").get_by_role("button", name="Approve").click()
    await expect(root.page.get_by_text("Nothing waits for an approval.")).to_be_visible()
    await expect(ana.page.get_by_text("Waits for a supervisor's approval")).to_be_hidden()
    async with world.uow() as uow:
        (refund,) = await uow.refunds.of_order("10482733")
    assert str(refund.amount.amount) == "25.50"
    for agent in (ana, root):
        assert agent.problems == []
        await agent.page.context.close()


async def test_the_liability_is_overruled_after_a_question_and_the_history_tells_of_it(
    world: World, browser: Browser, address: str
) -> None:
    ana = await an_agent(browser, address, viewport={"width": 1024, "height": 768}, color_scheme="dark")
    await ana.open("c-anna")
    await ana.button("Liability…").first.click()
    dialog = ana.page.get_by_role("dialog")
    await dialog.get_by_label("Who is liable").select_option("carrier")
    await dialog.get_by_label("Reason").fill("The box was crushed")
    await dialog.get_by_role("button", name="Cancel").click()
    async with world.uow() as uow:
        assert await uow.liability.of_case(CASE) == []
    await ana.button("Liability…").first.click()
    await dialog.get_by_label("Who is liable").select_option("carrier")
    await dialog.get_by_label("Reason").fill("The box was crushed")
    await dialog.get_by_role("button", name="Overrule").click()
    await expect(ana.page.locator("[data-context] dd", has_text="Carrier")).to_have_count(1)
    async with world.uow() as uow:
        (found,) = await uow.liability.of_case(CASE)
    assert (found.actor, found.reason) == ("agent:ana", "The box was crushed")
    await ana.page.get_by_text("History", exact=True).first.click()
    await expect(ana.page.locator(".history")).to_contain_text("Liability found")
    await ana.page.locator(".history").scroll_into_view_if_needed()
    await picture(ana, "history-dark-1024")
    await ana.page.locator(".route").scroll_into_view_if_needed()
    await picture(ana, "route-dark-1024")
    assert ana.problems == []
    await ana.page.context.close()


async def test_a_duplicate_is_merged_and_an_offer_goes_to_the_bot_with_the_conversation(
    world: World, browser: Browser, address: str
) -> None:
    root = await an_agent(browser, address, "root")
    await root.open("c-anna")
    await root.button("Merge…").first.click()
    dialog = root.page.get_by_role("dialog")
    await dialog.get_by_role("button", name="Merge").click()
    await expect(dialog).to_have_count(0)
    async with world.uow() as uow:
        duplicate = await uow.cases.get("C1000000")
    assert duplicate is not None and duplicate.merged_into == CASE
    await root.button("Take over").click()
    await root.button("Return to bot…").click()
    await dialog.get_by_label("Share in per cent").fill("10")
    await expect(dialog.get_by_label("For the case")).to_have_value(CASE)
    await picture(root, "return-with-offer")
    await dialog.get_by_role("button", name="Return to bot").click()
    await expect(dialog).to_have_count(0)
    offer = (await _case(world)).offers[-1]
    assert (offer.agent_id, offer.terms) == ("root", {"percent": "10"})
    assert root.problems == []
    await root.page.context.close()


async def test_a_department_is_asked_in_a_dialog_that_knows_whose_work_it_is(
    world: World, browser: Browser, address: str
) -> None:
    ana = await an_agent(browser, address, timezone_id="Asia/Tokyo")
    await ana.open("c-anna")
    await ana.button("New task…").first.click()
    dialog = ana.page.get_by_role("dialog")
    await expect(dialog.get_by_label("What there is to do")).to_be_focused()
    await expect(dialog.locator("[name=department]")).to_have_value("logistics")
    await dialog.get_by_label("What there is to do").select_option("other")
    await expect(dialog.locator("[name=department]")).to_have_value("supervisor")
    await dialog.locator("[name=department]").select_option("legal")
    due = (world.now + timedelta(days=3)).astimezone(ZoneInfo("Asia/Tokyo")).replace(second=0, microsecond=0)
    await dialog.locator("[name=due_at]").fill(f"{due:%Y-%m-%dT%H:%M}")
    await dialog.get_by_role("button", name="Open the task").click()
    await expect(dialog.get_by_role("alert")).to_contain_text("Write in the note")
    await dialog.get_by_label("Note").fill("Ask the lawyer")
    await picture(ana, "task")
    await dialog.get_by_role("button", name="Open the task").click()
    await expect(dialog).to_have_count(0)
    await expect(ana.page.locator(f"#tasks-{CASE}")).to_contain_text("Ask the lawyer")
    await picture(ana, "task-opened")
    async with world.uow() as uow:
        (task,) = await uow.tasks.of_case(CASE)
    assert (task.what, task.department, task.due_at) == ("other", Department.LEGAL, due)
    # The browser says so of the answer 400.
    assert all("400" in problem for problem in ana.problems)
    await ana.page.context.close()


async def _case(world: World):  # type: ignore[no-untyped-def]
    async with world.uow() as uow:
        case = await uow.cases.get(CASE)
    assert case is not None
    return case
