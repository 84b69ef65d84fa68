"""Attacks on the desk: forged requests, scripts in what customers write, stolen and fixed sessions, guessing."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Awaitable, Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from aiohttp import WSServerHandshakeError
from sqlalchemy import String
from sqlalchemy.dialects import sqlite

from bot.desk.throttle import MAX_FAILURES
from bot.services import accounts
from bot.services.account import MAX_WRONG_PASSWORDS
from bot.store.tables import metadata
from bot.store.types import Choice, Hundredths
from tests.integration.desk.conftest import Browser
from tests.integration.desk.routes import routes
from tests.integration.desk.world import PASSWORD, World

LogIn = Callable[[str], Awaitable[Browser]]
MakeBrowser = Callable[[], Browser]
SQLITE = sqlite.dialect()

KNOWN = {"id": "c-evil", "number": "C1000002", "language": "en", "key": "teams", "token": "nonsense"}
SCRIPTS = ("\"'><script>alert(1)</script><img src=x onerror=alert(1)>", "javascript:alert(1)")

# What customers cannot write: keys, codes of machines, and accounts of people of the desk.
NOT_THEIRS = {
    "accounts", "sessions", "audit_events", "alembic_version", "sequences", "desk_settings", "canned_responses",
    "case_facts", "case_goods", "job_leases", "translations", "dialogue_events", "payment_instructions",
}  # fmt: skip
MACHINES = re.compile(
    r"(^|_)(id|key|number|sku|code|currency|country|digest|version|rma|channel|language|locale|response|state|kind|"
    r"category|carrier|method|reference|team|snoozed_by|target|policy|clock|calendar|status|hash|media_type|path)$"
)


class Page(HTMLParser):
    """Reads a page as a browser does and collects what would run."""

    def __init__(self) -> None:
        super().__init__()
        self.dangers: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        inline = {name for name in values if name.startswith("on") or name in ("style", "srcdoc")}
        if inline or tag in ("style", "iframe", "object", "embed", "base") or (tag == "script" and "src" not in values):
            self.dangers.append(f"<{tag} {values}>")
        for name in ("href", "src", "action", "formaction", "xlink:href"):
            if re.match(r"\s*(javascript|data|vbscript):", values.get(name, ""), re.I):
                self.dangers.append(f"<{tag} {name}={values[name]}>")
        if tag == "img" and values.get("src") == "x":
            self.dangers.append("<img src=x>")


def dangers(html: str) -> list[str]:
    page = Page()
    page.feed(html)
    return page.dangers


def fragments(answer: Any) -> Iterator[str]:
    """Yield the pieces of HTML in a JSON answer."""
    if isinstance(answer, str):
        if re.search(r"<(div|p|li|ol|ul|section|article|span|h\d)[\s>]", answer):
            yield answer
    elif isinstance(answer, (dict, list)):
        for item in answer.values() if isinstance(answer, dict) else answer:
            yield from fragments(item)


def pages(world: World) -> list[str]:
    """Return the addresses of every page, fragment and answer that people see, with real things in them."""
    found = [route for route in routes(world.app) if route.method == "GET" and not route.path.endswith("/live")]
    addresses = [route.address(**{**KNOWN, **({"id": "ana"} if "/people/" in route.path else {})}) for route in found]
    return [*addresses, "/desk?view=all", "/desk?view=unassigned", "/desk/nowhere"]


async def html_of(browser: Browser, path: str) -> list[str]:
    answer = await browser.get(path)
    assert answer.status < 500, path
    if answer.content_type == "text/html":
        return [await answer.text()]
    return list(fragments(await answer.json())) if answer.content_type == "application/json" else []


def spoil(file: Path, script: str) -> list[str]:
    """Write a script into every text of the database that a customer may have a hand in; return the columns."""
    done = []
    with sqlite3.connect(file) as database:
        for table in metadata.sorted_tables:
            if table.name in NOT_THEIRS:
                continue
            keys = [column.name for column in table.primary_key]
            for column in table.columns:
                if column.primary_key or column.foreign_keys or isinstance(column.type, (Choice, Hundredths)):
                    continue
                if column.type.compile(SQLITE) == "JSON":
                    _spoil_json(database, table.name, keys, column.name, script)
                    done.append(f"{table.name}.{column.name}")
                elif isinstance(column.type, String) and not MACHINES.search(column.name):
                    database.execute(
                        f'UPDATE "{table.name}" SET "{column.name}" = ? WHERE "{column.name}" <> \'\'', [script]
                    )
                    done.append(f"{table.name}.{column.name}")
    return done


def _spoil_json(database: sqlite3.Connection, table: str, keys: list[str], column: str, script: str) -> None:
    names = ", ".join(f'"{key}"' for key in keys)
    for *key, kept in database.execute(f'SELECT {names}, "{column}" FROM "{table}"').fetchall():
        if kept:
            spoilt = json.dumps(_spoilt(json.loads(kept), script))
            where = " AND ".join(f'"{name}" = ?' for name in keys)
            database.execute(f'UPDATE "{table}" SET "{column}" = ? WHERE {where}', [spoilt, *key])


def _spoilt(value: Any, script: str) -> Any:
    if isinstance(value, dict):
        return {key: _spoilt(item, script) for key, item in value.items()}
    if isinstance(value, list):
        return [_spoilt(item, script) for item in value]
    return script if isinstance(value, str) and not re.fullmatch(r"[a-z]+(_[a-z]+)*|\S{1,12}", value) else value


@pytest.mark.parametrize("script", SCRIPTS)
async def test_nothing_that_customers_write_runs_anywhere_in_the_desk(
    world: World, logged_in: LogIn, tmp_path: Path, script: str
) -> None:
    root = await logged_in("root")
    spoilt = spoil(tmp_path / "desk.db", script)
    assert {"messages.text", "messages.buttons", "customers.name", "customers.email", "cases.story"} <= set(spoilt)
    shown = 0
    for path in pages(world):
        for html in await html_of(root, path):
            assert dangers(html) == [], path
            shown += "alert(1)" in html
    assert shown >= 3


async def test_no_page_has_anything_inline_and_every_answer_says_so(world: World, logged_in: LogIn) -> None:
    root = await logged_in("root")
    for path in pages(world):
        for html in await html_of(root, path):
            assert dangers(html) == [], path
        policy = (await root.get(path)).headers["Content-Security-Policy"]
        assert "unsafe" not in policy, path
        assert ("default-src 'none'" in policy) or ("sandbox" in policy), path
        directives = dict(part.split(" ", 1) for part in policy.split("; ") if " " in part)
        assert directives.get("script-src", "'none'") in ("'self'", "'none'"), path


async def test_no_form_works_without_the_sessions_own_token(world: World, logged_in: LogIn) -> None:
    ana, ben = await logged_in("root"), await logged_in("ben")
    for route in routes(world.app):
        if route.method != "POST" or route.permission is None:
            continue
        for given in ({}, {"X-CSRF-Token": ""}, {"X-CSRF-Token": ben.csrf}, {"X-CSRF-Token": "ü"}):
            answer = await ana.client.post(route.address(), json={}, headers=given, allow_redirects=False)
            assert answer.status == 403, (route, given)
        form = await ana.client.post(route.address(), data={"csrf": ben.csrf}, allow_redirects=False)
        assert form.status == 403, route
    assert (await ana.get("/desk/account")).status == 200


async def test_no_form_of_another_site_works_even_with_the_right_token(world: World, logged_in: LogIn) -> None:
    root = await logged_in("root")
    for route in routes(world.app):
        if route.method != "POST":
            continue
        for origin in ("https://evil.example", "null", f"http://evil.example:{root.client.port}"):
            headers = {"X-CSRF-Token": root.csrf, "Origin": origin}
            answer = await root.client.post(route.address(), json={}, headers=headers, allow_redirects=False)
            assert answer.status == 403, (route, origin)


async def test_a_socket_is_for_people_with_a_session_and_for_our_own_pages(
    logged_in: LogIn, a_browser: MakeBrowser
) -> None:
    ana, stranger = await logged_in("ana"), a_browser()
    own = str(ana.client.make_url("/")).rstrip("/")
    for browser, origin in (
        (stranger, own), (ana, "https://evil.example"), (ana, "null"), (ana, None), (ana, own.replace("://", "://x.")),
    ):  # fmt: skip
        with pytest.raises(WSServerHandshakeError) as raised:
            await browser.client.ws_connect("/desk/live", origin=origin)
        assert raised.value.status in (401, 403), origin
    socket = await ana.client.ws_connect("/desk/live", origin=own)
    await socket.close()


async def test_a_token_that_was_planted_before_the_login_never_becomes_a_session(
    world: World, a_browser: MakeBrowser
) -> None:
    browser = a_browser()
    planted = {"parley_desk": "planted", "parley_desk_code": "planted", "parley_desk_login": "planted"}
    browser.client.session.cookie_jar.update_cookies(planted)
    entered = await browser.log_in("ana")
    assert entered.status == 303
    assert entered.cookies["parley_desk"].value != "planted"
    async with world.uow() as uow:
        assert await accounts.session_of(uow, "planted", world.now) is None


async def test_a_changed_password_makes_a_stolen_token_useless(logged_in: LogIn) -> None:
    ana, thief = await logged_in("ana"), await logged_in("ana")
    chosen = {"old": PASSWORD, "new": "nine tall ships", "again": "nine tall ships"}
    changed = await ana.submit("/desk/password", **chosen)
    assert changed.status == 303
    assert (await thief.get("/desk/account")).status == 303
    assert (await ana.get("/desk/account")).status == 200


async def test_guessing_is_slowed_for_an_account_and_for_an_address(world: World, a_browser: MakeBrowser) -> None:
    browser = a_browser()
    answers = [(await browser.log_in("ana", f"guess {n}")).status for n in range(MAX_WRONG_PASSWORDS)]
    assert answers == [401] * MAX_WRONG_PASSWORDS
    assert (await browser.log_in("ana")).status == 401
    while (answer := await browser.log_in("nobody", "guess")).status == 401:
        answers.append(answer.status)
    assert answer.status == 429
    assert len(answers) + 1 == MAX_FAILURES


async def test_an_unknown_name_a_wrong_password_and_a_deactivated_account_answer_alike(
    world: World, a_browser: MakeBrowser
) -> None:
    async with world.uow() as uow:
        ben = await accounts.existing(uow, "ben")
        ben.disabled_at = world.now
        await uow.commit()
    said = set()
    for name, password in (("nobody", "x"), ("ana", "x"), ("ben", PASSWORD), ("ben", "x")):
        answer = await a_browser().log_in(name, password)
        problem = re.search(r'<p class="problem" role="alert">(.*?)</p>', await answer.text())
        said.add((answer.status, problem[1] if problem else None))
    assert len(said) == 1


async def test_cookies_are_out_of_reach_of_scripts_and_other_sites(a_browser: MakeBrowser) -> None:
    entered = await a_browser().log_in("ana")
    form = await a_browser().get("/desk/login")
    for cookie in (entered.cookies["parley_desk"], form.cookies["parley_desk_login"]):
        assert cookie["httponly"]
        assert cookie["samesite"] in ("Lax", "Strict")
        assert cookie["path"].startswith("/desk")


async def test_after_the_login_nobody_is_led_to_another_site(a_browser: MakeBrowser) -> None:
    for wanted in (
        "https://evil.example",
        "//evil.example",
        "/desk\\@evil",
        "/desk/\r\nX: y",
        "/deskevil",
        "/desk/login",
    ):
        entered = await a_browser().log_in("ana", next_page=wanted)
        assert entered.headers["Location"] == "/desk", wanted


async def test_overlong_input_is_refused_and_breaks_nothing(logged_in: LogIn, a_browser: MakeBrowser) -> None:
    root, long = await logged_in("root"), "x" * 100_000
    assert (await a_browser().log_in(long, long)).status == 401
    assert (await root.submit("/desk/people", name=long, display_name=long, capacity=long)).status == 400
    assert (await root.get(f"/desk/audit?subject={long[:3000]}")).status == 200
    assert (await root.get(f"/desk/invitation/{long[:3000]}")).status == 410
