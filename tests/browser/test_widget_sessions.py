"""What one customer left in the widget is not another's who comes after them in the same tab."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.browser.test_widget import Widget
from tests.browser.widget_page import a_widget
from tests.channels.platform_server import until

pytestmark = pytest.mark.asyncio(loop_scope="module")

REFUSED = "Too many messages at once"


@pytest_asyncio.fixture(loop_scope="module")
async def widget(browser: Browser) -> AsyncIterator[Widget]:
    async with a_widget(browser) as widget:
        yield widget


async def connections(widget: Widget, count: int) -> None:
    """Wait until the widget has said hello so many times."""
    await until(lambda: [frame["type"] for frame in widget.desk.frames].count("hello") >= count)


async def test_words_left_unsent_before_a_logout_are_not_sent_as_somebody_elses(widget: Widget) -> None:
    await widget.open("as/anna")
    widget.desk.swallows_messages = True
    await widget.write("words of Anna")
    await expect(widget.state("Sending")).to_be_visible()
    await until(lambda: widget.desk.received)
    widget.desk.swallows_messages = False
    await widget.open("as/nobody")
    await widget.write("words of nobody")
    await expect(widget.state("Sent")).to_be_visible()
    await expect(widget.bubble("words of Anna")).to_have_count(0)
    await widget.open("as/berta")
    await connections(widget, 3)
    await expect(widget.bubble("words of nobody")).to_be_visible()
    assert widget.desk.texts == ["words of Anna", "words of nobody"]
    assert len({hello["sender"] for hello in widget.desk.hellos}) == 3
    # Who logs in again in this tab has them sent after all.
    await widget.open("as/anna")
    await expect(widget.state("Sent").first).to_be_visible()
    await expect(widget.bubble("words of Anna")).to_have_count(1)
    await until(lambda: len(widget.desk.received) == 3)
    first, _, last = widget.desk.received
    assert first["message_id"] == last["message_id"]


async def test_what_one_customer_has_read_is_still_unread_for_another(widget: Widget) -> None:
    await widget.open("as/nobody")
    await connections(widget, 1)
    await widget.open("as/anna")
    await connections(widget, 2)
    await widget.desk.say("for whoever reads it")
    await expect(widget.bubble("for whoever reads it")).to_be_visible()
    await widget.visit("as/nobody")
    await expect(widget.page.locator(".badge")).to_have_text("1")
    await widget.visit("as/anna")
    await connections(widget, 4)
    await expect(widget.page.locator(".badge")).to_be_hidden()


async def test_refused_message_is_not_sent_again_by_a_reload(widget: Widget) -> None:
    await widget.open("as/nobody")
    widget.desk.refuses_with = "rate_limited"
    await widget.write("too fast")
    await expect(widget.state(REFUSED)).to_be_visible()
    widget.desk.refuses_with = None
    await widget.open("as/nobody")
    await connections(widget, 2)
    await widget.write("slower")
    await expect(widget.state("Sent")).to_be_visible()
    await expect(widget.state(REFUSED)).to_be_visible()
    assert widget.desk.texts == ["too fast", "slower"]
    await widget.page.get_by_role("button", name="Try again").click()
    await expect(widget.state(REFUSED)).to_have_count(0)
    await until(lambda: widget.desk.texts == ["too fast", "slower", "too fast"])


async def test_refused_message_that_the_customer_had_sent_again_outlives_a_reload(widget: Widget) -> None:
    await widget.open("as/nobody")
    widget.desk.refuses_with = "rate_limited"
    await widget.write("once more")
    await expect(widget.state(REFUSED)).to_be_visible()
    widget.desk.refuses_with, widget.desk.swallows_messages = None, True
    await widget.page.get_by_role("button", name="Try again").click()
    await expect(widget.state("Sending")).to_be_visible()
    await until(lambda: len(widget.desk.received) == 2)
    widget.desk.swallows_messages = False
    await widget.open("as/nobody")
    await expect(widget.state("Sent")).to_be_visible()
    assert len({frame["message_id"] for frame in widget.desk.received}) == 1


async def test_session_that_is_somebody_elses_is_left_without_their_words(widget: Widget) -> None:
    await widget.open("as/nobody")
    widget.desk.swallows_messages = True
    await widget.write("left by the one before")
    await expect(widget.state("Sending")).to_be_visible()
    await until(lambda: widget.desk.received)
    widget.desk.swallows_messages, widget.desk.is_silent = False, True
    await widget.open("as/nobody")
    await widget.write("mine")
    await connections(widget, 2)
    widget.desk.is_silent = False
    await widget.desk.send({"type": "error", "code": "other_customer"})
    await expect(widget.state("Sent")).to_be_visible()
    await expect(widget.bubble("mine")).to_have_count(1)
    await expect(widget.bubble("left by the one before")).to_have_count(0)
    assert widget.desk.texts == ["left by the one before", "mine"]
    first, last = widget.desk.hellos
    assert first["sender"] != last["sender"]
    await widget.open("as/nobody")
    await connections(widget, 4)
    await expect(widget.bubble("mine")).to_have_count(1)
    assert len(widget.desk.received) == 2


async def test_all_languages_of_the_browser_are_told_after_the_pages(browser: Browser) -> None:
    async with a_widget(browser, locale="et-EE", extra_http_headers={"Accept-Language": "et-EE,de;q=0.9"}) as widget:
        script = "Object.defineProperty(navigator, 'languages', {get: () => ['et-EE', 'de', 'en', 'fr', 'it', 'ja']})"
        await widget.page.add_init_script(script)
        await widget.open("as/nobody")
        await connections(widget, 1)
        assert widget.desk.hellos[0]["languages"] == ["en", "et-EE", "de", "fr", "it"]
