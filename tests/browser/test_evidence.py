"""Photos and papers from the chat to the desk, in a real Chromium over the whole application."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from playwright.async_api import Browser, ConsoleMessage, FilePayload, Locator, Page, expect

from bot.aftersales.evidence import MAX_BYTES
from bot.services import accounts
from bot.services.account import Account, Role
from bot.store.engine import migrate
from tests.integration.desk.world import CHEAP_HASHER, PASSWORD, password_hash
from tests.integration.server.parts import Server, a_server, now
from tests.unit.evidence import samples

SHOP_SECRET = "shop secret 0123456789 0123456789"
PHOTO = FilePayload(name="broken kettle.jpg", mimeType="image/jpeg", buffer=samples.photo((640, 480)))
PAPER = FilePayload(name="report.pdf", mimeType="application/pdf", buffer=samples.paper())

# What a drop or a paste brings: a DataTransfer with one file of the given bytes.
_WITH_FILE = """
    (bytes, name, type) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([new Uint8Array(bytes)], name, { type }));
      return transfer;
    }
"""

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass
class Visitor:
    """A page of the shop with the chat open, and the whole application behind it."""

    page: Page
    server: Server
    address: str
    problems: list[str]

    @property
    def panel(self) -> Locator:
        return self.page.get_by_role("dialog")

    @property
    def thumbnails(self) -> Locator:
        return self.page.locator(".entry.customer .thumbnail img")

    def note(self, text: str) -> Locator:
        return self.page.locator(".entry.customer .state", has_text=text)

    async def open(self, query: str = "") -> None:
        await self.page.goto(f"{self.address}/{query}")
        await self.page.locator("button.launcher").click()
        await expect(self.panel).to_be_visible()

    async def choose(self, *files: FilePayload) -> None:
        async with self.page.expect_file_chooser() as chooser:
            await self.panel.get_by_role("button", name="Attach photos or documents").click()
        await (await chooser.value).set_files(files)

    async def bring(self, event: str, file: FilePayload) -> None:
        """Drop or paste a file onto the panel."""
        arguments = [list(file["buffer"]), file["name"], file["mimeType"]]
        await self.panel.evaluate(
            f"""(panel, [event, bytes, name, type]) => {{
                const transfer = ({_WITH_FILE})(bytes, name, type);
                const options = {{ bubbles: true, composed: true, cancelable: true }};
                const made = event === "paste"
                  ? new ClipboardEvent(event, {{ ...options, clipboardData: transfer }})
                  : new DragEvent(event, {{ ...options, dataTransfer: transfer }});
                panel.querySelector("textarea").dispatchEvent(made);
            }}""",
            [event, *arguments],
        )


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("evidence") / "template.db"
    await migrate(f"sqlite+aiosqlite:///{file}")
    return file


@pytest_asyncio.fixture(loop_scope="module")
async def server(template: Path, tmp_path: Path) -> AsyncIterator[Server]:
    async with AsyncExitStack() as stack:

        async def make_client(app: web.Application) -> TestClient[Any, Any]:
            return await stack.enter_async_context(TestClient(TestServer(app)))

        async with a_server(template, tmp_path, make_client, PARLEY_SHOP_SECRET=SHOP_SECRET) as server:
            yield server


@pytest_asyncio.fixture(loop_scope="module")
async def visitor(browser: Browser, server: Server) -> AsyncIterator[Visitor]:
    context = await browser.new_context(locale="en-GB", reduced_motion="reduce")
    page = await context.new_page()
    visitor = Visitor(page, server, str(server.client.make_url("")).rstrip("/"), [])

    def note(said: ConsoleMessage) -> None:
        if "Content Security Policy" in said.text:
            visitor.problems.append(said.text)

    page.on("pageerror", lambda error: visitor.problems.append(str(error)))
    page.on("console", note)
    yield visitor
    await context.close()
    assert visitor.problems == []


async def test_chosen_files_show_as_small_pictures_and_links_also_after_a_reload(visitor: Visitor) -> None:
    await visitor.open()
    await visitor.choose(PHOTO, PAPER)
    await expect(visitor.thumbnails).to_have_count(1)
    await expect(visitor.thumbnails).to_have_attribute("alt", "Photo")
    await expect(visitor.page.get_by_role("link", name="Document")).to_be_visible()
    await expect(visitor.note("Sent")).to_have_count(1)
    await expect(visitor.page.locator(".bubble", has_text="heard /evidence_uploaded")).to_have_count(2)
    await expect(visitor.thumbnails).to_have_js_property("naturalWidth", 320)
    await visitor.open()
    await expect(visitor.thumbnails).to_have_count(1)
    await visitor.thumbnails.scroll_into_view_if_needed()
    await expect(visitor.thumbnails).to_have_js_property("naturalWidth", 320)
    assert len(visitor.server.bot.heard) == 2


async def test_files_of_who_is_logged_in_at_the_shop_are_theirs_alone(visitor: Visitor) -> None:
    claims = {"sub": "C-7", "exp": int((now() + timedelta(hours=1)).timestamp())}

    async def write_into_the_page(identity: str) -> None:
        # As the shop's server does: the attribute is there before the script runs.
        mark = f'for (const script of document.querySelectorAll("script")) script.dataset.identity = "{identity}";'
        await visitor.page.add_init_script(
            f"new MutationObserver(() => {{ {mark} }}).observe(document, {{ childList: true, subtree: true }});"
        )

    async def the_files_are_shown_to_nobody_else() -> None:
        await expect(visitor.thumbnails).to_have_count(1)
        await visitor.thumbnails.scroll_into_view_if_needed()
        await expect(visitor.thumbnails).to_have_js_property("naturalWidth", 320)
        links = [await link.get_attribute("href") for link in await visitor.page.locator(".entry.customer a").all()]
        assert len(links) == 2
        for address in map(str, links):
            assert (await visitor.page.request.get(address)).status == 200
            assert (await visitor.page.request.get(address.partition("?")[0])).status == 409

    await write_into_the_page(jwt.encode(claims, SHOP_SECRET))
    await visitor.open()
    # The chat's hello says whose it is, before a file comes.
    await visitor.panel.get_by_role("textbox").fill("hello")
    await visitor.page.keyboard.press("Enter")
    await expect(visitor.page.locator(".bubble", has_text="heard hello")).to_have_count(1)
    await visitor.choose(PHOTO, PAPER)
    await expect(visitor.page.locator(".bubble", has_text="heard /evidence_uploaded")).to_have_count(2)
    await the_files_are_shown_to_nobody_else()
    await visitor.open()
    await the_files_are_shown_to_nobody_else()
    # The customer logs out.
    await write_into_the_page("")
    await visitor.open()
    await expect(visitor.panel.get_by_role("textbox")).to_be_visible()
    await expect(visitor.thumbnails).to_have_count(0)


@pytest.mark.parametrize("event", ["drop", "paste"])
async def test_a_dropped_or_pasted_photo_shows_small(visitor: Visitor, event: str) -> None:
    await visitor.open()
    await visitor.bring(event, PHOTO)
    await expect(visitor.thumbnails).to_have_count(1)
    await expect(visitor.page.locator(".bubble", has_text="heard /evidence_uploaded")).to_have_count(1)
    assert len(visitor.server.bot.heard) == 1


async def test_while_a_file_hangs_over_the_chat_it_says_where_to_drop_it(visitor: Visitor) -> None:
    await visitor.open()
    await visitor.bring("dragover", PHOTO)
    await expect(visitor.page.get_by_text("Drop photos or documents here")).to_be_visible()
    await visitor.bring("drop", PHOTO)
    await expect(visitor.page.get_by_text("Drop photos or documents here")).to_be_hidden()


async def test_a_refused_file_is_explained_in_place(visitor: Visitor) -> None:
    await visitor.open()
    await visitor.choose(FilePayload(name="story.docx", mimeType="application/zip", buffer=b"PK\x03\x04word"))
    await expect(visitor.note("We cannot take this kind of file.")).to_be_visible()
    await expect(visitor.page.get_by_role("button", name="Try again")).to_have_count(0)
    await visitor.choose(FilePayload(name="big.jpg", mimeType="image/jpeg", buffer=bytes(MAX_BYTES + 1)))
    await expect(visitor.note("up to 10 MB")).to_be_visible()
    await visitor.choose(FilePayload(name="half.jpg", mimeType="image/jpeg", buffer=samples.photo()[:400]))
    await expect(visitor.note("We could not open this file.")).to_be_visible()
    assert visitor.server.bot.heard == []


async def test_a_lost_connection_can_be_made_up_for(visitor: Visitor) -> None:
    await visitor.open()
    await visitor.page.route("**/files?*", lambda route: route.abort())
    await visitor.choose(PHOTO)
    await expect(visitor.note("Not sent")).to_be_visible()
    await visitor.page.unroute("**/files?*")
    await visitor.page.get_by_role("button", name="Try again").click()
    await expect(visitor.thumbnails).to_have_count(1)
    await expect(visitor.page.locator(".bubble", has_text="heard /evidence_uploaded")).to_have_count(1)
    assert len(visitor.server.bot.heard) == 1


async def test_files_can_be_attached_by_keyboard_and_from_right_to_left(visitor: Visitor) -> None:
    await visitor.open("?lang=ar")
    clip = visitor.panel.locator("button.tool:not(.camera)")
    await expect(clip).to_have_attribute("aria-label", "إرفاق صور أو مستندات")
    async with visitor.page.expect_file_chooser() as chooser:
        await clip.press("Enter")
    await (await chooser.value).set_files(PHOTO)
    await expect(visitor.thumbnails).to_have_count(1)
    clip_box, send_box = await clip.bounding_box(), await visitor.panel.locator("button.send").bounding_box()
    assert clip_box and send_box and clip_box["x"] > send_box["x"]


async def test_a_telephone_offers_its_camera(browser: Browser, server: Server) -> None:
    context = await browser.new_context(
        locale="en-GB", viewport={"width": 390, "height": 740}, has_touch=True, is_mobile=True
    )
    page = await context.new_page()
    await page.goto(str(server.client.make_url("/")))
    await page.locator("button.launcher").tap()
    async with page.expect_file_chooser() as chooser:
        await page.get_by_role("button", name="Take a photo").tap()
    chosen = await chooser.value
    assert await chosen.element.get_attribute("capture") == "environment"
    await chosen.set_files(PHOTO)
    await expect(page.locator(".thumbnail img")).to_have_count(1)
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390
    await context.close()


async def test_an_agent_sees_what_was_sent(visitor: Visitor, browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accounts, "_hasher", CHEAP_HASHER)
    async with visitor.server.parley.uow() as uow:
        uow.accounts.add(Account("ana", "ana", "Ana Lima", password_hash(), Role.AGENT, now()))
        await uow.commit()
    await visitor.open()
    await visitor.choose(PHOTO)
    await expect(visitor.thumbnails).to_have_count(1)
    sender = await visitor.page.evaluate("localStorage.getItem('parley:sender')")
    context = await browser.new_context()
    page = await context.new_page()
    problems: list[str] = []
    page.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    await page.goto(f"{visitor.address}/desk/login?next=/desk/conversations/{sender}")
    await page.get_by_label("Login name").fill("ana")
    await page.get_by_label("Password").fill(PASSWORD)
    await page.keyboard.press("Enter")
    shown = page.get_by_role("log").get_by_role("img", name="Photo from the customer")
    await expect(shown).to_have_count(1)
    await expect(shown).to_have_js_property("naturalWidth", 320)
    await visitor.choose(PAPER)
    await expect(page.get_by_role("link", name="Document from the customer")).to_be_visible()
    async with context.expect_page() as opened:
        await shown.click()
    full = await opened.value
    await expect(full.locator("img")).to_have_js_property("naturalWidth", 640)
    await context.close()
    assert problems == []
