"""Canned responses among the settings: the list, and a page for each of them."""

from __future__ import annotations

from dataclasses import dataclass, field

from aiohttp import web

from bot.desk.keys import desk_of, visitor_of
from bot.desk.numbers import version_of
from bot.desk.pages import page, texts_of
from bot.desk.permissions import Permission, needs
from bot.desk.texts import DESK_LANGUAGES, Texts
from bot.errors import ConflictError, InvalidInputError, NotFoundError
from bot.l10n.languages import SPOKEN
from bot.services import canned
from bot.services.words_model import CannedResponse

_LONGEST_FIELD = 4000
_LIST = "/desk/settings/canned"


@dataclass
class _Form:
    """What stands in the fields."""

    shortcut: str = ""
    title: str = ""
    version: int = 0
    texts: dict[str, str] = field(default_factory=dict)


@needs(Permission.SETTINGS)
async def show_all(request: web.Request) -> web.StreamResponse:
    """List the canned responses."""
    async with desk_of(request).uow() as uow:
        responses = await uow.canned_responses.all()
    return page(request, "canned.html", {"responses": responses, "is_saved": "saved" in request.query})


@needs(Permission.SETTINGS)
async def show_new(request: web.Request) -> web.StreamResponse:
    """Show an empty form."""
    return _page(request, None, _Form())


@needs(Permission.SETTINGS)
async def show(request: web.Request) -> web.StreamResponse:
    """Show the form of a canned response."""
    response = await _response(request)
    return _page(request, response.id, _Form(response.shortcut, response.title, response.version, response.texts))


@needs(Permission.SETTINGS)
async def add(request: web.Request) -> web.StreamResponse:
    """Keep a new canned response."""
    desk, visitor, form = desk_of(request), visitor_of(request), await _form(request)
    try:
        async with desk.uow() as uow:
            await canned.add(uow, form.shortcut, form.title, form.texts, visitor.account.id, desk.clock())
    except InvalidInputError as error:
        return _page(request, None, form, problem=_problem(error, texts_of(request)), status=400)
    raise web.HTTPSeeOther(f"{_LIST}?saved")


@needs(Permission.SETTINGS)
async def change(request: web.Request) -> web.StreamResponse:
    """Write a canned response anew, provided that it still is what the form began with."""
    desk, visitor, form = desk_of(request), visitor_of(request), await _form(request)
    response_id = _id(request)
    try:
        async with desk.uow() as uow:
            await canned.change(
                uow, response_id, form.version, form.shortcut, form.title, form.texts, visitor.account.id, desk.clock()
            )
    except InvalidInputError as error:
        return _page(request, response_id, form, problem=_problem(error, texts_of(request)), status=400)
    except ConflictError:
        # What was typed stays in the form. Who saves it again does so having been told.
        form.version = (await _response(request)).version
        return _page(request, response_id, form, is_conflict=True, status=409)
    raise web.HTTPSeeOther(f"{_LIST}?saved")


@needs(Permission.SETTINGS)
async def remove(request: web.Request) -> web.StreamResponse:
    """Forget a canned response."""
    desk, visitor, form = desk_of(request), visitor_of(request), await _form(request)
    async with desk.uow() as uow:
        await canned.remove(uow, _id(request), form.version, visitor.account.id, desk.clock())
    raise web.HTTPSeeOther(f"{_LIST}?saved")


def _page(
    request: web.Request,
    response_id: int | None,
    form: _Form,
    *,
    problem: tuple[str, str] | None = None,
    is_conflict: bool = False,
    status: int = 200,
) -> web.Response:
    shown = [code for code in SPOKEN if code in DESK_LANGUAGES or form.texts.get(code)]
    values = {
        "response_id": response_id,
        "form": form,
        "problem": problem,
        "is_conflict": is_conflict,
        "variables": canned.VARIABLES,
        "shown": shown,
        "others": [code for code in SPOKEN if code not in shown],
    }
    return page(request, "canned_response.html", values, status=status)


def _problem(error: InvalidInputError, _: Texts) -> tuple[str, str]:
    """Return the field that is wrong, and what is wrong with it."""
    if error.field == "shortcut":
        if error.problem == "taken":
            return error.field, _("Another canned response has this shortcut.")
        return error.field, _("A shortcut is one word of letters, digits and dashes, up to 32 characters.")
    if error.field == "title":
        return error.field, _("Give a title of up to 80 characters.")
    if error.problem == "too_long":
        return error.field, _("A text has up to 2,000 characters.")
    if error.problem == "unknown_variable":
        return error.field, _("Only the variables above may stand in braces.")
    return error.field, _("Write the text in one language at least.")


async def _response(request: web.Request) -> CannedResponse:
    response_id = _id(request)
    async with desk_of(request).uow() as uow:
        response = await uow.canned_responses.get(response_id)
    if response is None:
        raise NotFoundError("canned response", str(response_id))
    return response


async def _form(request: web.Request) -> _Form:
    given = {name: value[:_LONGEST_FIELD] for name, value in (await request.post()).items() if isinstance(value, str)}
    return _Form(
        given.get("shortcut", ""),
        given.get("title", ""),
        version_of(given.get("version")),
        {code: text for code in SPOKEN if (text := given.get(f"text_{code}", "").strip())},
    )


def _id(request: web.Request) -> int:
    return int(request.match_info["id"])


ROUTES = [
    web.get("/settings/canned", show_all),
    web.get("/settings/canned/new", show_new),
    web.post("/settings/canned/new", add),
    web.get(r"/settings/canned/{id:\d{1,15}}", show),
    web.post(r"/settings/canned/{id:\d{1,15}}", change),
    web.post(r"/settings/canned/{id:\d{1,15}}/remove", remove),
]
