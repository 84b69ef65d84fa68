"""Everybody's own account: the password, and the browsers that are logged in."""

from __future__ import annotations

from aiohttp import web

from bot.desk import doors
from bot.desk.keys import desk_of, visitor_of
from bot.desk.pages import page, texts_of
from bot.desk.permissions import Permission, needs
from bot.errors import AuthenticationError, InvalidInputError
from bot.services import accounts, passwords, sessions


@needs(Permission.READ)
async def show_account(request: web.Request) -> web.Response:
    """Show what concerns only oneself: password, second factor, browsers."""
    desk, visitor = desk_of(request), visitor_of(request)
    async with desk.uow() as uow:
        found = await sessions.open_of(uow, visitor.account.id, desk.clock())
    return page(request, "account.html", {"sessions": found})


@needs(Permission.READ)
async def end_session(request: web.Request) -> web.Response:
    """Log one of one's own browsers out."""
    desk, own = desk_of(request), visitor_of(request).account.id
    async with desk.uow() as uow:
        await sessions.end(uow, own, request.match_info["session"], desk.clock(), actor=f"agent:{own}")
    raise web.HTTPSeeOther("/desk/account")


@needs(Permission.READ)
async def end_other_sessions(request: web.Request) -> web.Response:
    """Log all of one's other browsers out."""
    desk, visitor = desk_of(request), visitor_of(request)
    async with desk.uow() as uow:
        await sessions.end_others(uow, visitor.session, desk.clock())
    raise web.HTTPSeeOther("/desk/account")


@needs(Permission.READ)
async def show_password(request: web.Request) -> web.Response:
    """Show the form for a new password."""
    return _password_form(request)


@needs(Permission.READ)
async def change_password(request: web.Request) -> web.Response:
    """Set a new password; every other browser of this account is logged out."""
    desk, visitor, _ = desk_of(request), visitor_of(request), texts_of(request)
    form = await request.post()
    old, new, again = (str(form.get(field, "")) for field in ("old", "new", "again"))
    if new != again:
        return _password_form(request, _("The two new passwords differ."))
    try:
        async with desk.throttle.turn(), desk.uow() as uow:
            _account, token, _session = await accounts.change_password(
                uow, visitor.account.id, old, new, desk.clock(), user_agent=doors.user_agent(request)
            )
    except AuthenticationError:
        return _password_form(request, _("The present password is wrong."))
    except InvalidInputError as error:
        return _password_form(request, doors.password_problem(request, error.problem))
    response = web.HTTPSeeOther("/desk")
    doors.set_session(response, desk, token)
    raise response


def _password_form(request: web.Request, problem: str | None = None) -> web.Response:
    values = {"problem": problem, "shortest": passwords.SHORTEST_PASSWORD}
    return page(request, "password.html", values, status=400 if problem else 200)


ROUTES = [
    web.get("/account", show_account),
    web.post("/account/sessions/{session}/end", end_session),
    web.post("/account/sessions/end-others", end_other_sessions),
    web.get("/password", show_password),
    web.post("/password", change_password),
]
