"""Logging in and out, and choosing a password."""

from __future__ import annotations

import hashlib
import hmac
import secrets

import structlog
from aiohttp import web

from bot.desk.keys import SESSION_COOKIE, Desk, desk_of, visitor_of, visitor_or_none
from bot.desk.pages import page
from bot.errors import AuthenticationError, InvalidInputError
from bot.services import accounts

log = structlog.get_logger()

_LOGIN_COOKIE = "parley_desk_login"
_WRONG = "Name or password is wrong, or the account is locked for some minutes after too many tries."
_BLOCKED = "Too many failed logins from your network. Please wait ten minutes."
_STALE = "This page was out of date. Please try again."
PASSWORD_PROBLEMS = {
    "too_short": f"Use at least {accounts.SHORTEST_PASSWORD} characters.",
    "too_long": f"Use at most {accounts.LONGEST_PASSWORD} characters.",
    "unchanged": "The new password must differ from the old one.",
    "too_simple": "Choose one that does not contain your login name and has more variety.",
}


async def show_login(request: web.Request) -> web.Response:
    """Show the login form; somebody who is logged in already goes on."""
    if visitor_or_none(request) is not None:
        raise web.HTTPSeeOther(_target(request))
    return _login_form(request)


async def log_in(request: web.Request) -> web.Response:
    """Log somebody in and give the browser a new session."""
    desk, now = desk_of(request), desk_of(request).clock()
    form = await request.post()
    name, password = str(form.get("name", "")), str(form.get("password", ""))
    if not _is_our_login_form(request, desk, str(form.get("token", ""))):
        return _login_form(request, _STALE, name=name, status=400)
    async with desk.throttle.turn():
        if desk.throttle.is_blocked(request.remote, now):
            log.warning("desk.login_blocked")
            return _login_form(request, _BLOCKED, name=name, status=429)
        try:
            async with desk.uow() as uow:
                account, token, _ = await accounts.log_in(uow, name, password, now)
        except AuthenticationError:
            desk.throttle.fail(request.remote, now)
            return _login_form(request, _WRONG, name=name, status=401)
    await _end_old_session(request, desk)
    response = web.HTTPSeeOther("/desk/password" if account.must_change_password else _target(request))
    _set_session(response, desk, token)
    response.del_cookie(_LOGIN_COOKIE, path="/desk/login")
    raise response


async def log_out(request: web.Request) -> web.Response:
    """End the session."""
    desk = desk_of(request)
    visitor_of(request)
    await _end_old_session(request, desk)
    response = web.HTTPSeeOther("/desk/login")
    response.del_cookie(SESSION_COOKIE, path="/desk")
    raise response


async def show_password(request: web.Request) -> web.Response:
    """Show the form for a new password."""
    visitor_of(request)
    return page(request, "password.html", {"problem": None})


async def change_password(request: web.Request) -> web.Response:
    """Set a new password; every other browser of this account is logged out."""
    desk, visitor = desk_of(request), visitor_of(request)
    form = await request.post()
    old, new, again = (str(form.get(field, "")) for field in ("old", "new", "again"))
    if new != again:
        return page(
            request,
            "password.html",
            {"problem": "The two new passwords differ."},
            status=400,
        )
    try:
        async with desk.throttle.turn(), desk.uow() as uow:
            _, token, _ = await accounts.change_password(uow, visitor.account.id, old, new, desk.clock())
    except AuthenticationError:
        return page(
            request,
            "password.html",
            {"problem": "The present password is wrong."},
            status=400,
        )
    except InvalidInputError as error:
        return page(
            request,
            "password.html",
            {"problem": PASSWORD_PROBLEMS[error.problem]},
            status=400,
        )
    response = web.HTTPSeeOther("/desk")
    _set_session(response, desk, token)
    raise response


def _login_form(
    request: web.Request,
    problem: str | None = None,
    *,
    name: str = "",
    status: int = 200,
) -> web.Response:
    desk = desk_of(request)
    nonce = request.cookies.get(_LOGIN_COOKIE) or secrets.token_urlsafe(16)
    values = {
        "problem": problem,
        "name": name,
        "token": _login_token(desk, nonce),
        "next": _target(request),
    }
    response = page(request, "login.html", values, status=status)
    response.set_cookie(
        _LOGIN_COOKIE,
        nonce,
        path="/desk/login",
        httponly=True,
        samesite="Strict",
        secure=desk.secure_cookies,
    )
    return response


def _login_token(desk: Desk, nonce: str) -> str:
    return hmac.new(desk.secret, b"desk login " + nonce.encode(), hashlib.sha256).hexdigest()


def _is_our_login_form(request: web.Request, desk: Desk, token: str) -> bool:
    # Otherwise another site could log an agent in under an account of its own and read along.
    nonce = request.cookies.get(_LOGIN_COOKIE, "")
    return bool(nonce) and hmac.compare_digest(token.encode(), _login_token(desk, nonce).encode())


def _target(request: web.Request) -> str:
    """Return the desk's page that was asked for before the login, never another site."""
    wanted = request.query.get("next", "")
    is_ours = wanted == "/desk" or wanted.startswith("/desk/")
    return wanted if is_ours and not wanted.startswith("/desk/login") and "\\" not in wanted else "/desk"


async def _end_old_session(request: web.Request, desk: Desk) -> None:
    old = request.cookies.get(SESSION_COOKIE)
    if old:
        async with desk.uow() as uow:
            await accounts.log_out(uow, old, desk.clock())


def _set_session(response: web.StreamResponse, desk: Desk, token: str) -> None:
    response.set_cookie(
        SESSION_COOKIE,
        token,
        path="/desk",
        max_age=int(accounts.SESSION_LASTS.total_seconds()),
        httponly=True,
        samesite="Lax",
        secure=desk.secure_cookies,
    )


ROUTES = [
    web.get("/login", show_login),
    web.post("/login", log_in),
    web.post("/logout", log_out),
    web.get("/password", show_password),
    web.post("/password", change_password),
]
