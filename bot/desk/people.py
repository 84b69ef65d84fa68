"""The people of the desk, for administrators: the list, and inviting somebody."""

from __future__ import annotations

from collections import Counter
from typing import Any

from aiohttp import web

from bot.desk import profile_form
from bot.desk.keys import desk_of, visitor_of
from bot.desk.pages import page
from bot.desk.permissions import Permission, needs
from bot.errors import InvalidInputError
from bot.services import desk_settings, invitations
from bot.services.account import Role
from bot.services.presence import presence_of
from bot.services.profile import Profile


@needs(Permission.MANAGE_PEOPLE)
async def show_people(request: web.Request) -> web.Response:
    """List the accounts, those who work here first."""
    desk = desk_of(request)
    async with desk.uow() as uow:
        accounts = await uow.accounts.all()
        held = Counter(escalation.agent_id for escalation in await uow.escalations.queue())
        settings = await desk_settings.read(uow)
    values = {
        "people": sorted(accounts, key=lambda account: (not account.is_active, account.name)),
        "held": held,
        "team_names": {team.id: team.name for team in settings.teams},
        "limits": {account.id: profile_form.limit_of(account) for account in accounts},
        "present": {account.id: presence_of(account, desk.clock()) for account in accounts},
        "now": desk.clock(),
    }
    return page(request, "people.html", values)


@needs(Permission.MANAGE_PEOPLE)
async def show_invitation(request: web.Request) -> web.Response:
    """Show the form by which somebody is invited."""
    return await _form(request, Profile("", Role.AGENT))


@needs(Permission.MANAGE_PEOPLE)
async def invite(request: web.Request) -> web.Response:
    """Create an account and show its invitation link, once."""
    desk, visitor = desk_of(request), visitor_of(request)
    form = await request.post()
    name = str(form.get("name", ""))
    profile = profile_form.shown(form)
    try:
        async with desk.uow() as uow:
            account, token = await invitations.invite(
                uow, name, profile_form.read(form), desk.clock(), actor=f"agent:{visitor.account.id}"
            )
    except InvalidInputError as error:
        return await _form(request, profile, name=name, problem=profile_form.problem(request, error))
    return page(request, "invited.html", {"account": account, "link": link(request, token)})


def link(request: web.Request, token: str) -> str:
    """Return the address of an invitation, as somebody else can open it."""
    scheme = "https" if desk_of(request).secure_cookies else request.scheme
    return f"{scheme}://{request.host}/desk/invitation/{token}"


async def _form(
    request: web.Request, profile: Profile, *, name: str = "", problem: str | None = None
) -> web.Response:  # fmt: skip
    values: dict[str, Any] = {"profile": profile, "name": name, "problem": problem}
    choices = await profile_form.choices(request)
    return page(request, "invite.html", {**values, **choices}, status=400 if problem else 200)


ROUTES = [
    web.get("/people", show_people),
    web.get("/people/new", show_invitation),
    web.post("/people", invite),
]
