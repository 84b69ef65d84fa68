"""The widget for everybody: what axe finds, and the light that the customer's system asks for."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Browser, expect

from tests.browser.accessibility import grave_problems
from tests.browser.widget_page import a_widget

pytestmark = pytest.mark.asyncio(loop_scope="module")

PHONE = {"viewport": {"width": 390, "height": 740}, "has_touch": True, "is_mobile": True}
DESKTOP = {"viewport": {"width": 1280, "height": 800}}


@pytest.mark.parametrize("device", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_a_full_conversation_keeps_nobody_out(browser: Browser, scheme: str, device: dict[str, Any]) -> None:
    async with a_widget(browser, color_scheme=scheme, **device) as widget:
        await widget.visit()
        # axe must have something to look into: the launcher is inside of the component's shadow root.
        assert await grave_problems(widget.page, "parley-chat") == []
        await widget.open()
        await widget.write("the lamp arrived broken")
        await expect(widget.state("Sent")).to_be_visible()
        await widget.desk.say("An agent joined", author="system")
        await widget.desk.say(
            "Done.", custom={"case": {"number": "C-100"}, "return": {"rma": "R-200", "deadline": "2026-12-06"}}
        )
        buttons = [{"title": "Yes, please", "payload": "/affirm"}, {"title": "No", "payload": "/deny"}]
        await widget.desk.say("Is that right?", buttons=buttons)
        await expect(widget.page.get_by_role("button", name="Yes, please")).to_be_visible()
        await expect(widget.page.locator(".card .number")).to_have_text(["C-100", "R-200"])
        await expect(widget.page.locator("parley-chat")).to_have_attribute("data-theme", scheme)
        assert await grave_problems(widget.page, "parley-chat") == []
        await widget.page.get_by_role("button", name="More options").click()
        await expect(widget.page.get_by_role("menuitem", name="Talk to a person")).to_be_visible()
        assert await grave_problems(widget.page, "parley-chat") == []


async def test_the_widget_follows_the_system_from_light_to_dark(browser: Browser) -> None:
    async with a_widget(browser, color_scheme="light") as widget:
        await widget.open()
        panel = widget.page.get_by_role("dialog")
        light = await panel.evaluate("node => getComputedStyle(node).backgroundColor")
        await widget.page.emulate_media(color_scheme="dark")
        await expect(panel).not_to_have_css("background-color", light)
        await widget.page.emulate_media(color_scheme="light")
        await expect(panel).to_have_css("background-color", light)
