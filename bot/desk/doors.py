"""What the forms share by which people come in: a token against forged ones, cookies, and words about passwords."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from bot.desk.keys import SESSION_COOKIE, Desk, desk_of
from bot.desk.pages import page, texts_of
from bot.desk.texts import mark
from bot.services import accounts, passwords
from bot.services.account import Session

CODE_COOKIE = "parley_desk_code"
_FORM_COOKIE = "parley_desk_login"

_PASSWORD_PROBLEMS = {
    "too_short": mark("Use at least {least} characters."),
    "too_long": mark("Use at most {most} characters."),
    "unchanged": mark("The new password must differ from the old one."),
    "contains_name": mark("Leave your login name out of the password."),
    "too_simple": mark("Use more different characters, and not a row of the keyboard."),
    "too_common": mark("Many people use this password, with or without digits. Choose one that is your own."),
}


def password_problem(request: web.Request, code: str) -> str:
    """Return which rule a password breaks."""
    _ = texts_of(request)
    return _(_PASSWORD_PROBLEMS[code], least=passwords.SHORTEST_PASSWORD, most=passwords.LONGEST_PASSWORD)


def entrance(request: web.Request, template: str, values: Mapping[str, Any], *, status: int = 200) -> web.Response:
    """Return a page with a form for people without a session; its ``token`` belongs to a cookie of this browser."""
    desk = desk_of(request)
    nonce = request.cookies.get(_FORM_COOKIE) or secrets.token_urlsafe(16)
    response = page(request, template, {**values, "token": _form_token(desk, nonce)}, status=status)
    _set_cookie(response, desk, _FORM_COOKIE, nonce, path="/desk", samesite="Strict")
    return response


def is_our_form(request: web.Request, token: str) -> bool:
    """Tell whether a form came from ``entrance``.

    Otherwise another site could log an agent in under an account of its own and read along.
    """
    nonce = request.cookies.get(_FORM_COOKIE, "")
    return bool(nonce) and hmac.compare_digest(token.encode(), _form_token(desk_of(request), nonce).encode())


def let_in(request: web.Request, token: str, session: Session, target: str) -> web.HTTPSeeOther:
    """Return the way on for somebody whose password was right: into the desk, or to the form for the code."""
    desk = desk_of(request)
    if not session.awaits_code:
        response = web.HTTPSeeOther(target)
        set_session(response, desk, token)
        response.del_cookie(_FORM_COOKIE, path="/desk")
        response.del_cookie(CODE_COOKIE, path="/desk/login")
        return response
    response = web.HTTPSeeOther(str(request.url.with_path("/desk/login/code").with_query(next=target).relative()))
    _set_cookie(
        response, desk, CODE_COOKIE, token,
        path="/desk/login", samesite="Strict", max_age=int(accounts.CODE_WITHIN.total_seconds()),
    )  # fmt: skip
    return response


def set_session(response: web.StreamResponse, desk: Desk, token: str) -> None:
    """Give a browser the token of its session."""
    seconds = int(accounts.SESSION_LASTS.total_seconds())
    _set_cookie(response, desk, SESSION_COOKIE, token, path="/desk", samesite="Lax", max_age=seconds)


async def end_old_session(request: web.Request) -> None:
    """End the session that a browser had before."""
    old = request.cookies.get(SESSION_COOKIE)
    if old:
        desk = desk_of(request)
        async with desk.uow() as uow:
            await accounts.log_out(uow, old, desk.clock())


def user_agent(request: web.Request) -> str:
    """Return what a browser says it is."""
    return request.headers.get("User-Agent", "")


def target(request: web.Request) -> str:
    """Return the desk's page that was asked for before the login, never another site."""
    wanted = request.query.get("next", "")
    is_ours = wanted == "/desk" or wanted.startswith(("/desk/", "/desk?"))
    is_safe = "\\" not in wanted and wanted.isprintable()
    return wanted if is_ours and is_safe and not wanted.startswith("/desk/login") else "/desk"


def _form_token(desk: Desk, nonce: str) -> str:
    return hmac.new(desk.secret, b"desk login " + nonce.encode(), hashlib.sha256).hexdigest()


def _set_cookie(response: web.StreamResponse, desk: Desk, name: str, value: str, **options: Any) -> None:
    response.set_cookie(name, value, httponly=True, secure=desk.secure_cookies, **options)
