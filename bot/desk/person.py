"""One person of the desk, for administrators: profile, link, second factor, browsers, and whether active."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from aiohttp import web

from bot.desk import profile_form
from bot.desk.keys import Visitor, desk_of, visitor_of
from bot.desk.pages import page, texts_of
from bot.desk.people import link
from bot.desk.permissions import Permission, needs
from bot.errors import ConflictError, InvalidInputError, NotFoundError
from bot.services import accounts, invitations, people, second_factor, sessions
from bot.services.presence import presence_of
from bot.services.profile import Profile, profile_of


@needs(Permission.MANAGE_PEOPLE)
async def show(request: web.Request) -> web.Response:
    """Show somebody's account."""
    return await _person(request)


@needs(Permission.MANAGE_PEOPLE)
async def change(request: web.Request) -> web.Response:
    """Change the profile, unless somebody else has done so since the form was shown."""
    desk, visitor, _ = desk_of(request), visitor_of(request), texts_of(request)
    form = await request.post()
    try:
        async with desk.uow() as uow:
            before = profile_of(await accounts.existing(uow, _id(request)))
            changed = await people.change(
                uow, _id(request), profile_form.read(form), str(form.get("seen", "")), desk.clock(), by=visitor.account
            )
            held = await people.held_of_others(uow, before, changed)
    except InvalidInputError as error:
        said = profile_form.problem(request, error)
        return await _person(request, said, profile=profile_form.shown(form), seen=str(form.get("seen", "")))
    except ConflictError:
        said = _("Somebody else changed this account meanwhile. This is how it is now; make your changes again.")
        return await _person(request, said, status=409)
    await _release(request, held, "left_team", passes_over=False)
    raise web.HTTPSeeOther(_address(request))


@needs(Permission.MANAGE_PEOPLE)
async def renew_link(request: web.Request) -> web.Response:
    """Void the password, log the person out, and show a link to choose a new one, once."""
    desk, visitor = desk_of(request), visitor_of(request)
    _not_oneself(request, visitor)
    async with desk.uow() as uow:
        account, token = await invitations.renew(uow, _id(request), desk.clock(), actor=_actor(visitor))
    return page(request, "invited.html", {"account": account, "link": link(request, token)})


@needs(Permission.MANAGE_PEOPLE)
async def remove_second_factor(request: web.Request) -> web.Response:
    """Switch off the second factor of somebody who lost it."""
    desk, visitor = desk_of(request), visitor_of(request)
    _not_oneself(request, visitor)
    async with desk.uow() as uow:
        await second_factor.remove(uow, _id(request), desk.clock(), actor=_actor(visitor))
    raise web.HTTPSeeOther(_address(request))


@needs(Permission.MANAGE_PEOPLE)
async def deactivate(request: web.Request) -> web.Response:
    """Let somebody in no more, and put the conversations held back into the queue."""
    desk, visitor = desk_of(request), visitor_of(request)
    _not_oneself(request, visitor)
    async with desk.uow() as uow:
        held = await people.deactivate(uow, _id(request), desk.clock(), by=visitor.account)
    await _release(request, held, "deactivated", passes_over=True)
    raise web.HTTPSeeOther(_address(request))


@needs(Permission.MANAGE_PEOPLE)
async def activate(request: web.Request) -> web.Response:
    """Let somebody in again."""
    desk, visitor = desk_of(request), visitor_of(request)
    async with desk.uow() as uow:
        await people.activate(uow, _id(request), desk.clock(), by=visitor.account)
    raise web.HTTPSeeOther(_address(request))


@needs(Permission.MANAGE_PEOPLE)
async def end_session(request: web.Request) -> web.Response:
    """Log one of somebody's browsers out."""
    desk, visitor = desk_of(request), visitor_of(request)
    async with desk.uow() as uow:
        await sessions.end(uow, _id(request), request.match_info["session"], desk.clock(), actor=_actor(visitor))
    raise web.HTTPSeeOther(_address(request))


async def _release(request: web.Request, conversation_ids: list[str], why: str, *, passes_over: bool) -> None:
    """Put conversations that somebody held back into the queue, which tells their customers."""
    release, actor = desk_of(request).router.handling.release, _actor(visitor_of(request))
    for conversation_id in conversation_ids:
        # Whoever took it at this moment has it.
        with suppress(ConflictError, NotFoundError):
            await release(conversation_id, actor, why, seen_with=f"agent:{_id(request)}", passes_over=passes_over)


async def _person(
    request: web.Request,
    problem: str | None = None,
    *,
    profile: Profile | None = None,
    seen: str = "",
    status: int = 400,
) -> web.Response:
    desk = desk_of(request)
    async with desk.uow() as uow:
        account = await accounts.existing(uow, _id(request))
        found = await sessions.open_of(uow, account.id, desk.clock())
    values: dict[str, Any] = {
        "account": account,
        "profile": profile or profile_of(account),
        "seen": seen or profile_of(account).fingerprint,
        "sessions": found,
        "problem": problem,
        "present": {account.id: presence_of(account, desk.clock())},
        "now": desk.clock(),
    }
    return page(
        request, "person.html", {**values, **await profile_form.choices(request)}, status=status if problem else 200
    )


def _not_oneself(request: web.Request, visitor: Visitor) -> None:
    if _id(request) == visitor.account.id:
        raise web.HTTPForbidden(reason="Only another administrator can do this with your account.")


def _actor(visitor: Visitor) -> str:
    return f"agent:{visitor.account.id}"


def _id(request: web.Request) -> str:
    return request.match_info["id"]


def _address(request: web.Request) -> str:
    return f"/desk/people/{_id(request)}"


ROUTES = [
    web.get("/people/{id}", show),
    web.post("/people/{id}", change),
    web.post("/people/{id}/link", renew_link),
    web.post("/people/{id}/second-factor/remove", remove_second_factor),
    web.post("/people/{id}/deactivate", deactivate),
    web.post("/people/{id}/activate", activate),
    web.post("/people/{id}/sessions/{session}/end", end_session),
]
