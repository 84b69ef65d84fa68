"""Who may do what: every route of the desk, for every role, over HTTP.

A new route belongs into the table; the first test names those that are not.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from bot.desk.permissions import PERMISSIONS, Permission
from bot.services import accounts
from bot.services.account import Account, Role
from tests.integration.desk.conftest import Browser
from tests.integration.desk.routes import Route, routes
from tests.integration.desk.world import World, password_hash

LogIn = Callable[[str], Awaitable[Browser]]

WITHOUT_LOGIN = """
    GET  /desk/invitation/{token}
    POST /desk/invitation/{token}
    GET  /desk/login
    POST /desk/login
    GET  /desk/login/code
    POST /desk/login/code
    GET  /desk/texts/{language}.js
"""

TABLE = {
    Permission.READ: """
        GET  /desk
        GET  /desk/
        GET  /desk/account
        GET  /desk/account/second-factor
        POST /desk/account/second-factor
        POST /desk/account/second-factor/codes
        POST /desk/account/second-factor/off
        POST /desk/account/sessions/end-others
        POST /desk/account/sessions/{session}/end
        GET  /desk/cases/{number}/timeline
        GET  /desk/conversations/{id}
        GET  /desk/conversations/{id}/earlier
        POST /desk/conversations/{id}/read
        GET  /desk/conversations/{id}/updates
        GET  /desk/evidence/{id}
        GET  /desk/evidence/{id}/thumbnail
        GET  /desk/live
        POST /desk/logout
        GET  /desk/mentions
        GET  /desk/mentions/count
        GET  /desk/password
        POST /desk/password
        POST /desk/preferences
        POST /desk/presence
        POST /desk/presence/beat
        GET  /desk/queue
        GET  /desk/queue/changes
        GET  /desk/queue/further
        GET  /desk/undelivered
    """,
    Permission.ANSWER: """
        POST /desk/conversations/{id}/attach
        GET  /desk/conversations/{id}/help
        POST /desk/conversations/{id}/messages/{message}/edit
        POST /desk/conversations/{id}/messages/{message}/retract
        POST /desk/conversations/{id}/note
        POST /desk/conversations/{id}/preview
        POST /desk/conversations/{id}/reply
        POST /desk/conversations/{id}/resolve
        POST /desk/conversations/{id}/return
        POST /desk/conversations/{id}/take-over
        POST /desk/conversations/{id}/transfer
        POST /desk/undelivered/resend
        POST /desk/undelivered/{id}/resend
        POST /desk/conversations/{id}/translate
        POST /desk/queue/assign
        POST /desk/queue/close
        POST /desk/queue/snooze
        POST /desk/queue/tag
    """,
    Permission.DECIDE: """
        POST /desk/approvals/{id}/withdraw
        POST /desk/cases/{number}/answer
        POST /desk/cases/{number}/approve
        POST /desk/cases/{number}/decline
        POST /desk/cases/{number}/liability
        POST /desk/cases/{number}/offer
        POST /desk/cases/{number}/priority
        POST /desk/cases/{number}/refund
        POST /desk/cases/{number}/reopen
        POST /desk/cases/{number}/settle
        POST /desk/customs/{number}/close
        POST /desk/repairs/{number}/quote
        POST /desk/returns/{rma}/label
        POST /desk/tasks/{id}/finish
        POST /desk/tasks/{id}/take
    """,
    Permission.SUPERVISE: """
        GET  /desk/approvals
        POST /desk/approvals/{id}/approve
        POST /desk/approvals/{id}/decline
        POST /desk/cases/{number}/merge
        POST /desk/conversations/{id}/whisper
    """,
    Permission.STATISTICS: """
        GET  /desk/statistics
        GET  /desk/statistics.csv
    """,
    Permission.AUDIT: """
        GET  /desk/audit
        GET  /desk/audit.csv
    """,
    Permission.MANAGE_PEOPLE: """
        GET  /desk/people
        POST /desk/people
        GET  /desk/people/new
        GET  /desk/people/{id}
        POST /desk/people/{id}
        POST /desk/people/{id}/activate
        POST /desk/people/{id}/deactivate
        POST /desk/people/{id}/link
        POST /desk/people/{id}/second-factor/remove
        POST /desk/people/{id}/sessions/{session}/end
    """,
    Permission.SETTINGS: """
        GET  /desk/settings
        GET  /desk/settings/canned
        GET  /desk/settings/canned/new
        POST /desk/settings/canned/new
        GET  /desk/settings/canned/{id}
        POST /desk/settings/canned/{id}
        POST /desk/settings/canned/{id}/remove
        GET  /desk/settings/{key}
        POST /desk/settings/{key}
    """,
}

ROLES = {
    Role.AGENT: {Permission.READ, Permission.ANSWER, Permission.DECIDE},
    Role.SUPERVISOR: set(Permission) - {Permission.MANAGE_PEOPLE, Permission.SETTINGS},
    Role.ADMINISTRATOR: set(Permission),
}
"""What each role may, written down once more: whoever changes a role changes it here too."""


def listed(text: str) -> list[tuple[str, str]]:
    return [(line.split()[0], line.split()[1]) for line in text.strip().splitlines()]


GUARDED = {entry: permission for permission, text in TABLE.items() for entry in listed(text)}


def of_app(world: World) -> list[Route]:
    """Return the routes, the one that ends the session last."""
    return sorted(routes(world.app), key=lambda route: route.path == "/desk/logout")


async def call(browser: Browser, route: Route, **headers: str) -> Any:
    headers = {"X-CSRF-Token": browser.csrf, "Accept": "application/json", **headers}
    # To whom matters where agents may take conversations only for themselves.
    body: Any = {"json": {"to": "somebody"}} if route.method == "POST" else {}
    return await browser.client.request(route.method, route.address(), headers=headers, allow_redirects=False, **body)


async def of_role(world: World, browser: Browser, role: Role) -> Browser:
    async with world.uow() as uow:
        uow.accounts.add(Account("somebody", "somebody", "Some Body", password_hash(), role, world.now))
        await uow.commit()
    assert (await browser.log_in("somebody")).status == 303
    return browser


async def test_every_route_is_in_the_table_with_its_permission(world: World) -> None:
    found = {(route.method, route.path): route.permission for route in of_app(world)}
    table: dict[tuple[str, str], Permission | None] = {**GUARDED, **dict.fromkeys(listed(WITHOUT_LOGIN))}
    assert found == table


def test_every_role_has_the_permissions_of_the_table() -> None:
    assert {role: set(permissions) for role, permissions in PERMISSIONS.items()} == ROLES


@pytest.mark.parametrize("role", list(Role))
async def test_a_role_gets_through_to_its_own_views_and_to_no_others(
    world: World, a_browser: Callable[[], Browser], role: Role
) -> None:
    browser = await of_role(world, a_browser(), role)
    for route in of_app(world):
        answer = await call(browser, route)
        refused = "Your role does not include this" in await answer.text()
        if route.permission is None:
            assert not refused, route
        elif route.permission in ROLES[role]:
            assert answer.status not in (401, 500), route
            assert not refused, route
        else:
            assert (answer.status, refused) == (403, True), route


async def test_nobody_gets_through_without_a_session(world: World, a_browser: Callable[[], Browser]) -> None:
    for route in of_app(world):
        if route.permission is None:
            continue
        assert (await call(a_browser(), route)).status == 401, route
        if route.method == "GET":
            page = await a_browser().get(route.address())
            assert page.headers["Location"].startswith("/desk/login?next="), route


@pytest.mark.parametrize("cookie", ["parley_desk=", "parley_desk=guessed", f"parley_desk={'0' * 64}"])
async def test_nobody_gets_through_with_a_token_of_their_own(
    world: World, a_browser: Callable[[], Browser], cookie: str
) -> None:
    browser = a_browser()
    for route in of_app(world):
        if route.permission is not None:
            assert (await call(browser, route, Cookie=cookie)).status == 401, route


async def test_a_one_time_password_opens_only_the_form_to_change_it(
    world: World, a_browser: Callable[[], Browser]
) -> None:
    browser = await of_role(world, a_browser(), Role.ADMINISTRATOR)
    async with world.uow() as uow:
        account = await uow.accounts.get("somebody")
        assert account
        account.must_change_password = True
        await uow.commit()
    for route in of_app(world):
        if route.permission is not None and route.path not in ("/desk/password", "/desk/logout"):
            assert (await call(browser, route)).status == 403, route


async def test_a_taken_role_is_gone_at_the_next_request(world: World, a_browser: Callable[[], Browser]) -> None:
    browser = await of_role(world, a_browser(), Role.ADMINISTRATOR)
    assert (await browser.get("/desk/people")).status == 200
    async with world.uow() as uow:
        account = await accounts.existing(uow, "somebody")
        account.role = Role.AGENT
        await uow.commit()
    assert (await browser.get("/desk/people")).status == 403


async def test_pages_lead_only_where_the_role_may_go(world: World, a_browser: Callable[[], Browser]) -> None:
    guarded = {path: permission for (method, path), permission in GUARDED.items() if method == "GET"}
    for name, role in (("ana", Role.AGENT), ("root", Role.ADMINISTRATOR)):
        browser = a_browser()
        await browser.log_in(name)
        for page in ("/desk", "/desk/account", "/desk/conversations/c-anna"):
            links = set(re.findall(r'href="(/desk[^"?#]*)', await browser.text(page)))
            wrong = [link for link in links if link in guarded and guarded[link] not in ROLES[role]]
            assert not wrong, (name, page, wrong)
