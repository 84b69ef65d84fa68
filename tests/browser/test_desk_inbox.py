"""The inbox in a real Chromium: keyboard, live rows, search, several conversations at once."""

from __future__ import annotations

import itertools

from playwright.async_api import expect

from bot.aftersales.escalation import EscalationReason
from bot.aftersales.labels import Priority
from bot.services import escalations
from tests.browser.test_desk import (  # noqa: F401 - fixtures
    Agent,
    address,
    ana,
    pytestmark,
    quick_passwords,
    world,
)
from tests.channels.platform_server import until
from tests.integration.desk.world import World


def items(agent: Agent) -> str:
    return "[data-queue] [data-id]"


async def ids(agent: Agent) -> list[str]:
    return await agent.page.eval_on_selector_all(items(agent), "all => all.map((one) => one.dataset.id)")


async def test_keys_move_through_the_inbox_and_open_conversations(ana: Agent) -> None:  # noqa: F811
    page = ana.page
    await page.goto(f"{ana.address}/desk")
    for key in "jjk":
        await page.keyboard.press(key)
    await expect(page.locator('[data-id="c-anna"]')).to_be_focused()
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/conversations/c-anna?**")
    note = page.get_by_label("Internal note", exact=True)

    async def is_noting() -> bool:
        # On a busy machine a key may come before the page listens.
        await page.keyboard.press("n")
        return await note.count() == 1

    await until(is_noting)
    await expect(note).to_be_focused()
    await page.keyboard.type("j is a letter here")
    await expect(page.get_by_label("Internal note", exact=True)).to_have_value("j is a letter here")
    await page.locator("[data-conversation] h1").click()
    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    await page.keyboard.press("Escape")
    await page.keyboard.press("/")
    await expect(page.get_by_role("searchbox")).to_be_focused()


async def test_the_search_shows_results_while_one_types(ana: Agent) -> None:  # noqa: F811
    page = ana.page
    await page.goto(f"{ana.address}/desk")
    await page.get_by_role("searchbox").fill("客服")
    await expect(page.locator(items(ana))).to_have_count(1)
    await expect(ana.row("c-li")).to_be_visible()
    await expect(page.get_by_role("searchbox")).to_be_focused()
    await page.get_by_role("searchbox").fill("schmidt")
    await expect(ana.row("Anna Schmidt")).to_contain_text("Customer of order 10482733")
    await page.reload()
    await expect(ana.row("Anna Schmidt")).to_be_visible()


async def test_only_the_row_that_changed_is_replaced(world: World, ana: Agent) -> None:  # noqa: F811
    page = ana.page
    await page.goto(f"{ana.address}/desk")
    await expect(page.locator(items(ana))).to_have_count(4)
    questions = itertools.count(1)

    async def same() -> bool:
        question = f"Hallo Nr. {next(questions)}!"
        await page.eval_on_selector_all("[data-item]", "all => all.forEach((item) => (item.wasHere = true))")
        await world.router.receive("c-anna", "web", question)
        await expect(ana.row("Anna Schmidt")).to_contain_text(question)
        left = "all => all.filter((item) => item.wasHere).map((item) => item.dataset.item)"
        return await page.eval_on_selector_all("[data-item]", left) == ["c-li", "c-evil", "c-held"]

    # A page that was opened just now looks once more for what happened while it was loading, and draws all rows anew.
    await until(same)
    async with world.uow() as uow:
        await escalations.hand_over(uow, "c-bot", EscalationReason.SAFETY, "es", world.now, priority=Priority.URGENT)
    world.router.feed.publish("c-bot", {"type": "state", "handled_by": "queued"})
    await expect(page.locator(items(ana))).to_have_count(5)
    assert (await ids(ana))[:3] == ["c-anna", "c-bot", "c-li"]


async def test_several_are_taken_and_closed_at_once(world: World, ana: Agent) -> None:  # noqa: F811
    page = ana.page
    await page.goto(f"{ana.address}/desk?view=unassigned")
    await page.locator('[data-item="c-li"] [data-pick]').check()
    await page.locator('[data-item="c-evil"] [data-pick]').check()
    await expect(page.get_by_text("2 selected")).to_be_visible()
    await ana.button("Take").click()
    await expect(page.locator(items(ana))).to_have_count(1)
    await ana.follow(page.get_by_role("link", name="Mine"))
    await expect(page.locator(items(ana))).to_have_count(2)
    await page.get_by_label("Select all shown").check()
    await page.locator("[data-bulk-act=close]").click()
    await page.locator("[data-confirm-yes]").click()
    await expect(page.get_by_text("You hold no conversation.")).to_be_visible()
    handoff = await world.handoff("c-li")
    assert handoff and handoff.state.value == "resolved"


async def test_a_conversation_is_tagged_snoozed_and_woken_by_its_customer(world: World, ana: Agent) -> None:  # noqa: F811
    page = ana.page
    await ana.open("c-li")
    await page.locator("#add-tag summary").click()
    await page.locator('[data-mark=tag][data-tag="vip"]').click()
    await expect(ana.row("c-li")).to_contain_text("VIP")
    await page.locator("[data-conversation] h1").click()
    await page.keyboard.press("s")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Snoozed until")).to_be_visible()
    await expect(ana.row("c-li")).to_have_count(0)
    await world.router.receive("c-li", "web", "在吗?")
    await expect(page.get_by_text("Snoozed until")).to_be_hidden()
