"""People of the desk in a real Chromium: an invitation, a second factor, and what scripts do on these pages."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pyotp
import pytest
import pytest_asyncio
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, Page, expect

from bot.services import accounts
from tests.integration.desk.world import CHEAP_HASHER, PASSWORD, Template, World, a_world

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(autouse=True)
def quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accounts, "_hasher", CHEAP_HASHER)


@pytest_asyncio.fixture(loop_scope="module")
async def world(template: Template, tmp_path: Path) -> AsyncIterator[World]:
    async with a_world(template, tmp_path) as world:
        world.now = datetime.now(timezone.utc)
        yield world


@pytest_asyncio.fixture(loop_scope="module")
async def address(world: World) -> AsyncIterator[str]:
    async with TestServer(world.app) as server:
        yield f"http://127.0.0.1:{server.port}"


async def a_page(browser: Browser, problems: list[str], **options: object) -> Page:
    context = await browser.new_context(locale="en-US", **options)  # type: ignore[arg-type]
    page = await context.new_page()
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda said: problems.append(said.text) if said.type in ("error", "warning") else None)
    return page


async def log_in(page: Page, address: str, name: str) -> None:
    await page.goto(f"{address}/desk/login?next=/desk/account")
    await page.get_by_label("Login name").fill(name)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Log in").click()


async def test_an_invitation_is_copied_and_opened_by_somebody_else(browser: Browser, address: str) -> None:
    problems: list[str] = []
    root = await a_page(browser, problems, permissions=["clipboard-read", "clipboard-write"])
    await log_in(root, address, "root")
    await root.get_by_role("link", name="People").click()
    await root.get_by_role("link", name="Invite somebody").click()
    await root.get_by_label("Name that customers see").fill("Chen Wei")
    await root.get_by_label("Login name").fill("chen")
    await root.get_by_label("Refund limit in EUR").fill("150")
    await root.get_by_label("Chinese", exact=True).check()
    await root.get_by_role("button", name="Make an invitation link").click()
    await root.get_by_role("button", name="Copy link").click()
    await expect(root.get_by_role("button", name="Copied")).to_be_visible()
    link = await root.evaluate("navigator.clipboard.readText()")
    assert link == await root.get_by_label("Invitation link").input_value()

    chen = await a_page(browser, problems)
    await chen.goto(link)
    await chen.get_by_label("New password", exact=True).fill("nine tall ships")
    await chen.get_by_label("New password again").fill("nine tall ships")
    await chen.get_by_role("button", name="Save password and log in").click()
    await expect(chen.get_by_role("navigation", name="Desk")).to_be_visible()
    await expect(chen.get_by_role("link", name="People")).to_have_count(0)

    await root.get_by_role("link", name="Done").click()
    await expect(root.get_by_text("Chrome, Linux")).to_be_visible()
    await expect(root.get_by_label("Refund limit in EUR")).to_have_value("150.00")
    assert problems == []


async def test_who_comes_in_with_a_one_time_password_sees_only_the_form_and_no_script_fails(
    browser: Browser, address: str, world: World
) -> None:
    async with world.uow() as uow:
        account = await accounts.existing(uow, "root")
        account.must_change_password = True
        await uow.commit()
    problems: list[str] = []
    page = await a_page(browser, problems)
    await log_in(page, address, "root")
    await expect(page.get_by_role("heading", name="Choose your password")).to_be_visible()
    await expect(page.get_by_role("navigation", name="Desk")).to_have_count(0)
    # Whatever the page's scripts ask for before there is a password of one's own is refused.
    await page.wait_for_load_state("networkidle")
    await page.get_by_label("One-time password").fill(PASSWORD)
    await page.get_by_label("New password", exact=True).fill("nine tall ships")
    await page.get_by_label("New password again").fill("nine tall ships")
    await page.get_by_role("button", name="Save password").click()
    await expect(page.get_by_label("Your presence")).to_have_value("online")
    assert problems == []


async def test_a_second_factor_is_set_up_and_asked_for(browser: Browser, address: str, world: World) -> None:
    problems: list[str] = []
    page = await a_page(browser, problems, viewport={"width": 1024, "height": 768}, color_scheme="dark")
    await log_in(page, address, "ana")
    await page.get_by_role("link", name="Set up a second factor").click()
    await expect(page.get_by_role("img", name="QR code for your authenticator app")).to_be_visible()
    totp = pyotp.TOTP((await page.locator("code.key").inner_text()).replace(" ", ""))
    await page.get_by_label("Present password").fill(PASSWORD)
    await page.get_by_label("Code", exact=True).fill(totp.at(int(world.now.timestamp())))
    await page.get_by_role("button", name="Switch on").click()
    await expect(page.locator("#codes li")).to_have_count(10)

    world.now += timedelta(minutes=1)
    other = await a_page(browser, problems)
    await log_in(other, address, "ana")
    await other.get_by_label("Code", exact=True).fill(totp.at(int(world.now.timestamp())))
    await other.get_by_role("button", name="Continue").click()
    await expect(other.get_by_text("10 recovery codes left")).to_be_visible()
    assert problems == []


async def test_somebody_is_deactivated_only_after_a_second_look(browser: Browser, address: str) -> None:
    problems: list[str] = []
    page = await a_page(browser, problems)
    await log_in(page, address, "root")
    await page.wait_for_url(f"{address}/desk/account")
    await page.goto(f"{address}/desk/people/ben")
    button = page.get_by_role("button", name="Deactivate Ben Okafor")
    await expect(button).to_be_hidden()
    await page.get_by_text("Deactivate…").click()
    await button.click()
    await expect(page.get_by_role("button", name="Activate again")).to_be_visible()
    assert problems == []
