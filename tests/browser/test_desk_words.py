"""Writing in a real Chromium: translation, canned responses, mentions, files, edits and who has read what."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiohttp.test_utils import TestServer
from PIL import Image
from playwright.async_api import Browser, FilePayload, Locator, expect

from bot.aftersales.labels import Priority
from bot.desk import transcript
from bot.services import accounts, canned
from bot.services.words_model import CUSTOMER
from tests.browser.test_desk import Agent, an_agent
from tests.channels.platform_server import until
from tests.integration.desk.world import CHEAP_HASHER, Template, World, a_world

pytestmark = pytest.mark.asyncio(loop_scope="module")

STORY = "Der Wasserkocher raucht beim Einschalten."


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


@pytest_asyncio.fixture(loop_scope="module")
async def ana(browser: Browser, address: str) -> AsyncIterator[Agent]:
    agent = await an_agent(browser, address)
    yield agent
    await agent.page.context.close()
    assert agent.problems == []


def text(agent: Agent) -> Locator:
    return agent.page.locator("[data-text]")


async def write(agent: Agent, words: str) -> None:
    await text(agent).fill(words)
    await agent.page.keyboard.press("Control+Enter")


async def take_over(agent: Agent, conversation_id: str) -> None:
    await agent.open(conversation_id)
    await agent.button("Take over").click()
    await expect(agent.page.get_by_text("With you")).to_be_visible()


async def test_messages_are_translated_and_switched_with_one_click(world: World, ana: Agent) -> None:
    world.translator.is_on = True
    await ana.open("c-anna")
    translated, said = ana.page.get_by_text("en: ?se tsi lekitrA"), ana.page.get_by_text("Bitte benutzen Sie das Gerät")
    await expect(translated).to_be_visible()
    await expect(said.first).to_be_visible()
    await expect(ana.page.get_by_text("Translated by Apertium").first).to_be_visible()
    await ana.button("Original").click()
    await expect(translated).to_be_hidden()
    await ana.button("Translation").click()
    await expect(translated).to_be_visible()
    await expect(said.first).to_be_hidden()
    await world.router.receive("c-anna", "web", "Beeilung")
    await expect(ana.page.get_by_text("en: gnulieeB")).to_be_visible()


async def test_a_story_has_its_translation_beside_it_and_follows_the_switch(world: World, ana: Agent) -> None:
    world.translator.is_on = True
    await ana.open("c-anna")
    panel = ana.page.locator("[data-context]")
    story, translated = panel.get_by_text(STORY), panel.get_by_text(f"en: {STORY[::-1]}")
    # The handoff tells it, and so does the case.
    await expect(translated).to_have_count(2)
    await expect(panel.get_by_text("Translated by Apertium")).to_have_count(2)
    await expect(story.first).to_be_visible()
    await ana.button("Original").click()
    await expect(translated.first).to_be_hidden()
    await ana.button("Translation").click()
    await expect(translated.first).to_be_visible()
    await expect(story.first).to_be_hidden()
    await _change_case(world, priority=Priority.LOW)
    await expect(panel.locator("h2 .badge.low").first).to_be_visible()
    await expect(translated).to_have_count(2)


async def test_why_a_story_is_not_translated_is_said_until_it_is(world: World, ana: Agent) -> None:
    world.translator.is_on = True
    await _change_case(world, story="slow")
    await ana.open("c-anna")
    panel = ana.page.locator("[data-context]")
    await expect(panel.get_by_text("Translation unavailable")).to_have_count(2)
    await _change_case(world, story="rauchig")
    await expect(panel.get_by_text("rauchig")).to_have_count(2)
    await panel.get_by_role("button", name="Try again").first.click()
    await expect(panel.get_by_text("en: gihcuar")).to_have_count(2)
    await expect(panel.get_by_text("Translation unavailable")).to_have_count(0)


async def _change_case(world: World, **changes: Any) -> None:
    async with world.uow() as uow:
        case = await uow.cases.get("C1000001")
        assert case is not None
        for name, value in changes.items():
            setattr(case, name, value)
        await uow.commit()
    world.router.feed.publish("c-anna", {"type": "note"})


async def test_an_agent_sees_improves_and_sends_a_translation(world: World, ana: Agent) -> None:
    world.translator.is_on = True
    await take_over(ana, "c-anna")
    await write(ana, "One moment")
    preview = ana.page.get_by_label("The customer reads")
    await expect(preview).to_have_value("de: tnemom enO")
    assert ("agent", "One moment") not in await world.transcript("c-anna")
    await preview.fill("Einen Moment")
    await ana.page.keyboard.press("Control+Enter")
    await expect(ana.message("Einen Moment")).to_contain_text("One moment")
    async with world.uow() as uow:
        message = (await uow.messages.of("c-anna"))[-1]
    assert (message.text, message.custom["original"]["text"], message.custom["original"]["edited"]) == (
        "Einen Moment", "One moment", True,
    )  # fmt: skip
    await expect(text(ana)).to_have_value("")


async def test_an_answer_can_be_sent_as_written_when_no_engine_answers(world: World, ana: Agent) -> None:
    world.translator.is_on = True
    await take_over(ana, "c-anna")
    await write(ana, "slow down")
    await expect(ana.page.get_by_text("Translation unavailable").last).to_be_visible()
    await ana.button("Send as written").click()
    await expect(ana.message("slow down")).to_have_count(1)


async def test_a_canned_response_is_found_by_its_shortcut_and_not_translated_again(world: World, ana: Agent) -> None:
    world.translator.is_on = True
    async with world.uow() as uow:
        await canned.add(
            uow, "hello", "Greeting", {"en": "Dear {customer}", "de": "Guten Tag {customer}"}, "r", world.now
        )
        await canned.add(uow, "case", "Case", {"en": "Repair {case} of {order}"}, "r", world.now)
    await take_over(ana, "c-anna")
    await text(ana).press_sequentially("/he")
    await expect(ana.page.locator("[data-option]")).to_have_count(1)
    await ana.page.keyboard.press("Enter")
    await expect(text(ana)).to_have_value("Guten Tag Anna Schmidt")
    await ana.page.keyboard.press("Control+Enter")
    await expect(ana.message("Guten Tag Anna Schmidt")).to_have_count(1)
    # Nothing is known of an order here: what is left open must be filled in first.
    world.translator.is_on = False
    await take_over(ana, "c-li")
    await text(ana).press_sequentially("/cas")
    await ana.page.keyboard.press("Tab")
    await ana.page.keyboard.press("Control+Enter")
    await expect(ana.page.get_by_role("alert")).to_have_text("Fill in {case} first.")
    assert await world.transcript("c-li") != []


async def test_a_mentioned_colleague_gets_a_badge_and_finds_the_note(
    world: World, ana: Agent, browser: Browser, address: str
) -> None:
    ben = await an_agent(browser, address, "ben")
    await ana.open("c-held")
    await ana.button("Internal note").click()
    await text(ana).press_sequentially("@be")
    await expect(ana.page.locator("[data-option]")).to_have_count(1)
    await ana.page.keyboard.press("Enter")
    await ana.page.keyboard.type("look")
    await ana.page.keyboard.press("Control+Enter")
    await expect(ana.message("@ben look")).to_have_count(1)
    await expect(ben.page.get_by_label("1 new mention")).to_be_visible()
    await ben.page.get_by_role("link", name="Mentions").click()
    await ben.page.get_by_role("link", name="Visitor held").click()
    await expect(ben.message("@ben look")).to_be_visible()

    async def is_seen() -> bool:
        async with world.uow() as uow:
            return await uow.mentions.unseen_of("ben") == 0

    await until(is_seen)
    await ben.page.goto(f"{address}/desk")
    await expect(ben.page.get_by_role("navigation", name="Desk")).to_be_visible()
    await expect(ben.page.locator("[data-mentions]")).to_be_hidden()
    await ben.page.context.close()
    assert ben.problems == []


async def test_a_message_is_edited_and_retracted_before_the_eyes_of_a_colleague(
    world: World, ana: Agent, browser: Browser, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # However slow the machine is, the buttons to change a message stay until they are pressed.
    monkeypatch.setattr(transcript, "CHANGEABLE_FOR", timedelta(hours=1))
    await take_over(ana, "c-li")
    await write(ana, "Wrnog")
    ben = await an_agent(browser, address, "ben")
    await ben.open("c-li")
    await ana.message("Wrnog").get_by_role("button", name="Edit").click()
    await expect(text(ana)).to_have_value("Wrnog")
    await write(ana, "Right")
    await expect(ben.message("Right")).to_contain_text("Edited")
    await expect(ben.message("Wrnog")).to_have_count(0)
    await ana.message("Right").get_by_role("button", name="Retract").click()
    await ana.page.get_by_role("dialog").get_by_role("button", name="Retract").click()
    await expect(ben.message("This message was retracted.")).to_have_count(1)
    await expect(ben.message("Right")).to_have_count(0)
    await ben.page.context.close()


async def test_a_chosen_file_is_listed_removed_and_sent(world: World, ana: Agent) -> None:
    file = io.BytesIO()
    Image.new("RGB", (60, 40), "teal").save(file, "PNG")
    await take_over(ana, "c-li")
    chosen = ana.page.locator("[data-chosen]")
    photo: FilePayload = {"name": "slip.png", "mimeType": "image/png", "buffer": file.getvalue()}
    await chosen.set_input_files([photo])
    await ana.button("Remove slip.png").click()
    await expect(ana.button("Remove slip.png")).to_have_count(0)
    await chosen.set_input_files([photo])
    await write(ana, "Like this")
    await expect(ana.message("Like this")).to_have_count(1)
    await expect(ana.page.locator(".message.agent img")).to_have_count(1)
    await expect(ana.button("Remove slip.png")).to_have_count(0)


async def test_what_is_new_is_marked_and_what_the_customer_saw(world: World, ana: Agent) -> None:
    await ana.open("c-held")
    async with world.uow() as uow:
        seen = (await uow.messages.of("c-held"))[-1].id or 0

    async def is_read() -> bool:
        async with world.uow() as uow:
            states = await uow.read_states.of_conversation("c-held")
        return any((state.reader, state.message_id) == ("ana", seen) for state in states)

    await until(is_read)
    await ana.open("c-li")
    await world.router.receive("c-held", "web", "Anybody?")
    await ana.open("c-held")
    await expect(ana.page.locator(".unread-line")).to_have_text("New")
    await expect(ana.page.locator(".unread-line + .message")).to_contain_text("Anybody?")
    await world.router.words.say("c-held", "ben", "Yes")
    await ana.open("c-held")
    async with world.uow() as uow:
        newest = (await uow.messages.of("c-held"))[-1].id or 0
    assert newest > seen
    async with world.uow() as uow:
        await uow.outbox.mark_delivered([newest], world.now)
        await uow.commit()
    world.router.feed.publish("c-held", {"type": "delivered"})
    await expect(ana.page.locator(".message.agent + .read-line")).to_contain_text("Delivered to the customer")
    await world.router.words.read("c-held", CUSTOMER, newest)
    await expect(ana.page.get_by_text("Seen by the customer")).to_be_visible()
    await expect(ana.page.get_by_text("Delivered to the customer")).to_have_count(0)


async def test_a_suggested_reply_is_taken_over_with_one_click(world: World, ana: Agent) -> None:
    await take_over(ana, "c-anna")
    await ana.button("Ask for a photo").click()
    await expect(text(ana)).not_to_have_value("")
    await expect(text(ana)).to_be_focused()
