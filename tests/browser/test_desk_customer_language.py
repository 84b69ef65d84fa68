"""In a real Chromium: a customer goes on in another language while the agent's page is open."""

from __future__ import annotations

from pathlib import Path

import pytest
from aiohttp.test_utils import TestServer
from playwright.async_api import expect

from bot.conversations.customer_language import Heard
from bot.conversations.model import Conversation, InboundMessage
from bot.services import accounts
from tests.browser.chromium import a_browser
from tests.browser.test_desk import an_agent
from tests.integration.desk.world import CHEAP_HASHER, a_template, a_world


async def german(conversation: Conversation, inbound: InboundMessage) -> Heard | None:
    return Heard("de")


async def test_an_open_page_follows_a_customer_into_another_language(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(accounts, "_hasher", CHEAP_HASHER)
    template = await a_template(tmp_path)
    async with a_world(template, tmp_path) as world, TestServer(world.app) as server, a_browser() as browser:
        world.translator.is_on = True
        world.router.hears = german
        ben = await an_agent(browser, str(server.make_url("")).rstrip("/"), name="ben")
        await ben.open("c-held")
        translates = ben.page.locator("[data-translate]")
        await expect(translates.get_by_role("checkbox")).not_to_be_checked()
        await world.router.receive("c-held", "web", "ich schreibe lieber deutsch")
        await expect(ben.page.get_by_text("The customer writes German.")).to_be_visible()
        await expect(ben.page.get_by_text("en: hcstued rebeil ebierhcs hci")).to_be_visible()
        await expect(translates).to_have_text("Translate into German")
        await expect(translates.get_by_role("checkbox")).to_be_checked()
        # What was said before in English is left as it was.
        await expect(ben.message("I want to talk to a person").locator("[data-other]")).to_have_count(0)
        await ben.page.locator("[data-text]").fill("One moment")
        await ben.page.keyboard.press("Control+Enter")
        await expect(ben.page.locator("[data-translated]")).to_have_value("de: tnemom enO")
        assert ben.problems == []
