"""What holds for every page of the desk: headers, errors, who is logged in, and that forms are our own."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from urllib.parse import quote, urlsplit

import structlog
from aiohttp import web

from bot.desk import script_texts
from bot.desk.keys import SESSION_COOKIE, Visitor, desk_of, sign_in, visitor_or_none
from bot.desk.pages import page, texts_of
from bot.desk.texts import Texts
from bot.errors import ConflictError, IllegalStateError, NotFoundError, ParleyError
from bot.services import accounts, sessions

log = structlog.get_logger()

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_FILES = ("/desk/static/", script_texts.PATH)
_PUBLIC = ("/desk/login", "/desk/invitation/", *_FILES)
_WITH_OWN_TOKEN = ("/desk/login", "/desk/invitation/")
"""Forms for people without a session, see ``doors.entrance``; they may be sent by somebody who has one."""

_UNATTENDED = ("/desk/tasks/count",)
"""What pages ask by themselves: nobody has used a session by that."""

_WITH_ONE_TIME_PASSWORD = ("/desk/password", "/desk/logout")

_HEADERS = {
    # No inline script or style: what a customer manages to smuggle into a page is not run.
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    # Not "no-referrer": browsers then send "Origin: null" with our own forms.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


@web.middleware
async def headers(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Put the security headers on every answer, errors included."""
    try:
        response = await handler(request)
    except web.HTTPException as error:
        harden(request, error)
        raise
    if not response.prepared:
        harden(request, response)
    return response


def harden(request: web.Request, response: web.StreamResponse) -> None:
    """Put the security headers on an answer; views whose answer begins before they return do it themselves."""
    for name, value in _HEADERS.items():
        # A view may be stricter: what customers sent is shown in a sandbox.
        response.headers.setdefault(name, value)
    if request.path.startswith(_FILES):
        response.headers.setdefault("Cache-Control", "no-cache")
    else:
        response.headers["Cache-Control"] = "no-store"


@web.middleware
async def errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn errors into a page, or into JSON where a script asked."""
    try:
        return await handler(request)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        return _failure(request, error.status, _reason(request, error), "http")
    except NotFoundError as error:
        return _failure(request, 404, texts_of(request)("There is no such thing here any more."), error.code)
    except (ConflictError, IllegalStateError) as error:
        return _failure(
            request,
            409,
            texts_of(request)("Somebody changed this at the same moment. Look again, then retry."),
            error.code,
        )
    except ParleyError as error:
        return _failure(request, 400, texts_of(request)("That did not work."), error.code)
    except Exception:
        log.exception("desk.failed", path=request.match_info.route.name)
        return _failure(
            request,
            500,
            texts_of(request)("Something went wrong on our side. Please try again."),
            "internal",
        )


def _reason(request: web.Request, error: web.HTTPException) -> str:
    """Return what an error says in the visitor's language; HTTP's own words for a page that is not there are none."""
    if error.reason == HTTPStatus(error.status).phrase:
        return http_words(texts_of(request), error.status)
    return texts_of(request)(error.reason)


def http_words(_: Texts, status: int) -> str:
    """Return what an error of HTTP means for people."""
    if status in (404, 405):
        return _("There is no such page.")
    if status == 403:
        return _("You may not do this.")
    return _("Your browser sent too much at once.") if status == 413 else _("That did not work.")


def _failure(request: web.Request, status: int, message: str, code: str) -> web.Response:
    if _wants_json(request):
        return web.json_response({"error": {"code": code, "message": message}}, status=status)
    return page(request, "error.html", {"status": status, "message": message}, status=status)


def _wants_json(request: web.Request) -> bool:
    return "application/json" in request.headers.get("Accept", "") or request.content_type == "application/json"


@web.middleware
async def login(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Find out who is asking, and let nobody in without a login or with a one-time password."""
    desk = desk_of(request)
    token = request.cookies.get(SESSION_COOKIE)
    if request.path.startswith(_FILES):
        return await handler(request)
    if token:
        async with desk.uow() as uow:
            found = await accounts.session_of(uow, token, desk.clock())
            if found is not None and request.path not in _UNATTENDED:
                await sessions.note_use(uow, found[1], desk.clock())
        if found is not None:
            sign_in(request, Visitor(*found))
    visitor = visitor_or_none(request)
    if visitor is None and not request.path.startswith(_PUBLIC):
        if request.method != "GET" or _wants_json(request) or "Upgrade" in request.headers:
            raise web.HTTPUnauthorized(reason="Your session is over. Please log in again.")
        raise web.HTTPSeeOther(f"/desk/login?next={quote(request.path, safe='/')}")
    if visitor and visitor.account.must_change_password and not request.path.startswith(_WITH_ONE_TIME_PASSWORD):
        if request.method != "GET" or _wants_json(request) or "Upgrade" in request.headers:
            raise web.HTTPForbidden(reason="Choose a password of your own first.")
        raise web.HTTPSeeOther("/desk/password")
    return await handler(request)


@web.middleware
async def own_forms(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse whatever another site makes a browser send."""
    if request.method in ("GET", "HEAD"):
        return await handler(request)
    if "Origin" in request.headers and not is_own_origin(request):
        raise web.HTTPForbidden(reason="This came from another site.")
    visitor = visitor_or_none(request)
    if visitor is not None and not request.path.startswith(_WITH_OWN_TOKEN):
        given = request.headers.get("X-CSRF-Token")
        if given is None:
            given = str((await request.post()).get("csrf", ""))
        if not hmac.compare_digest(given.encode(), visitor.session.csrf_token.encode()):
            raise web.HTTPForbidden(reason="This page is out of date. Please reload it and try again.")
    return await handler(request)


def is_own_origin(request: web.Request) -> bool:
    """Tell whether a browser says that one of our own pages sent a request."""
    return urlsplit(request.headers.get("Origin", "")).netloc == request.host


ALL = (headers, errors, login, own_forms)
