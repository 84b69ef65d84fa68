"""The widget in languages that run from right to left."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Browser, Locator, expect

from tests.browser.widget_page import a_widget

pytestmark = pytest.mark.asyncio(loop_scope="module")

PHONE = {"viewport": {"width": 390, "height": 740}, "has_touch": True, "is_mobile": True}
DESKTOP = {"viewport": {"width": 1280, "height": 800}}
WORDS = {
    "ar": ("هل هذا صحيح؟ الطلب 10482733.", "نعم", "لا", "أريد التحدث مع موظف"),
    "he": ("זה נכון? הזמנה 10482733.", "כן", "לא", "אני רוצה לדבר עם נציג"),
}
_TOO_WIDE = """() => {
  const inside = [...document.querySelector("parley-chat").shadowRoot.querySelectorAll(".panel, .scroll, .log")];
  const all = [document.documentElement, ...inside];
  return all.filter((node) => node.scrollWidth > node.clientWidth).map((node) => node.className || node.tagName);
}"""


async def middle(what: Locator) -> float:
    """Return how far from the left edge the middle of something is."""
    box = await what.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2


@pytest.mark.parametrize("device", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize("language", WORDS)
async def test_everything_is_mirrored_from_right_to_left(
    browser: Browser, language: str, device: dict[str, Any]
) -> None:
    question, yes, no, own = WORDS[language]
    width = device["viewport"]["width"]
    async with a_widget(browser, **device) as widget:
        await widget.visit(f"?lang={language}")
        assert await middle(widget.launcher) < width / 2
        assert await widget.page.evaluate(_TOO_WIDE) == []
        await widget.open(f"?lang={language}")
        panel = widget.page.get_by_role("dialog")
        await expect(panel).to_have_css("direction", "rtl")
        await widget.write(own)
        await expect(widget.bubble(own)).to_be_visible()
        buttons = [{"title": yes, "payload": "/affirm"}, {"title": no, "payload": "/deny"}]
        await widget.desk.say(question, language=language, buttons=buttons)
        replies = widget.page.locator(".replies button:visible")
        await expect(replies).to_have_text([yes, no])
        first, second = [await reply.bounding_box() for reply in await replies.all()]
        assert first is not None and second is not None
        assert first["y"] == second["y"] and first["x"] > second["x"] + second["width"]
        # The customer's words stand at the end of the line, the bot's at its start.
        assert await middle(widget.bubble(own)) < await middle(panel) < await middle(widget.bubble(question))
        assert await middle(widget.page.locator("button.send")) < await middle(widget.input)
        assert await widget.page.evaluate(_TOO_WIDE) == []
