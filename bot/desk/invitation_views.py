"""The page behind an invitation link: somebody chooses a password and is in."""

from __future__ import annotations

from aiohttp import web

from bot.desk import doors
from bot.desk.keys import desk_of
from bot.desk.pages import page, texts_of
from bot.errors import AuthenticationError, InvalidInputError
from bot.services import invitations, passwords
from bot.services.account import Account


async def show(request: web.Request) -> web.Response:
    """Show the form for the password; opening a link does not use it up, since messengers look at links too."""
    desk = desk_of(request)
    async with desk.uow() as uow:
        account = await invitations.invited_by(uow, request.match_info["token"], desk.clock())
    return _form(request, account) if account is not None else _useless(request)


async def accept(request: web.Request) -> web.Response:
    """Set the password and log in."""
    desk, _, token = desk_of(request), texts_of(request), request.match_info["token"]
    form = await request.post()
    new, again = str(form.get("new", "")), str(form.get("again", ""))
    async with desk.uow() as uow:
        account = await invitations.invited_by(uow, token, desk.clock())
    if account is None:
        return _useless(request)
    if not doors.is_our_form(request, str(form.get("token", ""))):
        return _form(request, account, _("This page was out of date. Please try again."))
    if new != again:
        return _form(request, account, _("The two passwords differ."))
    try:
        async with desk.throttle.turn(), desk.uow() as uow:
            _account, opened, session = await invitations.accept(
                uow, token, new, desk.clock(), user_agent=doors.user_agent(request)
            )
    except AuthenticationError:
        return _useless(request)
    except InvalidInputError as error:
        return _form(request, account, doors.password_problem(request, error.problem))
    await doors.end_old_session(request)
    raise doors.let_in(request, opened, session, "/desk")


def _form(request: web.Request, account: Account, problem: str | None = None) -> web.Response:
    values = {"problem": problem, "account": account, "shortest": passwords.SHORTEST_PASSWORD}
    return doors.entrance(request, "invitation.html", values, status=400 if problem else 200)


def _useless(request: web.Request) -> web.Response:
    return page(request, "invitation_over.html", {}, status=410)


ROUTES = [
    web.get("/invitation/{token}", show),
    web.post("/invitation/{token}", accept),
]
