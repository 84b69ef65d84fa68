"""Going back in a long conversation, in a real Chromium: what is read stays in its place, by mouse and by keyboard."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, expect

from bot.conversations.model import Author, Message
from bot.desk import workspace
from bot.services import accounts
from tests.browser.test_desk import Agent, an_agent
from tests.channels.platform_server import until
from tests.integration.desk.world import CHEAP_HASHER, Template, World, a_world

pytestmark = pytest.mark.asyncio(loop_scope="module")
COUNT = 90
FROM_END = "list => list.scrollHeight - list.scrollTop - list.clientHeight"


@pytest_asyncio.fixture(loop_scope="module")
async def world(template: Template, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    monkeypatch.setattr(accounts, "_hasher", CHEAP_HASHER)
    monkeypatch.setattr(workspace, "MOST_SHOWN", 40)
    monkeypatch.setattr(workspace, "EARLIER_AT_ONCE", 30)
    async with a_world(template, tmp_path) as world:
        async with world.uow() as uow:
            for n in range(COUNT):
                await uow.messages.add(
                    Message("c-bot", Author.CUSTOMER, f"mensaje {n}.", world.now - timedelta(hours=COUNT - n))
                )
            await uow.commit()
        yield world


@pytest_asyncio.fixture(loop_scope="module")
async def ana(browser: Browser, world: World) -> AsyncIterator[Agent]:
    async with TestServer(world.app) as server:
        agent = await an_agent(browser, str(server.make_url("")).rstrip("/"))
        yield agent
        await agent.page.context.close()
    assert agent.problems == []


async def top_of(agent: Agent, words: str) -> float:
    box = await agent.page.get_by_text(words, exact=True).bounding_box()
    assert box is not None
    return box["y"]


async def test_what_is_read_stays_in_its_place_until_the_beginning_is_reached(ana: Agent) -> None:
    await ana.open("c-bot")
    button = ana.page.get_by_role("button", name="Show earlier messages")
    messages = ana.page.locator("[data-message]")
    await expect(messages).to_have_count(40)

    async def is_scrolled() -> bool:
        # While the page is still laid out it may go back to its end once: it has made up its mind two frames later.
        await button.scroll_into_view_if_needed()
        await ana.page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        return await ana.page.locator(".transcript").evaluate(FROM_END) > 200

    await until(is_scrolled)
    await expect(button).to_be_in_viewport()
    place = await top_of(ana, "mensaje 50.")
    await button.click()
    await expect(messages).to_have_count(70)
    assert abs(await top_of(ana, "mensaje 50.") - place) < 3
    assert await ana.page.evaluate("document.activeElement.textContent.includes('mensaje 49.')")
    await button.focus()
    await ana.page.keyboard.press("Enter")
    await expect(messages).to_have_count(COUNT + 2)
    await expect(button).to_have_count(0)
    announced = ana.page.locator("[data-announce]")
    await expect(announced).to_have_text("22 earlier messages are shown. This is the beginning of the conversation.")
    said = await messages.locator("[data-said]").all_text_contents()
    assert [text.strip() for text in said][2:] == [f"mensaje {n}." for n in range(COUNT)]
    # Days stand between all of them, each once; the two messages before are of today.
    _today, *days = await ana.page.locator(".day").all_text_contents()
    assert len(days) == len(set(days)) >= 4


async def test_earlier_messages_are_translated_side_by_side_while_new_ones_come(world: World, ana: Agent) -> None:
    world.translator.is_on = True
    await ana.open("c-bot")
    messages = ana.page.locator("[data-message]")
    await expect(ana.page.get_by_text("en: .98 ejasnem", exact=True)).to_be_visible()
    log = ana.page.locator(".transcript")
    await log.focus()
    await ana.page.keyboard.press("Home")
    await ana.page.keyboard.press("Tab")
    await ana.page.keyboard.press("Enter")
    await expect(messages).to_have_count(70)
    await world.router.answer_to(await world.router.receive("c-bot", "web", "mensaje nuevo"), "c-bot")
    await expect(messages).to_have_count(72)
    await expect(ana.page.get_by_text("en: .94 ejasnem", exact=True)).to_be_visible()
    await expect(ana.page.get_by_text("en: .02 ejasnem", exact=True)).to_be_attached()
    # A translation that replaces the message that has the focus leaves it there.
    assert await ana.page.evaluate("document.activeElement.textContent.includes('mensaje 49.')")
    said = await messages.locator("[data-said]").all_text_contents()
    assert [text.strip() for text in said][:2] == ["mensaje 20.", "mensaje 21."]
    assert "mensaje nuevo" in [text.strip() for text in said][-2]
    assert await log.evaluate(FROM_END) > 200
    await expect(ana.page.locator("[role=log]")).not_to_have_attribute("aria-live", "off")


async def test_the_line_above_what_is_new_moves_up_with_the_messages(world: World, ana: Agent) -> None:
    async with world.uow() as uow:
        ids = [message.id or 0 for message in await uow.messages.of("c-bot")]
        await uow.read_states.advance("c-bot", "ana", ids[30], world.now)
        await uow.commit()
    await ana.open("c-bot")
    line = ana.page.locator(".unread-line")
    await expect(line).to_have_count(1)
    await ana.page.get_by_role("button", name="Show earlier messages").click()
    await expect(ana.page.locator("[data-message]")).to_have_count(70)
    await expect(line).to_have_count(1)
    following = await line.evaluate("line => line.nextElementSibling.dataset.message")
    assert int(following) == ids[31]
