"""The chat widget in a real Chromium against a scripted server, and the pages that carry it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web
from playwright.async_api import Browser, ConsoleMessage, Error, Locator, Page, expect

from tests.browser.widget_fake_server import FakeDesk
from tests.channels.platform_server import until

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass
class Widget:
    """A page with the widget on it, and the fake behind it."""

    page: Page
    desk: FakeDesk
    address: str
    problems: list[str]

    @property
    def launcher(self) -> Locator:
        return self.page.locator("button.launcher")

    @property
    def input(self) -> Locator:
        return self.page.get_by_role("textbox")

    @property
    def banner(self) -> Locator:
        return self.page.locator(".banner")

    def bubble(self, text: str) -> Locator:
        return self.page.get_by_role("log").locator(".bubble", has_text=text)

    def state(self, text: str) -> Locator:
        return self.page.locator(".entry.customer .state", has_text=text)

    async def visit(self, query: str = "") -> None:
        await self.page.goto(f"{self.address}/{query}")
        await self.launcher.wait_for()

    async def open(self, query: str = "") -> None:
        await self.visit(query)
        await self.launcher.click()
        await self.page.wait_for_function("() => document.querySelector('parley-chat').shadowRoot.activeElement")

    async def write(self, text: str) -> None:
        await self.input.fill(text)
        await self.input.press("Enter")


@pytest_asyncio.fixture(loop_scope="module")
async def server() -> AsyncIterator[tuple[FakeDesk, str]]:
    desk = FakeDesk()
    runner = web.AppRunner(desk.app(), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    yield desk, f"http://{host}:{port}"
    await runner.cleanup()


async def _new_page(browser: Browser, **options: Any) -> Page:
    context = await browser.new_context(locale="en-GB", reduced_motion="reduce", **options)
    return await context.new_page()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desktop_page(browser: Browser) -> Page:
    return await _new_page(browser)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def phone_page(browser: Browser) -> Page:
    return await _new_page(browser, viewport={"width": 390, "height": 740}, has_touch=True, is_mobile=True)


@asynccontextmanager
async def _visitor(page: Page, server: tuple[FakeDesk, str]) -> AsyncIterator[Widget]:
    """Lend a page to one test; one that passed with script errors or policy violations fails after all.

    Every test has a server on a port of its own, hence an origin: pages can be shared, storage is not.
    """
    widget = Widget(page, *server, problems=[])

    def note_error(error: Error) -> None:
        widget.problems.append(str(error))

    def note_violation(entry: ConsoleMessage) -> None:
        if "Content Security Policy" in entry.text:
            widget.problems.append(entry.text)

    page.on("pageerror", note_error)
    page.on("console", note_violation)
    yield widget
    await page.goto("about:blank")
    page.remove_listener("pageerror", note_error)
    page.remove_listener("console", note_violation)
    assert widget.problems == []


@pytest_asyncio.fixture(loop_scope="module")
async def widget(desktop_page: Page, server: tuple[FakeDesk, str]) -> AsyncIterator[Widget]:
    async with _visitor(desktop_page, server) as widget:
        yield widget


@pytest_asyncio.fixture(loop_scope="module")
async def phone(phone_page: Page, server: tuple[FakeDesk, str]) -> AsyncIterator[Widget]:
    async with _visitor(phone_page, server) as widget:
        yield widget


@pytest_asyncio.fixture(loop_scope="module")
async def clocked(browser: Browser, server: tuple[FakeDesk, str]) -> AsyncIterator[Widget]:
    """A page whose time the test moves; a clock once installed cannot be taken out again."""
    page = await _new_page(browser)
    await page.clock.install()
    async with _visitor(page, server) as widget:
        yield widget
    await page.context.close()


async def test_visitor_who_never_opens_the_chat_causes_no_connection(widget: Widget) -> None:
    await widget.visit()
    await widget.page.wait_for_timeout(200)
    assert widget.desk.hellos == []
    assert await widget.page.evaluate("localStorage.length") == 0


async def test_message_is_sent_acknowledged_and_answered(widget: Widget) -> None:
    widget.desk.answers["where is it"] = [{"text": "Which order?"}]
    widget.desk.store("Good morning")
    await widget.open()
    # Only who is connected is told of typing.
    await expect(widget.bubble("Good morning")).to_be_visible()
    await widget.write("where is it")
    await expect(widget.bubble("Which order?")).to_be_visible()
    await expect(widget.state("Sent")).to_be_visible()
    [frame] = widget.desk.received
    assert frame["text"] == "where is it" and "title" not in frame
    assert {"type": "typing"} in widget.desk.frames
    assert widget.desk.hellos[0]["after"] is None
    assert widget.desk.hellos[0]["languages"][0] == "en"


async def test_session_and_history_survive_a_reload(widget: Widget) -> None:
    await widget.open()
    await widget.write("remember me")
    await expect(widget.state("Sent")).to_be_visible()
    await widget.open()
    await expect(widget.bubble("remember me")).to_have_count(1)
    assert len({hello["sender"] for hello in widget.desk.hellos}) == 1
    assert len(widget.desk.received) == 1


async def test_quick_reply_sends_payload_and_title_once_and_is_disabled(widget: Widget) -> None:
    items = [{"line": 1, "title": "Shoes", "variant": "42 / black", "quantity": 1}]
    widget.desk.store("Old question", buttons=[{"title": "Old", "payload": "/old"}])
    buttons = [
        {"title": "Shoes", "payload": '/choose_item{"item": "1"}'},
        {"title": "All", "payload": "/all"},
    ]
    widget.desk.store("Which one?", buttons=buttons, custom={"items": items})
    widget.desk.answers["/all"] = [{"text": "Both, then."}]
    await widget.open()
    replies = widget.page.get_by_role("group", name="Suggested answers").get_by_role("button")
    await expect(replies).to_have_text(["Shoes 42 / black · × 1", "All"])
    widget.desk.swallows_messages = True
    await replies.nth(1).click()
    await expect(replies.nth(0)).to_be_disabled()
    await expect(replies.nth(1)).to_be_disabled()
    widget.desk.swallows_messages = False
    await widget.desk.drop()
    await expect(widget.bubble("Both, then.")).to_be_visible()
    await expect(replies).to_have_count(0)
    await expect(widget.bubble("All")).to_have_count(1)
    assert {(frame["text"], frame["title"]) for frame in widget.desk.received} == {("/all", "All")}
    assert len({frame["message_id"] for frame in widget.desk.received}) == 1


async def test_message_written_while_offline_is_sent_exactly_once_after_reconnecting(widget: Widget) -> None:
    await widget.open()
    await widget.write("first")
    await expect(widget.state("Sent")).to_be_visible()
    widget.desk.refuses_connections = True
    await widget.desk.drop()
    await expect(widget.banner).to_be_visible()
    await widget.write("second")
    await expect(widget.state("Sending")).to_be_visible()
    widget.desk.refuses_connections = False
    await widget.page.evaluate("dispatchEvent(new Event('online'))")
    await expect(widget.state("Sent")).to_be_visible()
    await expect(widget.banner).to_be_hidden()
    assert widget.desk.texts == ["first", "second"]


async def test_message_whose_acknowledgement_was_lost_is_not_sent_again(widget: Widget) -> None:
    await widget.open()
    widget.desk.loses_acks = True
    await widget.write("only once")
    await expect(widget.state("Sending")).to_be_visible()
    await until(lambda: widget.desk.received)
    widget.desk.loses_acks = False
    await widget.desk.drop()
    await expect(widget.state("Sent")).to_be_visible()
    await expect(widget.bubble("only once")).to_have_count(1)
    assert len(widget.desk.received) == 1


async def test_unsent_message_survives_a_reload_under_the_same_id(widget: Widget) -> None:
    await widget.open()
    widget.desk.swallows_messages = True
    await widget.write("do not lose me")
    await expect(widget.state("Sending")).to_be_visible()
    await until(lambda: widget.desk.received)
    widget.desk.swallows_messages = False
    await widget.open()
    await expect(widget.state("Sent")).to_be_visible()
    assert len({frame["message_id"] for frame in widget.desk.received}) == 1
    assert len(widget.desk.received) == 2


async def test_answers_given_while_disconnected_are_fetched(widget: Widget) -> None:
    await widget.open()
    await widget.write("hello")
    await expect(widget.state("Sent")).to_be_visible()
    widget.desk.store("Written while you were away", author="agent")
    await widget.desk.drop()
    await expect(widget.bubble("Written while you were away")).to_have_count(1)
    await expect(widget.page.locator(".entry.agent .by")).to_contain_text("Support team")


async def test_refused_message_can_be_sent_again_by_hand(widget: Widget) -> None:
    await widget.open()
    widget.desk.refuses_with = "rate_limited"
    await widget.write("too fast")
    await expect(widget.state("Too many messages at once")).to_be_visible()
    widget.desk.refuses_with = None
    await widget.page.get_by_role("button", name="Try again").click()
    await expect(widget.state("Sent")).to_be_visible()
    assert len({frame["message_id"] for frame in widget.desk.received}) == 1


async def test_message_that_stays_unsent_for_long_can_be_hurried(clocked: Widget) -> None:
    await clocked.open()
    clocked.desk.refuses_connections = True
    await clocked.desk.drop()
    await clocked.write("anybody there")
    await clocked.page.clock.fast_forward(21_000)
    await expect(clocked.state("Not sent")).to_be_visible()
    clocked.desk.refuses_connections = False
    await clocked.page.get_by_role("button", name="Try again").click()
    await expect(clocked.state("Sent")).to_be_visible()
    assert len(clocked.desk.received) == 1


async def test_dead_connection_is_noticed_and_replaced(clocked: Widget) -> None:
    await clocked.open()
    await clocked.write("hello")
    await expect(clocked.state("Sent")).to_be_visible()
    clocked.desk.is_silent = True
    await clocked.page.clock.fast_forward(26_000)
    await clocked.page.clock.fast_forward(20_000)
    clocked.desk.is_silent = False
    await clocked.page.clock.fast_forward(1_000)
    await clocked.write("still there")
    await expect(clocked.state("Sent")).to_be_visible()
    assert {"type": "ping"} in clocked.desk.frames
    assert len(clocked.desk.hellos) == 2


async def test_unread_messages_are_counted_until_the_chat_is_opened(widget: Widget) -> None:
    await widget.open()
    await widget.write("hello")
    await expect(widget.state("Sent")).to_be_visible()
    await widget.input.press("Escape")
    await widget.desk.say("One")
    await widget.desk.say("Two", author="agent")
    await expect(widget.page.locator(".badge")).to_have_text("2")
    await expect(widget.launcher).to_have_accessible_name("Open chat. Unread messages: 2")
    await widget.visit()
    await expect(widget.page.locator(".badge")).to_have_text("2")
    await widget.launcher.click()
    await widget.page.get_by_role("button", name="Close chat").first.click()
    await expect(widget.page.locator(".badge")).to_be_hidden()


async def test_everything_works_with_the_keyboard_alone(widget: Widget) -> None:
    widget.desk.answers["hi"] = [{"text": "Sure?", "buttons": [{"title": "Yes", "payload": "/affirm"}]}]
    await widget.visit()
    keyboard = widget.page.keyboard
    await widget.launcher.focus()
    await keyboard.press("Enter")
    await expect(widget.input).to_be_focused()
    await keyboard.type("hi")
    await keyboard.press("Enter")
    yes = widget.page.get_by_role("button", name="Yes")
    await yes.wait_for()
    await keyboard.press("Shift+Tab")
    await expect(yes).to_be_focused()
    await keyboard.press("Enter")
    await expect(widget.bubble("Yes")).to_be_visible()
    await expect(widget.input).to_be_focused()
    await widget.page.get_by_role("button", name="More options").focus()
    await keyboard.press("Enter")
    await keyboard.press("ArrowDown")
    await keyboard.press("Enter")
    await expect(widget.bubble("Start over")).to_be_visible()
    await keyboard.press("Escape")
    await expect(widget.page.get_by_role("dialog")).to_be_hidden()
    await expect(widget.launcher).to_be_focused()
    await until(lambda: widget.desk.texts == ["hi", "/affirm", "/stop"])


async def test_enter_sends_but_not_with_shift_and_not_while_composing(widget: Widget) -> None:
    await widget.open()
    await widget.input.type("one")
    await widget.input.press("Shift+Enter")
    await widget.input.type("two")
    await widget.input.dispatch_event("keydown", {"key": "Enter", "isComposing": True, "bubbles": True})
    assert widget.desk.received == []
    await widget.input.press("Enter")
    await expect(widget.bubble("one")).to_have_text("one\ntwo")
    await expect(widget.state("Sent")).to_be_visible()
    assert widget.desk.texts == ["one\ntwo"]


async def test_text_over_the_limit_is_kept_but_not_sent(widget: Widget) -> None:
    await widget.open()
    await widget.input.fill("x" * 1999)
    await expect(widget.page.locator(".counter")).to_have_text("Characters left: 1")
    await widget.input.fill("x" * 2003)
    await expect(widget.page.locator(".counter")).to_have_text("Too long by: 3")
    await widget.input.press("Enter")
    await expect(widget.page.get_by_role("button", name="Send", exact=True)).to_be_disabled()
    assert widget.desk.received == []


async def test_markup_from_anyone_is_shown_as_text(widget: Widget) -> None:
    evil = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>'
    widget.desk.store(
        evil,
        buttons=[{"title": evil, "payload": "/x"}],
        image="javascript:window.hacked=1",
        custom={
            "case": {"number": evil},
            "return": {"rma": evil, "deadline": evil},
            "summary": {
                "order_number": evil,
                "rows": [{"label": evil, "value": evil}, None],
                "items": "no list",
            },
            "handoff": {"position": evil},
            "offer": {"amount": "1", "currency": evil},
        },
    )
    widget.desk.store("see javascript:alert(1) and (https://example.org/a_(b)).", author="agent")
    await widget.open()
    await expect(widget.bubble(evil)).to_be_visible()
    log = widget.page.get_by_role("log")
    await expect(log.locator("img, script, [onerror]")).to_have_count(0)
    link = log.get_by_role("link")
    await expect(link).to_have_count(1)
    await expect(link).to_have_attribute("href", "https://example.org/a_(b)")
    await expect(link).to_have_attribute("rel", re.compile("noopener"))
    assert await widget.page.evaluate("window.hacked") is None


async def test_facts_are_shown_as_cards(widget: Widget) -> None:
    widget.desk.store(
        "Done.",
        custom={"case": {"number": "C-100"}, "return": {"rma": "R-200", "deadline": "2026-12-06"}},
    )
    await widget.open()
    await expect(widget.page.locator(".card .number")).to_have_text(["C-100", "R-200"])
    await expect(widget.page.locator(".card-note")).to_have_text(re.compile("Send back by .*6.*2026"))

    async def is_copied() -> bool:
        # It says so for two seconds only.
        await widget.page.locator(".card button").first.click()
        return await widget.page.get_by_role("button", name="Copied").is_visible()

    await until(is_copied)


async def test_handover_to_a_person_is_visible(widget: Widget) -> None:
    await widget.open()
    await widget.page.get_by_role("button", name="More options").click()
    await widget.page.get_by_role("menuitem", name="Talk to a person").click()
    await expect(widget.state("Sent")).to_be_visible()
    assert widget.desk.received[0]["text"] == "/ask_human"
    await widget.desk.send({"type": "state", "handled_by": "human"})
    await expect(widget.page.locator(".status")).to_have_text("You are talking to our team")
    typing = widget.page.locator(".typing", has_text="A colleague is writing")

    async def is_told() -> bool:
        # It is shown for some seconds only: who types on is told of again.
        await widget.desk.send({"type": "typing", "author": "agent"})
        return await typing.is_visible()

    await until(is_told)
    await widget.desk.say("An agent joined", author="system")
    await expect(widget.page.locator(".notice")).to_have_text("An agent joined")
    await expect(widget.page.locator(".typing")).to_be_hidden()


async def test_words_follow_page_and_conversation_language(widget: Widget) -> None:
    await widget.open("?lang=de")
    dialog = widget.page.get_by_role("dialog")
    await expect(dialog).to_have_accessible_name("Kundenservice")
    await until(lambda: widget.desk.hellos)
    assert widget.desk.hellos[0]["languages"][0] == "de"
    await widget.write("hello")
    await expect(widget.bubble("hello")).to_be_visible()
    await widget.desk.say("Let us go on in English", language="en")
    await expect(dialog).to_have_accessible_name("Customer service")


async def test_widget_fills_a_phone_and_closes_again(phone: Widget) -> None:
    await phone.open()
    box = await phone.page.get_by_role("dialog").bounding_box()
    assert box == {"x": 0, "y": 0, "width": 390, "height": 740}
    await expect(phone.launcher).to_be_hidden()
    await expect(phone.page.get_by_role("dialog")).to_have_attribute("aria-modal", "true")
    await phone.input.fill("from a phone")
    await phone.page.get_by_role("button", name="Send", exact=True).tap()
    await expect(phone.state("Sent")).to_be_visible()
    await phone.page.get_by_role("button", name="Close chat").tap()
    await expect(phone.launcher).to_be_visible()
    assert await phone.page.evaluate("document.documentElement.scrollWidth") == 390


async def test_script_tag_sets_theme_accent_and_title(widget: Widget) -> None:
    async def embedding_page(route: Any) -> None:
        options = 'data-theme="dark" data-accent="#ffd400" data-title="Ask us"'
        script = f'<script src="/widget/parley.js" {options}></script>'
        body = f"<!doctype html><html lang=en><body>{script}</body></html>"
        await route.fulfill(content_type="text/html", body=body)

    await widget.page.route("**/embedded", embedding_page)
    await widget.open("embedded")
    await expect(widget.page.get_by_role("dialog")).to_have_accessible_name("Ask us")
    await expect(widget.page.locator("parley-chat")).to_have_attribute("data-theme", "dark")
    await expect(widget.launcher).to_have_css("background-color", "rgb(255, 212, 0)")
    # Dark signs on a bright accent.
    await expect(widget.launcher).to_have_css("color", "rgb(16, 20, 24)")


async def test_shop_page_is_in_the_language_asked_for(widget: Widget) -> None:
    await widget.visit("?lang=de&category=shoes")
    await expect(widget.page.get_by_role("heading", level=1)).to_have_text("Schuhe")
    await expect(widget.page.get_by_role("heading", level=3)).to_have_text(["Laufschuhe"])
    await expect(widget.page.locator(".price")).to_have_text(re.compile(r"89,90\s€"))
    await widget.visit("?lang=zh")
    await expect(widget.page.get_by_role("heading", level=3).first).to_have_text("跑鞋")
    await expect(widget.page.get_by_role("heading", name="Kettle <1.7 l>")).to_be_visible()
    await expect(widget.page.locator(".gone .tag")).to_have_text("Sold out")


async def test_what_an_agent_edits_or_retracts_changes_before_the_customers_eyes(widget: Widget) -> None:
    await widget.open()
    await widget.desk.say("Gutn Tag", author="agent")
    await expect(widget.bubble("Gutn Tag")).to_be_visible()
    edited = {**widget.desk.transcript[-1], "text": "Guten Tag", "custom": {"edited": "2026-11-22T12:00:00+00:00"}}
    await widget.desk.send({"type": "change", "message": edited})
    await expect(widget.bubble("Guten Tag")).to_be_visible()
    await expect(widget.bubble("Gutn Tag")).to_have_count(0)
    await expect(widget.page.locator(".entry.agent .by")).to_contain_text("edited")
    gone = {**edited, "text": "", "custom": {"retracted": "2026-11-22T12:00:10+00:00"}}
    await widget.desk.send({"type": "change", "message": gone})
    await expect(widget.bubble("This message was removed.")).to_be_visible()
    await expect(widget.bubble("Guten Tag")).to_have_count(0)


async def test_nobody_changes_the_customers_own_words(widget: Widget) -> None:
    await widget.open()
    await widget.input.fill("mine")
    await widget.page.keyboard.press("Enter")
    await expect(widget.state("Sent")).to_be_visible()
    own = next(message for message in widget.desk.transcript if message["author"] == "customer")
    await widget.desk.send({"type": "change", "message": {**own, "text": "not mine"}})
    await widget.desk.say("Hello", author="agent")
    await expect(widget.bubble("Hello")).to_be_visible()
    await expect(widget.bubble("not mine")).to_have_count(0)


async def test_a_file_of_an_agent_is_shown(widget: Widget) -> None:
    await widget.open()
    await widget.desk.say("", author="agent", custom={"attachment": {"id": "ab" * 16, "kind": "document"}})
    await expect(widget.page.locator(".entry.agent a.file")).to_have_attribute("href", re.compile(r"/files/(ab){16}$"))


async def test_only_what_the_customer_sees_is_told_as_read(widget: Widget) -> None:
    await widget.open()
    await widget.desk.say("One", author="agent")
    await expect(widget.bubble("One")).to_be_visible()
    await until(lambda: widget.desk.read_ids == ["1"])
    await widget.page.keyboard.press("Escape")
    await widget.desk.say("Two", author="agent")
    await expect(widget.page.locator(".badge")).to_have_text("1")
    assert widget.desk.read_ids == ["1"]
