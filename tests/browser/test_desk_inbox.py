"""The inbox in a real Chromium: keyboard, live rows, search, several conversations at once."""

from __future__ import annotations

import itertools
import re
from datetime import timedelta

from playwright.async_api import Browser, Locator, expect

from bot.aftersales.escalation import Escalation, EscalationReason
from bot.aftersales.labels import Priority
from bot.conversations.model import Conversation
from bot.desk.bulk import MOST_AT_ONCE
from bot.services import escalations
from bot.services.inbox import MOST_TAGS
from tests.browser.test_desk import (  # noqa: F401 - fixtures
    Agent,
    address,
    an_agent,
    ana,
    pytestmark,
    quick_passwords,
    world,
)
from tests.channels.platform_server import until
from tests.integration.desk.world import World

ITEMS = "all => all.map((one) => one.dataset.item)"


def items(agent: Agent) -> str:
    return "[data-queue] [data-id]"


async def ids(agent: Agent) -> list[str]:
    return await agent.page.eval_on_selector_all(items(agent), "all => all.map((one) => one.dataset.id)")


def item(agent: Agent, conversation_id: str) -> Locator:
    return agent.page.locator(f'[data-item="{conversation_id}"]')


async def open_settled(agent: Agent, path: str) -> None:
    """Open a page and wait until it has looked for what happened while it was loading: that draws all rows anew."""
    async with agent.page.expect_request_finished(lambda request: "/desk/queue?" in request.url):
        await agent.page.goto(f"{agent.address}{path}")
    await agent.page.evaluate("window.wasHere = true")


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


async def test_keys_select_filter_and_go_to_views(ana: Agent) -> None:  # noqa: F811
    page = ana.page
    await open_settled(ana, "/desk")
    selected, one = page.locator("[data-bulk]"), page.get_by_text("1 selected")
    # A number alone leads nowhere.
    for key in "2jxjx":
        await page.keyboard.press(key)
    await expect(page.get_by_text("2 selected")).to_be_visible()
    await expect(item(ana, "c-li").locator("[data-pick]")).to_be_checked()
    await page.keyboard.press("x")
    await expect(one).to_be_visible()
    await expect(item(ana, "c-anna").locator("[data-pick]")).to_be_checked()
    await page.keyboard.press("f")
    language = page.locator("#inbox-filters [name=language]")
    await expect(language).to_be_focused()
    # The first one leaves the field, the second one clears the selection.
    await page.keyboard.press("Escape")
    await expect(language).not_to_be_focused()
    await expect(one).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(selected).to_be_hidden()
    await expect(page.locator("[data-pick]:checked")).to_have_count(0)
    assert await page.evaluate("window.wasHere")

    async def is_there() -> bool:
        # On a busy machine the two keys may come too far apart.
        await page.keyboard.press("g")
        await page.keyboard.press("8")
        return "view=bot" in page.url

    await until(is_there)
    await expect(page.locator("[data-view=bot]")).to_have_attribute("aria-current", "true")


async def test_keys_take_tag_answer_and_resolve_the_open_conversation(world: World, ana: Agent) -> None:  # noqa: F811
    page = ana.page
    await open_settled(ana, "/desk/conversations/c-li")
    text, head = page.locator("[data-text]"), page.locator("[data-conversation] h1")
    await page.keyboard.press("t")
    await expect(page.get_by_text("With you")).to_be_visible()
    await expect(text).to_be_focused()
    await head.click()
    await page.keyboard.press("n")
    await expect(page.get_by_label("Internal note", exact=True)).to_be_focused()
    await head.click()
    await page.keyboard.press("r")
    await expect(page.get_by_label("Reply to the customer", exact=True)).to_be_focused()
    await head.click()
    await page.keyboard.press("l")
    await expect(page.locator("#add-tag button").first).to_be_focused()
    name = await page.locator("#add-tag button").first.inner_text()
    await page.keyboard.press("Enter")
    await expect(item(ana, "c-li").locator(".tag")).to_have_text(name)
    await head.click()
    await page.keyboard.press("e")
    await page.get_by_role("dialog").get_by_role("button", name="Resolve").click()
    await expect(item(ana, "c-li")).to_have_count(0)
    handoff = await world.handoff("c-li")
    assert handoff and handoff.state.value == "resolved"


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


async def test_a_row_follows_a_colleagues_decision(
    ana: Agent,  # noqa: F811
    browser: Browser,
    address: str,  # noqa: F811
) -> None:
    ben = await an_agent(browser, address, "ben")
    await ben.open("c-evil")
    await open_settled(ana, "/desk")
    assert await ids(ana) == ["c-anna", "c-li", "c-evil", "c-held"]
    await expect(item(ana, "c-evil").locator(".badge.urgent")).to_have_count(0)
    await ben.button("Priority…").click()
    dialog = ben.page.get_by_role("dialog")
    await dialog.get_by_label("Priority").select_option("urgent")
    await dialog.get_by_role("button", name="Change").click()
    await expect(item(ana, "c-evil").locator(".badge.urgent")).to_be_visible()
    assert await ids(ana) == ["c-anna", "c-evil", "c-li", "c-held"]
    assert await ana.page.evaluate("window.wasHere"), "nobody loaded the page anew"
    await ben.page.context.close()
    assert ben.problems == []


async def test_a_row_shows_no_longer_what_a_colleague_edited_or_retracted(world: World, ana: Agent) -> None:  # noqa: F811
    await open_settled(ana, "/desk")
    row, words = item(ana, "c-held"), world.router.words
    message = await words.say("c-held", "ben", "Your PIN is 1234")
    await expect(row).to_contain_text("Your PIN is 1234")
    assert message.id is not None
    await words.edit(message.id, "ben", "Your PIN is 5678")
    await expect(row).to_contain_text("Your PIN is 5678")
    await words.retract(message.id, "ben")
    await expect(row).to_contain_text("Agent: Message retracted")
    assert await ana.page.evaluate("window.wasHere"), "nobody loaded the page anew"


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


async def test_more_are_done_at_once_than_one_request_takes(world: World, ana: Agent) -> None:  # noqa: F811
    page = ana.page
    await _wait_in_line(world, MOST_AT_ONCE)
    await open_settled(ana, "/desk")

    async def are_all_there() -> bool:
        await page.locator("[data-rows]").evaluate("list => { list.scrollTop = list.scrollHeight }")
        return len(await ids(ana)) == MOST_AT_ONCE + 4

    await until(are_all_there)
    shown = await ids(ana)
    # One of the first request has no room for another tag, and none of the second.
    full = {shown[1], *shown[MOST_AT_ONCE:]}
    async with world.uow() as uow:
        for conversation_id in full:
            for number in range(MOST_TAGS):
                await uow.tags.add(conversation_id, f"t{number}", "ben", world.now)
        await uow.commit()
    await page.get_by_label("Select all shown").check()
    await expect(page.get_by_text(f"{len(shown)} selected")).to_be_visible()
    await page.locator("[data-bulk-tag]").select_option("vip")
    await expect(page.get_by_text(f"{len(shown) - len(full)} conversations done")).to_have_count(1)
    await expect(item(ana, shown[MOST_AT_ONCE - 1])).to_contain_text("VIP")
    await expect(page.locator("[data-queue-problem]")).to_have_text(
        re.compile(f"{len(full)} were left out, the first because: .*{MOST_TAGS} tags at most")
    )
    await expect(page.get_by_text(f"{len(full)} selected")).to_be_visible()
    assert set(await page.eval_on_selector_all("[data-item]:has(:checked)", ITEMS)) == full
    async with world.uow() as uow:
        tagged = await uow.tags.of(shown)
    assert {id for id, tags in tagged.items() if "vip" in tags} == set(shown) - full
    # Chromium itself reports the answer 409 on its console.
    ana.problems[:] = [problem for problem in ana.problems if "409" not in problem]


async def _wait_in_line(world: World, count: int) -> None:  # noqa: F811
    """Let so many more customers wait for a person, each for a second less than the one before."""
    async with world.uow() as uow:
        for number in range(count):
            at = world.now - timedelta(seconds=count - number)
            uow.conversations.add(Conversation(f"many-{number}", "web", at, at, "en"))
            uow.escalations.add(
                Escalation(f"many-{number}", EscalationReason.ASKED_FOR_HUMAN, Priority.NORMAL, at, "en")
            )
        await uow.commit()
