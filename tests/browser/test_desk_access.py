"""Every page of the desk for everybody: light and dark, small screens, right to left, in each language, by keyboard."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyotp
import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, Page, expect

from bot.aftersales.approval import Approval, ApprovalKind
from bot.aftersales.money import Money
from bot.aftersales.task import Department, Task
from bot.conversations.model import Author, Conversation, Message, OutboundMessage, OutboxState
from bot.conversations.translating import Translating
from bot.conversations.words import Original
from bot.desk.texts import DESK_LANGUAGES
from bot.services import accounts, invitations
from bot.services.desk_settings import SettingKey
from bot.services.statistics import refresh
from bot.services.words_model import CannedResponse
from tests.browser.accessibility import grave_problems
from tests.browser.test_desk import Agent, an_agent
from tests.integration.desk.world import CHEAP_HASHER, PASSWORD, Template, World, a_world

pytestmark = pytest.mark.asyncio(loop_scope="module")

ANNA, HELD = "c-anna", "c-held"
CONVERSATION = f"/desk/conversations/{ANNA}"
SCHEMES = ("light", "dark")
ARABIC = "مرحبا، وصلت الغلاية مكسورة (order 10482733)!"
REASON = "The parcel came late, and the customer wrote three times before anybody answered"
FILLED = {
    CONVERSATION: ("li.note", "b.mention", ".with-other .other", ".notice"),
    "/desk/conversations/c-evil": ("[data-open^=grant-]",),
    f"/desk/conversations/{HELD}": ("li.retracted", "li.note", ".with-other .other", ".meta"),
    "/desk/conversations/telegram~7f": (".undelivered",),
    "/desk/approvals": ("[data-open^=grant-]", "#decided-title"),
    "/desk/mentions": ("li.unseen",),
    "/desk/statistics": ("svg.chart .bar", ".tile", "table.parts"),
    "/desk/tasks": ("th[id^=task-]", ".badge.urgent", "[data-open^=give-]"),
    "/desk/undelivered": (".kinds li", "[action$=resend]"),
}
"""What the fixtures fill, and by what one sees that it is filled."""


@pytest.fixture(autouse=True)
def quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accounts, "_hasher", CHEAP_HASHER)


@pytest_asyncio.fixture(loop_scope="module")
async def world(template: Template, tmp_path: Path) -> AsyncIterator[World]:
    async with a_world(template, tmp_path) as world:
        await fill_pages(world)
        yield world


async def fill_pages(world: World) -> None:
    """Leave no page empty: words of every kind, approvals, what was not delivered, and figures."""
    await _fill_transcripts(world)
    await _fill_approvals(world)
    await _fill_undelivered(world)
    await _fill_tasks(world)
    await refresh(world.uow, world.now.date() + timedelta(days=1))


async def _fill_transcripts(world: World) -> None:
    """Let there be notes, mentions, translations, and what was edited and retracted."""
    world.translator.is_on = True
    words = world.router.words
    await words.note(ANNA, "ben", "@root please look at this: the box was crushed")
    async with world.uow() as uow:
        ids = [message.id for message in await uow.messages.of(ANNA) if message.id is not None]
    await Translating(world.uow, world.translator).messages(ANNA, ids, "en")
    written = Original("One moment, please", "en", "apertium", is_edited=True)
    await words.say(HELD, "ben", "Einen Moment bitte", original=written)
    for text, then in (("Gutn Tag", "edit"), ("Nothing of that", "retract"), ("Hello again", None)):
        message = await words.say(HELD, "ben", text)
        assert message.id is not None
        if then == "edit":
            await words.edit(message.id, "ben", "Guten Tag")
        elif then == "retract":
            await words.retract(message.id, "ben")
    await world.router.handling.whisper(HELD, "root", "Offer the express return")
    await words.note(HELD, "ben", "@root what do you think?")
    # Nobody opens this conversation here, so that this mention stays unseen.
    await words.note("c-li", "ana", "@root does anybody here speak Chinese?")
    world.translator.is_on = False


async def _fill_approvals(world: World) -> None:
    """Let one approval wait, and one be declined: of Anna's case, which can still be decided about."""
    waiting, declined = (
        Approval(number, ApprovalKind.REFUND, Money(Decimal("25.50"), currency), REASON, "ana", world.now)
        for number, currency in (("C1000002", "USD"), ("C1000001", "EUR"))
    )
    declined.decline("root", "Please ask for a photo first", world.now)
    async with world.uow() as uow:
        uow.approvals.add(waiting)
        uow.approvals.add(declined)
        await uow.commit()


async def _fill_undelivered(world: World) -> None:
    """Let a channel refuse two messages for one reason, and another one for another."""
    refused = (("telegram", "blocked", "Ihr Paket ist da."), ("telegram", "blocked", "Es liegt beim Nachbarn."),
               ("whatsapp", "window_closed", ARABIC))  # fmt: skip
    async with world.uow() as uow:
        for channel in ("telegram", "whatsapp"):
            uow.conversations.add(Conversation(f"{channel}~7f", channel, world.now, world.now, "de"))
        await uow.commit()
        for channel, error, text in refused:
            message = Message(f"{channel}~7f", Author.BOT, text, world.now)
            await uow.messages.add(message)
            assert message.id is not None
            uow.outbox.add(
                OutboundMessage(
                    message.id, message.conversation_id, channel, world.now, OutboxState.FAILED, 3, error=error
                )
            )
        await uow.commit()


async def _fill_tasks(world: World) -> None:
    """Let one task be overdue, with a note, and another one be Ben's."""
    async with world.uow() as uow:
        for key, owner, due_at in (("late", None, world.now - timedelta(days=1)), ("taken", "ben", world.now)):
            task = Task(key, "C1000001", Department.SUPERVISOR, "other", world.now, due_at, owner=owner, note=ARABIC)
            uow.tasks.add(task)
        await uow.commit()


@pytest_asyncio.fixture(loop_scope="module")
async def address(world: World) -> AsyncIterator[str]:
    async with TestServer(world.app) as server:
        yield str(server.make_url("")).rstrip("/")


async def a_chief(browser: Browser, address: str, **options: Any) -> Agent:
    """Return the administrator, who may see every page."""
    return await an_agent(browser, address, "root", **{"viewport": {"width": 1024, "height": 768}, **options})


async def speak(agent: Agent, language: str) -> None:
    """Choose a language in the account menu."""
    page = agent.page
    await page.locator("details.me summary").click()
    await page.locator(".preferences [name=language]").select_option(language)
    # The page may have been in this language before.
    async with page.expect_navigation():
        await page.locator("form.preferences button").click()
    await expect(page.locator("html")).to_have_attribute("lang", language)


async def pages_of(agent: Agent, world: World) -> list[str]:
    """Return the address of every page: whatever has no parameters and answers with HTML, and some that have."""
    found = ["/desk/conversations/none", "/desk/people/ana"]
    found += [path for path in FILLED if path.startswith("/desk/conversations/")]
    found += [f"/desk/settings/{key}" for key in SettingKey]
    for path in sorted(set(_plain_paths(world.app))):
        answer = await agent.page.request.get(f"{agent.address}{path}", max_redirects=0)
        if answer.status == 200 and "<!doctype html>" in (await answer.text()).lower():
            found.append(path)
    assert len(found) > 5, "the pages of the desk were not found"
    return found


def _plain_paths(app: web.Application) -> list[str]:
    return [
        resource.canonical
        for resource in app.router.resources()
        for resource in (resource._app.router.resources() if hasattr(resource, "_app") else [resource])
        if resource.canonical.startswith("/desk")
        and "{" not in resource.canonical
        and resource.canonical not in ("/desk/static", "/desk/live")
        and any(route.method == "GET" for route in resource)
    ]


async def sideways(page: Page) -> int:
    """Return by how many pixels a page is wider than the window."""
    return int(await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


async def test_the_pages_that_are_looked_at_are_not_empty(world: World, browser: Browser, address: str) -> None:
    chief = await a_chief(browser, address)
    assert set(FILLED) <= set(await pages_of(chief, world))
    for path, marks in FILLED.items():
        await chief.page.goto(f"{address}{path}")
        missing = [mark for mark in marks if not await chief.page.locator(mark).count()]
        assert not missing, path
    await chief.page.context.close()


@pytest.mark.parametrize("scheme", SCHEMES)
async def test_axe_finds_nothing_serious_on_any_page(world: World, browser: Browser, address: str, scheme: str) -> None:
    chief = await a_chief(browser, address, color_scheme=scheme, bypass_csp=True)
    problems = {}
    for path in await pages_of(chief, world):
        await chief.page.goto(f"{address}{path}")
        if found := await grave_problems(chief.page):
            problems[path] = found
    await chief.page.context.close()
    assert problems == {}


@pytest.mark.parametrize("scheme", SCHEMES)
async def test_axe_finds_nothing_serious_before_the_login(browser: Browser, address: str, scheme: str) -> None:
    context = await browser.new_context(color_scheme=scheme, bypass_csp=True)  # type: ignore[arg-type]
    page = await context.new_page()
    await page.goto(f"{address}/desk/login")
    assert await grave_problems(page) == []
    await context.close()


@pytest.mark.parametrize(("scheme", "direction"), [("light", "ltr"), ("dark", "rtl")])
async def test_axe_finds_nothing_serious_in_any_dialog_or_menu(
    browser: Browser, address: str, scheme: str, direction: str
) -> None:
    chief = await a_chief(browser, address, color_scheme=scheme, bypass_csp=True)
    page, problems = chief.page, {}

    async def look(what: str, within: str | None = "dialog[open]") -> None:
        if found := await grave_problems(page, within):
            problems[what] = found

    async def turn() -> None:
        await page.evaluate("direction => { document.documentElement.dir = direction }", direction)

    await chief.open("c-anna")
    await turn()
    for menu in ("details.me", "#inbox-filters", "#add-tag", "#add-snooze"):
        await page.locator(f"{menu} > summary").click()
        await look(menu, menu)
        await page.locator(f"{menu} > summary").click()
    await page.locator("[data-transcript]").press("?")
    await expect(page.get_by_role("dialog")).to_be_visible()
    await look("shortcuts")
    await page.keyboard.press("Escape")
    opened = await _in_each_dialog(page, look)
    assert {"approve-C1000001", "offer-C1000001", "refund-C1000001"} <= set(opened)
    await chief.button("Take over").click()
    await expect(page.get_by_text("With you")).to_be_visible()
    await look("an agent who holds the conversation", None)
    for name in ("return", "transfer"):
        await _in_dialog(chief, name, look)
    await chief.open("c-held")
    await turn()
    await _in_dialog(chief, "whisper", look)
    await page.goto(f"{address}/desk/approvals")
    await turn()
    assert len(await _in_each_dialog(page, look)) == 2
    await page.context.close()
    assert problems == {}


async def _in_each_dialog(page: Page, look: Callable[[str], Awaitable[None]]) -> list[str]:
    """Look at each dialog that a page has a button for, and return what they are for."""
    found = []
    for opener in await page.locator("button[data-open]:visible").all():
        found.append(await opener.get_attribute("data-open") or "")
        await opener.click()
        await expect(page.get_by_role("dialog")).to_be_visible()
        await look(found[-1])
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("dialog")).to_have_count(0)
    return found


async def _in_dialog(agent: Agent, name: str, look: Callable[[str], Awaitable[None]]) -> None:
    await agent.page.locator(f"button[data-open-dialog={name}]").click()
    await expect(agent.page.get_by_role("dialog")).to_be_visible()
    await look(name)
    await agent.page.keyboard.press("Escape")
    await expect(agent.page.get_by_role("dialog")).to_be_hidden()


async def test_axe_finds_nothing_serious_on_the_pages_that_only_a_step_leads_to(
    world: World, browser: Browser, address: str
) -> None:
    async with world.uow() as uow:
        uow.canned_responses.add(CannedResponse("hi", "Greeting", {"en": "Hello"}, world.now))
        _, link = await invitations.renew(uow, "ben", world.now, actor="agent:root")
        await uow.commit()
    ana = await an_agent(browser, address, color_scheme="dark", bypass_csp=True)
    chief = await a_chief(browser, address, color_scheme="dark", bypass_csp=True)
    problems = {}

    async def look(what: str, page: Page) -> None:
        await page.evaluate("document.documentElement.dir = 'rtl'")
        if found := await grave_problems(page):
            problems[what] = found

    for path in ("/desk/settings/canned/1", "/desk/nowhere", "/desk/conversations/none", f"/desk/invitation/{link}"):
        await chief.page.goto(f"{address}{path}")
        await look(path, chief.page)
    await ana.page.goto(f"{address}/desk/audit")
    await look("forbidden", ana.page)
    await ana.page.goto(f"{address}/desk/account/second-factor")
    totp = pyotp.TOTP((await ana.page.locator("code.key").inner_text()).replace(" ", ""))
    await ana.page.get_by_label("Present password").fill(PASSWORD)
    await ana.page.get_by_label("Code", exact=True).fill(totp.at(int(world.now.timestamp())))
    await ana.page.get_by_role("button", name="Switch on").click()
    await expect(ana.page.locator("#codes li")).to_have_count(10)
    await look("recovery codes", ana.page)
    await ana.page.context.clear_cookies()
    await ana.page.goto(f"{address}/desk/login")
    await ana.page.get_by_label("Login name").fill("ana")
    await ana.page.get_by_label("Password").fill(PASSWORD)
    await ana.page.keyboard.press("Enter")
    await expect(ana.page.get_by_label("Code", exact=True)).to_be_visible()
    await look("/desk/login/code", ana.page)
    for agent in (ana, chief):
        await agent.page.context.close()
    assert problems == {}


@pytest.mark.parametrize("width", [1024, 768])
@pytest.mark.parametrize("language", ["en", "de"])
async def test_no_page_scrolls_sideways(
    world: World, browser: Browser, address: str, width: int, language: str
) -> None:
    chief = await a_chief(browser, address, viewport={"width": width, "height": 900})
    await speak(chief, language)
    wider = {}
    for path in await pages_of(chief, world):
        await chief.page.goto(f"{address}{path}")
        if too_wide := await sideways(chief.page):
            wider[path] = too_wide
    await chief.page.context.close()
    assert wider == {}


async def test_every_page_can_be_turned_from_right_to_left(world: World, browser: Browser, address: str) -> None:
    chief = await a_chief(browser, address)
    wider = {}
    for path in await pages_of(chief, world):
        await chief.page.goto(f"{address}{path}")
        await chief.page.evaluate("document.documentElement.dir = 'rtl'")
        if too_wide := await sideways(chief.page):
            wider[path] = too_wide
    assert wider == {}
    await chief.page.goto(f"{address}{CONVERSATION}")
    await chief.page.evaluate("document.documentElement.dir = 'rtl'")
    queue, context = chief.page.locator("aside.queue"), chief.page.locator("aside.context")
    right, left = await queue.bounding_box(), await context.bounding_box()
    assert right and left and left["x"] < right["x"], "the columns are not mirrored"
    await chief.page.context.close()


async def test_what_a_customer_writes_has_its_own_direction(world: World, browser: Browser, address: str) -> None:
    await world.router.receive("c-anna", "web", ARABIC)
    ana = await an_agent(browser, address)
    await ana.open("c-anna")
    body = ana.message("مرحبا").locator(".body")
    assert await body.evaluate("element => getComputedStyle(element).direction") == "rtl"
    assert await ana.page.evaluate("getComputedStyle(document.body).direction") == "ltr"
    preview = ana.page.locator("[data-queue] .row", has_text="مرحبا").locator("[dir=auto]", has_text="مرحبا").first
    assert await preview.evaluate("element => getComputedStyle(element).direction") == "rtl"
    await ana.page.context.close()


@pytest.mark.parametrize("language", DESK_LANGUAGES)
async def test_a_whole_page_speaks_one_language(world: World, browser: Browser, address: str, language: str) -> None:
    # Whatever the time of day: what is written at this moment is of today.
    await world.router.receive("c-anna", "web", "Hallo?")
    ana = await an_agent(browser, address)
    await ana.page.clock.set_fixed_time(world.now)
    await speak(ana, language)
    await ana.open("c-anna")
    today = {"en": "Today", "de": "Heute", "es": "Hoy", "fr": "Aujourd’hui", "zh": "今天", "ja": "今日"}[language]
    await expect(ana.page.locator(".day").last).to_have_text(today)
    assert ana.problems == []
    await ana.page.context.close()


async def test_colours_follow_the_choice_and_not_the_system(browser: Browser, address: str) -> None:
    ana = await an_agent(browser, address, color_scheme="light")
    ground = "getComputedStyle(document.body).backgroundColor"
    by_system = await ana.page.evaluate(ground)
    await ana.page.locator("details.me summary").click()
    await ana.page.locator(".preferences [name=theme]").select_option("dark")
    await ana.page.locator("form.preferences button").click()
    await expect(ana.page.locator("html")).to_have_attribute("data-theme", "dark")
    assert await ana.page.evaluate(ground) != by_system
    await ana.page.context.close()


async def test_the_keyboard_gets_past_the_bar_and_sees_where_it_is(browser: Browser, address: str) -> None:
    ana = await an_agent(browser, address)
    await ana.page.goto(f"{address}{CONVERSATION}")
    await ana.page.keyboard.press("Tab")
    await expect(ana.page.locator(".skip")).to_be_focused()
    await ana.page.keyboard.press("Enter")
    await ana.page.keyboard.press("Tab")
    assert await ana.page.evaluate("document.querySelector('main').contains(document.activeElement)")
    for _ in range(25):
        await ana.page.keyboard.press("Tab")
        unseen = await ana.page.evaluate(
            "(() => { const here = document.activeElement, style = getComputedStyle(here);"
            " if (here === document.body || style.outlineStyle !== 'none') return '';"
            " const frame = here.closest('.composer');"
            " return frame && getComputedStyle(frame).borderTopColor !== style.color ? '' : "
            "here.outerHTML.slice(0, 200) })()"
        )
        assert unseen == "", "the focus cannot be seen"
    await ana.page.context.close()
