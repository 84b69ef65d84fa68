"""Who may do what: every route of the desk, for every role, over HTTP.

A new route belongs into the table, and one that changes something into that of the events it writes; the first tests
name those that are not.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from bot.desk.audit_codes import ACTIONS, code_of
from bot.desk.case_codes import HAPPENED
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
        GET  /desk/tasks
        GET  /desk/tasks/count
        GET  /desk/undelivered
    """,
    Permission.ANSWER: """
        POST /desk/cases/{number}/translate
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
        POST /desk/cases/{number}/tasks
        POST /desk/customs/{number}/close
        POST /desk/customs/{number}/papers
        POST /desk/repairs/{number}/give-up
        POST /desk/repairs/{number}/quote
        POST /desk/exchanges/{rma}/paid
        POST /desk/returns/{rma}/give-up
        POST /desk/returns/{rma}/label
        POST /desk/tasks/{id}/finish
        POST /desk/tasks/{id}/release
        POST /desk/tasks/{id}/take
    """,
    Permission.SUPERVISE: """
        GET  /desk/approvals
        POST /desk/approvals/{id}/approve
        POST /desk/approvals/{id}/decline
        POST /desk/cases/{number}/merge
        POST /desk/tasks/{id}/give
        POST /desk/conversations/{id}/whisper
        POST /desk/refunds/{number}/call-off
        POST /desk/refunds/{number}/paid
        POST /desk/exchanges/{rma}/give-up
        POST /desk/reshipments/{number}/call-off
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

EVENTS = """
    /desk/account/second-factor                        account.second_factor_on
    /desk/account/second-factor/codes                  account.recovery_codes_renewed
    /desk/account/second-factor/off                    account.second_factor_off
    /desk/account/sessions/end-others                  account.other_sessions_ended
    /desk/account/sessions/{session}/end               account.session_ended
    /desk/approvals/{id}/approve                       approval.granted
    /desk/approvals/{id}/decline                       approval.declined
    /desk/approvals/{id}/withdraw                      approval.withdrawn
    /desk/cases/{number}/answer                        offer.accepted offer.declined
    /desk/cases/{number}/approve                       case.approved
    /desk/cases/{number}/decline                       case.declined
    /desk/cases/{number}/liability                     liability.overruled
    /desk/cases/{number}/merge                         case.merged case.absorbed
    /desk/cases/{number}/offer                         offer.made
    /desk/cases/{number}/priority                      case.prioritised
    /desk/cases/{number}/refund                        case.refunded approval.asked
    /desk/cases/{number}/reopen                        case.reopened
    /desk/cases/{number}/settle                        return.settled
    /desk/cases/{number}/tasks                         task.opened
    /desk/conversations/{id}/attach                    message.sent
    /desk/conversations/{id}/messages/{message}/edit     message.edited
    /desk/conversations/{id}/messages/{message}/retract  message.retracted
    /desk/conversations/{id}/note                      note.added
    /desk/conversations/{id}/reply                     message.sent
    /desk/conversations/{id}/resolve                   conversation.resolved
    /desk/conversations/{id}/return                    conversation.returned_to_bot
    /desk/conversations/{id}/take-over                 conversation.taken_over
    /desk/conversations/{id}/transfer                  conversation.assigned conversation.requeued
    /desk/conversations/{id}/whisper                   conversation.whispered
    /desk/customs/{number}/close                       customs.closed
    /desk/customs/{number}/papers                      customs.papers_received
    /desk/exchanges/{rma}/give-up                      exchange.replacement_unavailable
    /desk/exchanges/{rma}/paid                         exchange.difference_paid
    /desk/invitation/{token}                           account.invitation_accepted account.logged_in
    /desk/login                                        account.logged_in
    /desk/login/code                                   account.logged_in
    /desk/logout                                       account.logged_out
    /desk/password                                     account.password_changed
    /desk/people                                       account.created
    /desk/people/{id}                                  account.changed
    /desk/people/{id}/activate                         account.activated
    /desk/people/{id}/deactivate                       account.deactivated conversation.requeued task.released
    /desk/people/{id}/link                             account.invited_again
    /desk/people/{id}/second-factor/remove             account.second_factor_removed
    /desk/people/{id}/sessions/{session}/end           account.session_ended
    /desk/preferences                                  account.desk_language_changed
    /desk/presence                                     account.presence_changed
    /desk/queue/assign                                 conversation.taken_over conversation.assigned
    /desk/queue/close                                  conversation.taken_over conversation.resolved
    /desk/queue/snooze                                 conversation.snoozed conversation.woken
    /desk/queue/tag                                    conversation.tagged conversation.untagged
    /desk/refunds/{number}/call-off                    refund.canceled
    /desk/refunds/{number}/paid                        refund.sent
    /desk/repairs/{number}/give-up                     repair.expired
    /desk/repairs/{number}/quote                       repair.quoted
    /desk/reshipments/{number}/call-off                reshipment.canceled
    /desk/returns/{rma}/give-up                        return.expired
    /desk/returns/{rma}/label                          return.label_issued
    /desk/settings/canned/new                          canned_response.added
    /desk/settings/canned/{id}                         canned_response.changed
    /desk/settings/canned/{id}/remove                  canned_response.removed
    /desk/settings/{key}                               settings.changed
    /desk/tasks/{id}/finish                            task.finished
    /desk/tasks/{id}/give                              task.given
    /desk/tasks/{id}/release                           task.released
    /desk/tasks/{id}/take                              task.taken
    /desk/undelivered/resend                           message.resent
    /desk/undelivered/{id}/resend                      message.resent
"""

WITHOUT_EVENT = {
    "/desk/cases/{number}/translate": "keeps nothing: a story is shown in another language",
    "/desk/conversations/{id}/preview": "keeps nothing: a draft is shown in another language",
    "/desk/conversations/{id}/read": "how far somebody has read changes nothing for anybody else",
    "/desk/conversations/{id}/translate": "adds a reading of what was said; the words themselves stay as they were",
    "/desk/presence/beat": "a sign of life every few seconds; who comes and goes is told by account.presence_changed",
}

AUDITED: dict[str, tuple[str, ...] | str] = {
    **{line.split()[0]: tuple(line.split()[1:]) for line in EVENTS.strip().splitlines()},
    **WITHOUT_EVENT,
}
"""What each POST writes into the audit log, or why nothing; ``test_audited_actions.py`` does each of them."""

ROLES = {
    Role.AGENT: {Permission.READ, Permission.ANSWER, Permission.DECIDE},
    Role.SUPERVISOR: set(Permission) - {Permission.MANAGE_PEOPLE, Permission.SETTINGS},
    Role.ADMINISTRATOR: set(Permission),
}
"""What each role may, written down once more: whoever changes a role changes it here too."""


def listed(text: str) -> list[tuple[str, str]]:
    return [(line.split()[0], line.split()[1]) for line in text.strip().splitlines()]


GUARDED = {entry: permission for permission, text in TABLE.items() for entry in listed(text)}


def posted(world: World) -> set[str]:
    """Return the paths by which something may be changed."""
    return {route.path for route in routes(world.app) if route.method not in ("GET", "HEAD")}


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


async def test_every_action_has_its_events_in_the_table_or_a_reason_for_none(world: World) -> None:
    assert set(AUDITED) == posted(world)
    assert all(AUDITED.values())


async def test_the_audit_log_has_words_for_every_event_of_the_table() -> None:
    events = {event for events in AUDITED.values() if isinstance(events, tuple) for event in events}
    assert {event for event in events if event not in ACTIONS and code_of(event) not in HAPPENED} == set()


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
