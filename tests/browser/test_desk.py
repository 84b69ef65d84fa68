"""The desk in a real Chromium over a real database: what an agent sees and does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, BrowserContext, Locator, Page, WebSocketRoute, expect

from bot.aftersales.escalation import EscalationReason
from bot.conversations.feed import EVERYTHING, Feed
from bot.services import accounts, escalations
from tests.channels.platform_server import until
from tests.integration.desk.world import CHEAP_HASHER, PASSWORD, Template, World, a_world

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass
class Agent:
    """Somebody at the desk, with everything the browser complained about."""

    page: Page
    address: str
    problems: list[str]

    async def open(self, conversation_id: str) -> None:
        await self.page.goto(f"{self.address}/desk/conversations/{conversation_id}")
        await expect(self.page.locator(".day").first).to_be_visible()

    async def follow(self, link: Locator) -> None:
        """Click what leads to another page, and wait until that page listens."""
        async with self.page.expect_navigation():
            await link.click()

    def message(self, text: str) -> Locator:
        return self.page.get_by_role("log").locator(".message", has_text=text)

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def row(self, name: str) -> Locator:
        return self.page.locator("[data-queue] .row", has_text=name)

    async def write(self, text: str) -> None:
        await self.page.get_by_role("textbox").fill(text)
        await self.page.keyboard.press("Control+Enter")


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


async def an_agent(browser: Browser, address: str, name: str = "ana", **options: Any) -> Agent:
    context: BrowserContext = await browser.new_context(**{"viewport": {"width": 1280, "height": 800}, **options})
    page = await context.new_page()
    agent = Agent(page, address, [])
    page.on("pageerror", lambda error: agent.problems.append(str(error)))
    page.on("console", lambda said: agent.problems.append(said.text) if said.type == "error" else None)
    await page.goto(f"{address}/desk")
    await page.get_by_label("Login name").fill(name)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"{address}/desk")
    return agent


def hearing(feed: Feed) -> int:
    """Return how many there are who hear of everything: each open page of the desk is one of them."""
    return len(feed._listeners[EVERYTHING])


async def close(agent: Agent, feed: Feed) -> None:
    """Close a browser, and wait until the server notices: until then it shows signs of life for it."""
    before = hearing(feed)
    await agent.page.context.close()
    await until(lambda: hearing(feed) < before)


@pytest_asyncio.fixture(loop_scope="module")
async def ana(browser: Browser, address: str) -> AsyncIterator[Agent]:
    agent = await an_agent(browser, address)
    yield agent
    await agent.page.context.close()
    assert agent.problems == []


async def test_an_agent_takes_over_and_talks_with_the_customer(world: World, ana: Agent) -> None:
    await ana.page.goto(f"{ana.address}/desk")
    await ana.follow(ana.row("Anna Schmidt"))
    await expect(ana.page.get_by_text("Take over the conversation to answer")).to_be_visible()
    await ana.button("Take over").click()
    await expect(ana.page.get_by_text("With you")).to_be_visible()
    await ana.write("Bitte ziehen Sie den Stecker.")
    await expect(ana.message("Bitte ziehen Sie den Stecker.")).to_have_count(1)
    await expect(ana.page.get_by_role("textbox")).to_have_value("")
    await world.router.receive("c-anna", "web", "Ist gezogen!")
    await expect(ana.message("Ist gezogen!")).to_have_count(1)
    await expect(ana.row("Anna Schmidt")).to_contain_text("Ist gezogen!")
    assert ("agent", "Bitte ziehen Sie den Stecker.") in await world.transcript("c-anna")


async def test_a_note_looks_different_and_needs_no_take_over(world: World, ana: Agent) -> None:
    await ana.open("c-held")
    await ana.button("Internal note").click()
    await ana.write("Check the bank transfer")
    await expect(ana.message("Check the bank transfer")).to_have_class("message note")
    await expect(ana.message("Check the bank transfer")).to_contain_text("Internal note · Ana Lima")


async def test_both_sides_see_that_the_other_types(world: World, ana: Agent) -> None:
    await ana.open("c-li")
    await ana.button("Take over").click()
    await expect(ana.page.get_by_text("With you")).to_be_visible()

    async def is_told() -> bool:
        # It is shown for some seconds only: who types on is told of again.
        world.router.feed.publish("c-li", {"type": "typing", "author": "customer"})
        return await ana.page.get_by_text("is typing").is_visible()

    await until(is_told)
    with world.router.feed.listen("c-li") as news:
        await ana.page.get_by_role("textbox").press_sequentially("你好")
        heard = await asyncio.wait_for(news.get(), 60)
    assert heard == {"type": "typing", "author": "agent", "conversation_id": "c-li"}


async def test_resolving_asks_first(world: World, ana: Agent) -> None:
    await ana.open("c-li")
    await ana.button("Take over").click()
    await ana.button("Resolve").click()
    await ana.button("Cancel").click()
    await expect(ana.page.get_by_text("With you")).to_be_visible()
    await ana.button("Resolve").click()
    await ana.page.get_by_role("dialog").get_by_role("button", name="Resolve").click()
    await expect(ana.message("This is settled now.")).to_have_count(1)
    await expect(ana.button("Take over")).to_be_visible()
    await expect(ana.row("c-li")).to_have_count(0)


async def test_a_late_agent_is_told_who_was_first(world: World, ana: Agent) -> None:
    # The socket is silent, so this page does not hear of it before the click.
    await ana.page.route_web_socket("**/desk/live*", lambda socket: None)
    await ana.open("c-li")
    await ana.page.wait_for_load_state("networkidle")
    await world.router.handling.take_over("c-li", "ben", "Ben Okafor")
    await ana.button("Take over").click()
    await expect(ana.page.get_by_role("alert")).to_have_text("Ben Okafor took this conversation over.")
    await expect(ana.page.get_by_text("With Ben Okafor")).to_be_visible()
    # Chromium itself reports the answer 409 on its console.
    ana.problems[:] = [problem for problem in ana.problems if "409" not in problem]


async def test_a_new_handoff_appears_by_itself(world: World, ana: Agent) -> None:
    await ana.page.goto(f"{ana.address}/desk?view=unassigned")
    await expect(ana.page.locator("[data-queue] .row")).to_have_count(3)
    await expect(ana.page).to_have_title("(3) Parley desk")
    async with world.uow() as uow:
        await escalations.hand_over(uow, "c-bot", EscalationReason.NOT_UNDERSTOOD, "es", world.now)
    world.router.feed.publish("c-bot", {"type": "state", "handled_by": "queued"})
    await expect(ana.row("Visitor -bot")).to_be_visible()
    await expect(ana.page).to_have_title("(4) Parley desk")


async def test_what_the_customer_clicked_is_marked(ana: Agent) -> None:
    await ana.open("c-anna")
    await expect(ana.page.locator(".chip")).to_have_count(2)
    await expect(ana.page.locator(".chip.chosen")).to_have_text("Glass kettle 1.7 l")


async def test_hostile_text_stays_text(world: World, ana: Agent) -> None:
    await ana.open("c-evil")
    await world.router.receive("c-evil", "web", "<svg onload='window.hacked=1'></svg>")
    await expect(ana.message("<svg onload=")).to_have_count(1)
    await expect(ana.page.locator("blockquote")).to_contain_text("<script>window.hacked=1</script>")
    assert await ana.page.evaluate("window.hacked") is None
    smuggled = "main img, main svg:not(.tool svg), main script, aside img, aside script"
    assert await ana.page.locator(smuggled).count() == 0


async def test_unsent_text_survives_a_change_of_page(ana: Agent) -> None:
    await ana.open("c-li")
    await ana.button("Take over").click()
    await ana.page.get_by_role("textbox").fill("half a sent")
    await ana.open("c-anna")
    await ana.open("c-li")
    await expect(ana.page.get_by_role("textbox")).to_have_value("half a sent")


async def test_a_lost_connection_is_shown_and_made_up_for(world: World, ana: Agent) -> None:
    sockets: list[WebSocketRoute] = []
    is_there = asyncio.Event()
    is_there.set()

    async def keep(socket: WebSocketRoute) -> None:
        await is_there.wait()
        socket.connect_to_server()
        sockets.append(socket)

    await ana.page.route_web_socket("**/desk/live*", keep)
    await ana.open("c-li")
    await until(lambda: sockets)
    is_there.clear()
    await sockets[0].close(code=1012)
    await expect(ana.page.get_by_text("Connection lost")).to_be_visible()
    await world.router.receive("c-li", "web", "还在吗?")
    is_there.set()
    await expect(ana.message("还在吗?")).to_have_count(1)
    await expect(ana.page.get_by_text("Connection lost")).to_be_hidden()


async def test_a_whole_handoff_works_by_keyboard(world: World, ana: Agent) -> None:
    await ana.open("c-li")
    await ana.button("Take over").focus()
    await ana.page.keyboard.press("Enter")
    await expect(ana.page.get_by_role("textbox")).to_be_focused()
    await ana.page.keyboard.type("您好")
    await ana.page.keyboard.press("Control+Enter")
    await expect(ana.message("您好")).to_have_count(1)
    await ana.button("Resolve").focus()
    await ana.page.keyboard.press("Enter")
    await expect(ana.page.get_by_role("dialog")).to_be_visible()
    await ana.page.keyboard.press("Escape")
    await expect(ana.page.get_by_role("dialog")).to_be_hidden()


async def test_the_desk_can_be_read_on_a_phone(browser: Browser, address: str) -> None:
    phone = await an_agent(browser, address, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    async with phone.page.expect_navigation():
        await phone.row("Anna Schmidt").tap()
    await expect(phone.message("Beeilen Sie sich")).to_be_in_viewport()
    await expect(phone.row("Anna Schmidt")).to_be_hidden()
    await phone.button("Details").tap()
    await expect(phone.page.get_by_text("anna.schmidt@example.org")).to_be_visible()
    width = await phone.page.evaluate("document.documentElement.scrollWidth")
    assert width <= 390
    await phone.page.get_by_label("Back to the queue").tap()
    await expect(phone.row("Anna Schmidt")).to_be_visible()
    await phone.page.context.close()
