"""Logging in, with a second factor where somebody has one, and logging out."""

from __future__ import annotations

import structlog
from aiohttp import web

from bot.desk import doors
from bot.desk.keys import SESSION_COOKIE, desk_of, visitor_or_none
from bot.desk.pages import texts_of
from bot.desk.permissions import Permission, needs
from bot.desk.texts import mark
from bot.errors import AuthenticationError
from bot.services import accounts, second_factor
from bot.services.account import Account

log = structlog.get_logger()

_WRONG = mark("Name or password is wrong, or the account is locked for some minutes after too many tries.")
_WRONG_CODE = mark("This code is wrong or was used already, or the account is locked for some minutes.")
_BLOCKED = mark("Too many failed logins from your network. Please wait ten minutes.")
_STALE = mark("This page was out of date. Please try again.")


async def show_login(request: web.Request) -> web.Response:
    """Show the login form; somebody who is logged in already goes on."""
    if visitor_or_none(request) is not None:
        raise web.HTTPSeeOther(doors.target(request))
    return _login_form(request)


async def log_in(request: web.Request) -> web.Response:
    """Log somebody in and give the browser a new session, or ask for the code of the second factor."""
    desk, now = desk_of(request), desk_of(request).clock()
    form = await request.post()
    name, password = str(form.get("name", "")), str(form.get("password", ""))
    if not doors.is_our_form(request, str(form.get("token", ""))):
        return _login_form(request, _STALE, name=name, status=400)
    async with desk.throttle.turn():
        if desk.throttle.is_blocked(request.remote, now):
            log.warning("desk.login_blocked")
            return _login_form(request, _BLOCKED, name=name, status=429)
        try:
            async with desk.uow() as uow:
                account, token, session = await accounts.log_in(
                    uow, name, password, now, user_agent=doors.user_agent(request)
                )
        except AuthenticationError:
            desk.throttle.fail(request.remote, now)
            return _login_form(request, _WRONG, name=name, status=401)
    await doors.end_old_session(request)
    raise doors.let_in(request, token, session, _first_page(account, request))


async def show_code(request: web.Request) -> web.Response:
    """Ask somebody whose password was right for the code of the second factor."""
    desk = desk_of(request)
    async with desk.uow() as uow:
        is_expected = await second_factor.awaits_code(uow, request.cookies.get(doors.CODE_COOKIE, ""), desk.clock())
    if not is_expected:
        raise web.HTTPSeeOther("/desk/login")
    return _code_form(request)


async def enter_code(request: web.Request) -> web.Response:
    """Let somebody in whose code is right, under a new session."""
    desk, now = desk_of(request), desk_of(request).clock()
    form = await request.post()
    if not doors.is_our_form(request, str(form.get("token", ""))):
        return _code_form(request, _STALE, status=400)
    async with desk.throttle.turn():
        if desk.throttle.is_blocked(request.remote, now):
            log.warning("desk.login_blocked")
            return _code_form(request, _BLOCKED, status=429)
        try:
            async with desk.uow() as uow:
                account, token, session = await second_factor.log_in(
                    uow, request.cookies.get(doors.CODE_COOKIE, ""), str(form.get("code", "")), now,
                    user_agent=doors.user_agent(request),
                )  # fmt: skip
        except AuthenticationError:
            desk.throttle.fail(request.remote, now)
            return _code_form(request, _WRONG_CODE, status=401)
    await doors.end_old_session(request)
    raise doors.let_in(request, token, session, _first_page(account, request))


@needs(Permission.READ)
async def log_out(request: web.Request) -> web.Response:
    """End the session."""
    await doors.end_old_session(request)
    response = web.HTTPSeeOther("/desk/login")
    response.del_cookie(SESSION_COOKIE, path="/desk")
    raise response


def _first_page(account: Account, request: web.Request) -> str:
    return "/desk/password" if account.must_change_password else doors.target(request)


def _login_form(
    request: web.Request, problem: str | None = None, *, name: str = "", status: int = 200
) -> web.Response:  # fmt: skip
    said = texts_of(request)(problem) if problem else None
    values = {"problem": said, "name": name[:64], "next": doors.target(request)}
    return doors.entrance(request, "login.html", values, status=status)


def _code_form(request: web.Request, problem: str | None = None, *, status: int = 200) -> web.Response:
    said = texts_of(request)(problem) if problem else None
    return doors.entrance(request, "code.html", {"problem": said, "next": doors.target(request)}, status=status)


ROUTES = [
    web.get("/login", show_login),
    web.post("/login", log_in),
    web.get("/login/code", show_code),
    web.post("/login/code", enter_code),
    web.post("/logout", log_out),
]
