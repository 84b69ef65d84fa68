"""Presence, clocks, and passing conversations on, in a real Chromium."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import AsyncIterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, expect

from bot import jobs
from bot.aftersales.escalation import EscalationState
from bot.aftersales.sla import ALWAYS_OPEN, Metric
from bot.conversations.routing_rounds import RoutingRounds
from bot.services import accounts, sla
from bot.services.account import Presence
from tests.browser.test_desk import Agent, an_agent, close, hearing
from tests.channels.platform_server import until
from tests.integration.desk.world import CHEAP_HASHER, Template, World, a_world

pytestmark = pytest.mark.asyncio(loop_scope="module")
PICTURES = os.environ.get("PARLEY_TEST_PICTURES")


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


async def a_clock(world: World, conversation_id: str, *, minutes_left: int) -> None:
    async with world.uow() as uow:
        handoff = await uow.escalations.open_of(conversation_id)
        assert handoff
        clock = ALWAYS_OPEN.clock(
            f"next:{conversation_id}", Metric.NEXT_RESPONSE, conversation_id, "en", handoff.priority, world.now
        )
        clock.due_at = world.now + timedelta(minutes=minutes_left)
        clock.warn_at = clock.due_at - timedelta(minutes=10)
        uow.service_clocks.add(clock)
        await uow.commit()


async def picture(agent: Agent, name: str) -> None:
    if PICTURES:
        for width, scheme in ((1280, "light"), (1024, "dark")):
            await agent.page.set_viewport_size({"width": width, "height": 900})
            await agent.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            await agent.page.screenshot(path=f"{PICTURES}/{name}-{width}-{scheme}.png")


async def test_opening_the_desk_makes_online_and_the_choice_is_kept(
    world: World, browser: Browser, address: str
) -> None:
    ana = await an_agent(browser, address)
    choice = ana.page.get_by_label("Your presence")
    await expect(choice).to_have_value("online")
    await choice.select_option("away")
    await expect(ana.page.locator("[data-presence]")).to_have_class("presence away")
    await ana.page.goto(f"{address}/desk/password")
    await expect(ana.page.get_by_label("Your presence")).to_have_value("away")
    async with world.uow() as uow:
        account = await uow.accounts.get("ana")
    assert account and account.presence is Presence.AWAY
    await ana.page.context.close()
    assert ana.problems == []


async def test_a_closed_browser_gives_its_conversation_to_a_colleague(
    world: World, browser: Browser, address: str
) -> None:
    async with world.uow() as uow:
        await uow.desk_settings.put("routing", {"mode": "push", "answer_within_seconds": 300}, 0)
        await uow.commit()
    ben, ana = await an_agent(browser, address, "ben"), await an_agent(browser, address)
    await expect(ben.page.get_by_label("Your presence")).to_have_value("online")
    await expect(ana.page.get_by_label("Your presence")).to_have_value("online")
    await until(lambda: hearing(world.router.feed) == 2)
    await close(ben, world.router.feed)
    rounds = RoutingRounds(world.uow, world.router.handling, lambda: world.now, ALWAYS_OPEN)
    world.now += timedelta(seconds=70)
    async with world.uow() as uow:
        account = await uow.accounts.get("ana")
        assert account
        await uow.accounts.note_presence(account, Presence.ONLINE, world.now)
        await uow.commit()
    await ana.open("c-held")
    await rounds.run(world.now)
    await expect(ana.page.get_by_text("With you")).to_be_visible()
    await expect(ana.message("Ana Lima joined the conversation.")).to_have_count(1)
    await ana.page.context.close()
    assert ana.problems == []


async def test_the_bot_gets_a_conversation_back_with_an_instruction(
    world: World, browser: Browser, address: str
) -> None:
    await a_clock(world, "c-held", minutes_left=5)
    ben = await an_agent(browser, address, "ben")
    await ben.open("c-held")
    await expect(ben.page.locator("[data-clock]")).to_contain_text("left")
    await expect(ben.page.locator("[data-clock]")).to_have_class("clock soon")
    await picture(ben, "card")
    await ben.button("Return to bot…").click()
    dialog = ben.page.get_by_role("dialog")
    await picture(ben, "return")
    await dialog.get_by_label("Ask for photos").check()
    await dialog.get_by_label("Note for colleagues").fill("Photos of the seam")
    # What happens meanwhile must not close the dialog.
    await world.router.receive("c-held", "web", "still there?")
    await expect(ben.message("still there?")).to_have_count(1)
    await dialog.get_by_role("button", name="Return to bot").click()
    await expect(dialog).to_have_count(0)
    await expect(ben.button("Take over")).to_be_visible()
    handoff = await world.handoff("c-held")
    assert handoff and handoff.state is EscalationState.RETURNED_TO_BOT
    assert handoff.instruction == {"kind": "ask_photo", "percent": None, "note": "Photos of the seam"}
    await expect(ben.page.get_by_text("Photos of the seam")).to_be_visible()
    await ben.page.context.close()
    assert ben.problems == []


async def test_a_clock_turns_red_and_sounds_only_for_who_wants_it(world: World, browser: Browser, address: str) -> None:
    await a_clock(world, "c-held", minutes_left=5)
    ben = await an_agent(browser, address, "ben")
    await ben.open("c-held")
    beeps = "document.documentElement.dataset.beeps"
    assert await ben.page.evaluate(beeps) is None
    await ben.page.get_by_label("Your account").click()
    await ben.page.get_by_label("Sound before a target is missed").check()
    # Waiting for a function would need "unsafe-eval".
    await expect(ben.page.locator("html")).to_have_attribute("data-beeps", re.compile("[2-9]"))
    await ben.page.evaluate("document.querySelector('[data-clock]').dataset.left = '-60'")
    await expect(ben.page.locator("[data-clock]")).to_have_class("clock late")
    await ben.page.context.close()
    assert ben.problems == []


async def wants_sound(agent: Agent) -> None:
    # Before the next page is there: the one that is could sound at once, and then no other would.
    await agent.page.add_init_script("localStorage.setItem('parley-desk-sla-sound', 'yes')")
    await agent.page.reload()


async def test_a_clock_of_a_conversation_that_is_not_on_the_screen_sounds_for_who_holds_it_once(
    world: World, browser: Browser, address: str
) -> None:
    # Rows count down to a moment of the browser's own clock.
    world.now = datetime.now(timezone.utc)
    await a_clock(world, "c-held", minutes_left=5)
    ana, ben = await an_agent(browser, address), await an_agent(browser, address, "ben")
    for agent in (ana, ben):
        await wants_sound(agent)
        # Whatever the browser made of the log-in: from here on the page may sound.
        await agent.page.get_by_label("Your account").click()
    html = ben.page.locator("html")
    await expect(html).to_have_attribute("data-beeps", "1")
    # The conversation itself, a page of its own, shows the same clock and does not sound again.
    world.now = datetime.now(timezone.utc)
    await ben.open("c-held")
    await ben.page.locator("h1").click()
    await expect(ben.page.locator("[data-clock]")).to_have_class("clock soon")
    await ben.page.wait_for_timeout(6000)
    for agent in (ana, ben):
        assert await agent.page.evaluate("document.documentElement.dataset.beeps") is None
        await agent.page.context.close()
        assert agent.problems == []


async def test_what_the_browser_kept_silent_sounds_as_soon_as_it_may(
    world: World, browser: Browser, address: str
) -> None:
    # Rows count down to a moment of the browser's own clock.
    world.now = datetime.now(timezone.utc)
    await a_clock(world, "c-held", minutes_left=5)
    ben = await an_agent(browser, address, "ben")
    await ben.page.add_init_script("""
      const real = Object.getOwnPropertyDescriptor(BaseAudioContext.prototype, "state").get;
      const state = { get() { return sessionStorage.getItem("silent") ? "suspended" : real.call(this); } };
      Object.defineProperty(BaseAudioContext.prototype, "state", state);
    """)
    await ben.page.evaluate("sessionStorage.setItem('silent', 'yes')")
    await wants_sound(ben)
    await ben.page.get_by_label("Your account").click()
    await ben.page.wait_for_timeout(6000)
    assert await ben.page.evaluate("document.documentElement.dataset.beeps") is None
    await ben.page.evaluate("sessionStorage.removeItem('silent')")
    await expect(ben.page.locator("html")).to_have_attribute("data-beeps", "1")
    await ben.page.context.close()
    assert ben.problems == []


async def test_what_becomes_late_appears_among_the_late_ones_by_itself(
    world: World, browser: Browser, address: str
) -> None:
    await a_clock(world, "c-held", minutes_left=5)
    ana = await an_agent(browser, address)
    await ana.page.goto(f"{address}/desk?view=breached")
    count = ana.page.locator('[data-count="breached"]')
    rows = ana.page.locator("[data-queue] [data-item]")
    await ana.page.wait_for_load_state("networkidle")
    before = await rows.count()
    assert await count.inner_text() == str(before)
    assert "c-held" not in await rows.evaluate_all("all => all.map((one) => one.dataset.item)")
    world.now += timedelta(minutes=6)
    await sla.check_due(world.uow, world.now, jobs.marks(world.router.feed))
    await expect(count).to_have_text(str(before + 1))
    await expect(ana.page.locator('[data-item="c-held"]')).to_contain_text("Overdue")
    await ana.page.context.close()
    assert ana.problems == []


async def test_a_supervisor_whispers_and_passes_on(world: World, browser: Browser, address: str) -> None:
    ben, rita = await an_agent(browser, address, "ben"), await an_agent(browser, address, "root")
    await asyncio.gather(ben.open("c-held"), rita.open("c-held"))
    await rita.button("Whisper…").click()
    await rita.page.get_by_role("dialog").get_by_role("textbox").fill("Offer the express return")
    await rita.page.get_by_role("dialog").get_by_role("button", name="Whisper", exact=True).click()
    await expect(ben.message("Offer the express return")).to_have_count(1)
    await rita.button("Pass on…").click()
    await picture(rita, "transfer")
    await rita.page.get_by_role("dialog").get_by_label("To whom").select_option("agent:ana")
    await rita.page.get_by_role("dialog").get_by_role("button", name="Pass on", exact=True).click()
    await expect(rita.page.get_by_text("With Ana Lima")).to_be_visible()
    await expect(ben.page.get_by_text("With Ana Lima")).to_be_visible()
    for agent in (ben, rita):
        await agent.page.context.close()
        assert agent.problems == []
