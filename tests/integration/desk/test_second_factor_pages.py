"""The second factor over HTTP: setting it up, logging in with it, and losing it."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import pyotp
from aiohttp import ClientResponse

from bot.desk.throttle import MAX_FAILURES
from bot.services.account import LOCK, MAX_WRONG_PASSWORDS
from tests.integration.desk.conftest import Browser
from tests.integration.desk.world import PASSWORD, World

LogIn = Callable[[str], Awaitable[Browser]]
MakeBrowser = Callable[[], Browser]
PATH = "/desk/account/second-factor"


class App:
    """An authenticator app that scanned the QR code of a page."""

    def __init__(self, html: str) -> None:
        key = re.search(r'<code class="password key">([A-Z2-7 ]+)</code>', html)
        assert key
        self.totp = pyotp.TOTP(key[1].replace(" ", ""))

    def code(self, at: datetime) -> str:
        return self.totp.at(int(at.timestamp()))


async def set_up(world: World, browser: Browser) -> tuple[App, list[str]]:
    """Switch somebody's second factor on; a minute later codes are fresh again."""
    app = App(await browser.text(PATH))
    answer = await browser.submit(PATH, password=PASSWORD, code=app.code(world.now))
    assert answer.status == 200
    codes = re.findall(r"<li><code>([a-z0-9-]+)</code></li>", await answer.text())
    world.now += timedelta(minutes=1)
    return app, codes


async def enter(browser: Browser, code: str) -> ClientResponse:
    token = re.search(r'name="token" value="(\w+)"', await browser.text("/desk/login/code"))
    assert token
    fields = {"token": token[1], "code": code}
    return await browser.client.post("/desk/login/code?next=/desk/account", data=fields, allow_redirects=False)


async def test_it_is_set_up_with_a_picture_and_a_key_to_type(world: World, logged_in: LogIn) -> None:
    ana = await logged_in("ana")
    html = await ana.text(PATH)
    picture = re.search(r'<div class="qr" role="img" aria-label="[^"]+">(<svg.*?</svg>)</div>', html, re.S)
    assert picture
    assert "style=" not in picture[1]
    _, codes = await set_up(world, ana)
    assert len(codes) == 10
    page = await ana.text("/desk/account")
    assert "10 recovery codes left" in page
    assert not any(code in page for code in codes)


async def test_a_wrong_first_code_or_password_switches_nothing_on(world: World, logged_in: LogIn) -> None:
    ana = await logged_in("ana")
    app = App(await ana.text(PATH))
    assert "This code is wrong" in await (await ana.submit(PATH, password=PASSWORD, code="000000")).text()
    wrong = await ana.submit(PATH, password="wrong", code=app.code(world.now))
    assert "present password is wrong" in await wrong.text()
    async with world.uow() as uow:
        account = await uow.accounts.get("ana")
    assert account and not account.has_second_factor


async def test_a_login_asks_for_the_code_and_opens_nothing_before(
    world: World, logged_in: LogIn, a_browser: MakeBrowser
) -> None:
    app, _ = await set_up(world, await logged_in("ana"))
    browser = a_browser()
    asked = await browser.log_in("ana", next_page="/desk/account")
    assert asked.headers["Location"] == "/desk/login/code?next=/desk/account"
    assert "parley_desk" not in asked.cookies
    assert (await browser.get("/desk/account")).status == 303
    half = asked.cookies["parley_desk_code"].value
    stolen = await browser.get("/desk/account", headers={"Cookie": f"parley_desk={half}"})
    assert stolen.status == 303
    entered = await enter(browser, app.code(world.now))
    assert (entered.status, entered.headers["Location"]) == (303, "/desk/account")
    assert entered.cookies["parley_desk"].value != half
    assert (await browser.get("/desk/account")).status == 200


async def test_a_code_opens_only_one_session(world: World, logged_in: LogIn, a_browser: MakeBrowser) -> None:
    app, _ = await set_up(world, await logged_in("ana"))
    code = app.code(world.now)
    first, second = a_browser(), a_browser()
    await first.log_in("ana")
    await second.log_in("ana")
    assert (await enter(first, code)).status == 303
    assert (await enter(second, code)).status == 401
    assert (await second.get("/desk")).status == 303


async def test_a_recovery_code_lets_in_once(world: World, logged_in: LogIn, a_browser: MakeBrowser) -> None:
    _, codes = await set_up(world, await logged_in("ana"))
    for status in (303, 401):
        browser = a_browser()
        await browser.log_in("ana")
        assert (await enter(browser, codes[0])).status == status
    async with world.uow() as uow:
        actions = [event.action for event in await uow.audit.of_subject("account:ana")]
    assert actions.count("account.recovery_code_used") == 1


async def test_guessing_codes_locks_the_account(world: World, logged_in: LogIn, a_browser: MakeBrowser) -> None:
    app, _ = await set_up(world, await logged_in("ana"))
    browser = a_browser()
    await browser.log_in("ana")
    for _ in range(MAX_WRONG_PASSWORDS):
        assert (await enter(browser, "000000")).status == 401
    assert (await enter(browser, app.code(world.now))).status == 401
    assert (await a_browser().log_in("ana")).status == 401
    world.now += LOCK
    assert (await a_browser().log_in("ana")).status == 303


async def test_guessing_codes_counts_against_the_address(
    world: World, logged_in: LogIn, a_browser: MakeBrowser
) -> None:
    app, _ = await set_up(world, await logged_in("ana"))
    browser = a_browser()
    await browser.log_in("ana")
    for number in range(MAX_FAILURES):
        assert (await a_browser().log_in(f"nobody{number}", "wrong")).status == 401
    assert (await enter(browser, app.code(world.now))).status == 429


async def test_the_form_for_the_code_is_for_those_whose_password_was_right(a_browser: MakeBrowser) -> None:
    browser = a_browser()
    assert (await browser.get("/desk/login/code")).headers["Location"] == "/desk/login"
    token = re.search(r'name="token" value="(\w+)"', await browser.text("/desk/login"))
    assert token
    answer = await browser.client.post(
        "/desk/login/code", data={"token": token[1], "code": "000000"}, allow_redirects=False
    )
    assert answer.status == 401


async def test_another_site_cannot_send_a_code(world: World, logged_in: LogIn, a_browser: MakeBrowser) -> None:
    app, _ = await set_up(world, await logged_in("ana"))
    browser = a_browser()
    await browser.log_in("ana")
    fields = {"token": "0" * 64, "code": app.code(world.now)}
    answer = await browser.client.post("/desk/login/code", data=fields, allow_redirects=False)
    assert answer.status == 400


async def test_setting_it_up_logs_other_browsers_out(world: World, logged_in: LogIn) -> None:
    ana, other = await logged_in("ana"), await logged_in("ana")
    await set_up(world, ana)
    assert (await ana.get("/desk/account")).status == 200
    assert (await other.get("/desk/account")).status == 303


async def test_switching_it_off_needs_password_and_code(world: World, logged_in: LogIn, a_browser: MakeBrowser) -> None:
    ana = await logged_in("ana")
    app, codes = await set_up(world, ana)
    assert (await ana.submit(f"{PATH}/off", password=PASSWORD, code="000000")).status == 400
    renewed = await ana.submit(f"{PATH}/codes", password=PASSWORD, code=app.code(world.now))
    assert re.search(r"<li><code>", await renewed.text())
    assert (await ana.submit(f"{PATH}/off", password=PASSWORD, code=codes[0])).status == 400
    world.now += timedelta(minutes=1)
    assert (await ana.submit(f"{PATH}/off", password=PASSWORD, code=app.code(world.now))).status == 303
    assert (await a_browser().log_in("ana")).headers["Location"] == "/desk"


async def test_an_administrator_removes_a_lost_one(world: World, logged_in: LogIn, a_browser: MakeBrowser) -> None:
    root, ana = await logged_in("root"), await logged_in("ana")
    await set_up(world, ana)
    assert (await root.submit("/desk/people/ana/second-factor/remove")).status == 303
    assert (await ana.get("/desk/account")).status == 303
    assert (await a_browser().log_in("ana")).headers["Location"] == "/desk"
