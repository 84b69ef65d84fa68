"""Attacks on the desk: forged requests, scripts in what customers write, stolen and fixed sessions, guessing."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from aiohttp import WSServerHandshakeError

from bot.desk.statistics_query import BREAKDOWNS
from bot.desk.task_views import Whose
from bot.desk.texts import DESK_LANGUAGES
from bot.desk.throttle import MAX_FAILURES
from bot.services import accounts
from bot.services.account import MAX_WRONG_PASSWORDS
from bot.services.desk_settings import SettingKey
from bot.services.inbox_ports import Sort, View
from tests.integration.desk.conftest import Browser
from tests.integration.desk.machine_columns import MACHINES
from tests.integration.desk.routes import Route, routes
from tests.integration.desk.spoilt import MARK, SCRIPTS, Spoilt, texts
from tests.integration.desk.world import PASSWORD, World

LogIn = Callable[[str], Awaitable[Browser]]
MakeBrowser = Callable[[], Browser]

# What stands in the braces of addresses: more than one where the pages differ.
KNOWN: dict[str, tuple[str, ...]] = {
    "/conversations/{id}": ("c-evil", "c-anna", "c-held", "c-bot"),
    "/cases/{number}": ("C1000002", "C1000001"),
    "/people/{id}": ("ana", "accounts-id"),
    "/evidence/{id}": ("evidence-id",),
    "/settings/canned/{id}": ("1",),
    "/settings/{key}": tuple(SettingKey),
    "/texts/{language}": DESK_LANGUAGES,
    "/invitation/{token}": ("nonsense",),
}

# What pages show by what stands after the question mark.
ASKED = (
    *(f"/desk?view={view}" for view in View),
    *(f"/desk/queue?view={view}&sort={sort}" for view, sort in zip(View, (*Sort, *Sort))),
    *(f"/desk/queue/further?view={view}" for view in View),
    *(f"/desk?q={words}" for words in ("alert", "evil", "10482999", "C1000002")),
    "/desk/queue?language=en&channel=web&country=US&agent_id=ana&tag=vip",
    "/desk/queue/changes?view=all&id=c-evil&id=c-anna&id=c-held",
    "/desk/queue/changes?view=bot&id=c-bot",
    "/desk/conversations/c-evil/updates?after=0&changes=0",
    "/desk/conversations/c-evil/earlier?before=999999",
    *(f"/desk/statistics?by={by}&period=365" for by in BREAKDOWNS),
    *(f"/desk/tasks?whose={whose}" for whose in Whose),
    "/desk/nowhere",
)

# What must have been on some page, so that an empty page is not taken for a safe one.
SHOWN = frozenset(
    """
    accounts.display_name approvals.answer approvals.reason audit_events.data canned_responses.shortcut
    canned_responses.texts canned_responses.title case_facts.channel case_facts.destination case_facts.issue
    case_facts.language cases.language cases.policy_name cases.policy_rules cases.story conversations.channel
    conversations.id conversations.language customers.country customers.email customers.language customers.name
    customers.phone desk_settings.value escalations.facts escalations.language exchanges.carrier
    exchanges.tracking_number identifications.order_number liability_findings.facts liability_findings.reason
    messages.buttons messages.custom messages.language messages.text notifications.response offers.note offers.reasons
    order_lines.color order_lines.size orders.address outbox.channel outbox.error payments.method products.title
    reshipments.carrier reshipments.tracking_number returns.carrier returns.tracking_number sessions.user_agent
    shipments.carrier shipments.tracking_number tasks.note tasks.owner tasks.result tasks.what tracking_events.location
    variants.color variants.size
    """.split()
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
    return [*(address for route in found for address in addresses(route)), *ASKED]


def addresses(route: Route) -> Iterator[str]:
    """Yield a route's addresses; a part in braces that nothing is known for fails."""
    part = re.search(r"/\w+(?:/canned)?/\{(\w+)\}", re.sub(r":[^}]*", "", route.path))
    if part is None:
        assert "{" not in route.path, route
        yield route.path
    else:
        for value in KNOWN[part[0]]:
            yield route.address(**{part[1]: value})


async def html_of(browser: Browser, path: str) -> list[str]:
    answer = await browser.get(path)
    assert answer.status < 500, path
    if answer.content_type == "text/html":
        return [await answer.text()]
    return list(fragments(await answer.json())) if answer.content_type == "application/json" else []


@pytest.mark.parametrize("script", SCRIPTS)
async def test_nothing_that_is_stored_runs_anywhere_in_the_desk(
    world: World, logged_in: LogIn, tmp_path: Path, script: str
) -> None:
    root = await logged_in("root")
    spoilt = Spoilt(tmp_path / "desk.db", script)
    assert spoilt.tables_without_rows == set()
    assert spoilt.columns == set(texts()) - set(MACHINES), "a column of text is neither spoilt nor a machine's"
    shown = set()
    odd = quote(spoilt.text("conversations.id"), safe="")
    for path in [*pages(world), f"/desk/conversations/{odd}", f"/desk/queue/changes?id={odd}"]:
        for html in await html_of(root, path):
            assert dangers(html) == [], path
            shown |= set(MARK.findall(html))
    assert shown >= SHOWN, f"no page shows {sorted(SHOWN - shown)} any more, so nothing is known of them"


def test_every_column_that_is_left_alone_exists() -> None:
    assert set(MACHINES) <= set(texts())


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
