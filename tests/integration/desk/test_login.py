"""Getting into the desk, and being kept out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

from bot.desk.throttle import MAX_FAILURES
from bot.services import accounts
from bot.services.account import MAX_WRONG_PASSWORDS
from tests.integration.desk.conftest import Browser
from tests.integration.desk.world import PASSWORD, World

LogIn = Callable[[str], Awaitable[Browser]]
MakeBrowser = Callable[[], Browser]


async def test_a_stranger_is_sent_to_the_login_and_then_on(
    a_browser: MakeBrowser,
) -> None:
    browser = a_browser()
    asked = await browser.get("/desk/conversations/c-anna")
    assert asked.status == 303
    assert asked.headers["Location"] == "/desk/login?next=/desk/conversations/c-anna"
    entered = await browser.log_in("ana", next_page="/desk/conversations/c-anna")
    assert entered.headers["Location"] == "/desk/conversations/c-anna"


async def test_login_never_leads_to_another_site(a_browser: MakeBrowser) -> None:
    for target in (
        "https://evil.example",
        "//evil.example",
        "/desk\\@evil.example",
        "/deskevil",
        "/desk/../x\\y",
    ):
        entered = await a_browser().log_in("ana", next_page=target)
        assert entered.headers["Location"] == "/desk", target


async def test_the_session_cookie_is_out_of_reach_of_scripts(
    a_browser: MakeBrowser,
) -> None:
    entered = await a_browser().log_in("ana")
    cookie = entered.cookies["parley_desk"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["path"] == "/desk"


async def test_every_login_gets_a_new_session_and_ends_the_browsers_old_one(
    world: World, a_browser: MakeBrowser
) -> None:
    browser = a_browser()
    tokens = [(await browser.log_in("ana")).cookies["parley_desk"].value]
    # The form is no longer offered to somebody inside, but an open one can still be sent.
    other = a_browser()
    other.client.session.cookie_jar.update_cookies({"parley_desk": "chosen-by-an-attacker"})
    tokens.append((await other.log_in("ana")).cookies["parley_desk"].value)
    assert len({*tokens, "chosen-by-an-attacker"}) == 3
    async with world.uow() as uow:
        assert await accounts.session_of(uow, "chosen-by-an-attacker", world.now) is None


async def test_a_login_form_of_another_site_is_refused(a_browser: MakeBrowser) -> None:
    browser = a_browser()
    fields = {"name": "ana", "password": PASSWORD, "token": "0" * 64}
    answer = await browser.client.post("/desk/login", data=fields, allow_redirects=False)
    assert answer.status == 400
    assert "parley_desk" not in answer.cookies


async def test_wrong_passwords_lock_the_account(a_browser: MakeBrowser) -> None:
    browser = a_browser()
    for _ in range(MAX_WRONG_PASSWORDS):
        assert (await browser.log_in("ana", "wrong")).status == 401
    locked = await browser.log_in("ana")
    assert locked.status == 401
    assert "locked for some minutes" in await locked.text()
    assert (await browser.log_in("ben")).status == 303


async def test_an_address_that_fails_too_often_is_blocked_whatever_the_name(
    world: World, a_browser: MakeBrowser
) -> None:
    browser = a_browser()
    for number in range(MAX_FAILURES):
        assert (await browser.log_in(f"nobody{number}", "wrong")).status == 401
    assert (await browser.log_in("ana")).status == 429
    world.now += timedelta(minutes=10)
    assert (await browser.log_in("ana")).status == 303


async def test_logging_out_ends_the_session_for_good(logged_in: LogIn) -> None:
    ana = await logged_in("ana")
    cookies = {c.key: c.value for c in ana.client.session.cookie_jar}
    assert (await ana.submit("/desk/logout")).status == 303
    again = await ana.get("/desk", headers={"Cookie": f"parley_desk={cookies['parley_desk']}"})
    assert again.headers["Location"].startswith("/desk/login")


async def test_a_session_ends_after_half_a_day(world: World, logged_in: LogIn) -> None:
    ana = await logged_in("ana")
    world.now += timedelta(hours=12)
    assert (await ana.get("/desk")).status == 303
    assert (await ana.act("c-anna", "take-over")).status == 401


async def test_a_one_time_password_opens_nothing_but_the_way_to_change_it(world: World, a_browser: MakeBrowser) -> None:
    async with world.uow() as uow:
        account, password = await accounts.create_account(uow, "new", "Nia New", accounts.Role.AGENT, world.now)
    browser = a_browser()
    entered = await browser.log_in("new", password)
    assert entered.headers["Location"] == "/desk/password"
    assert (await browser.get("/desk")).headers["Location"] == "/desk/password"
    assert (await browser.act("c-anna", "take-over")).status == 403
    chosen = {"old": password, "new": "nine tall ships", "again": "nine tall ships"}
    assert (await browser.submit("/desk/password", **{**chosen, "again": "else"})).status == 400
    changed = await browser.submit("/desk/password", **chosen)
    assert (changed.status, changed.headers["Location"]) == (303, "/desk")
    assert (await browser.get("/desk")).status == 200
    async with world.uow() as uow:
        actions = [event.action for event in await uow.audit.of_subject(f"account:{account.id}")]
    assert actions == [
        "account.created",
        "account.logged_in",
        "account.password_changed",
    ]


async def test_every_answer_carries_the_security_headers(a_browser: MakeBrowser, logged_in: LogIn) -> None:
    ana = await logged_in("ana")
    for path in (
        "/desk",
        "/desk/conversations/none",
        "/desk/static/desk.js",
        "/desk/nowhere",
        "/desk/people",
    ):
        answer = await ana.get(path)
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe-inline" not in policy
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert answer.headers["Cache-Control"] == ("no-cache" if "static" in path else "no-store")
    assert (await a_browser().get("/desk")).headers["X-Frame-Options"] == "DENY"
