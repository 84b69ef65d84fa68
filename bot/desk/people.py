"""The people of the desk, for administrators."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from bot.desk.keys import Visitor, desk_of, visitor_of
from bot.desk.pages import page
from bot.errors import InvalidInputError
from bot.l10n.languages import LANGUAGES
from bot.services import accounts
from bot.services.account import Role

_PROBLEMS = {
    (
        "name",
        "malformed",
    ): "A login name has 2 to 64 letters, digits, dots, dashes, plus or at signs.",
    ("name", "taken"): "Somebody has this login name already.",
    (
        "display_name",
        "malformed",
    ): "Give the name that customers see, up to 80 characters.",
}


async def show_people(request: web.Request) -> web.Response:
    """List the accounts."""
    _administrator(request)
    return await _people(request)


async def create(request: web.Request) -> web.Response:
    """Create an account and show its one-time password, once."""
    desk, visitor = desk_of(request), _administrator(request)
    form = await request.post()
    values = {field: str(form.get(field, "")) for field in ("name", "display_name", "role")}
    languages = [code for code in form.getall("languages", []) if code in LANGUAGES]
    try:
        async with desk.uow() as uow:
            account, password = await accounts.create_account(
                uow,
                values["name"],
                values["display_name"],
                _role(values["role"]),
                desk.clock(),
                languages=languages,
                actor=f"agent:{visitor.account.id}",
            )
    except InvalidInputError as error:
        problem = _PROBLEMS[error.field, error.problem]
        return await _people(
            request,
            {"problem": problem, "form": {**values, "languages": languages}},
            status=400,
        )
    return await _people(request, {"created": account, "password": password})


async def reset_password(request: web.Request) -> web.Response:
    """Give somebody who forgot the password a new one-time password, and show it once."""
    desk, visitor = desk_of(request), _administrator(request)
    async with desk.uow() as uow:
        account_id = request.match_info["id"]
        password = await accounts.reset_password(uow, account_id, desk.clock(), actor=f"agent:{visitor.account.id}")
        account = await uow.accounts.get(account_id)
    return await _people(request, {"created": account, "password": password})


async def _people(request: web.Request, values: dict[str, Any] | None = None, *, status: int = 200) -> web.Response:
    desk = desk_of(request)
    async with desk.uow() as uow:
        people = await uow.accounts.all()
    defaults = {
        "people": people,
        "now": desk.clock(),
        "roles": list(Role),
        "languages": LANGUAGES.values(),
        "problem": None,
        "created": None,
        "password": None,
        "form": {
            "name": "",
            "display_name": "",
            "role": Role.AGENT.value,
            "languages": [],
        },
    }
    return page(request, "people.html", {**defaults, **(values or {})}, status=status)


def _administrator(request: web.Request) -> Visitor:
    visitor = visitor_of(request)
    if not visitor.is_administrator:
        raise web.HTTPForbidden(reason="Only administrators manage the people of the desk.")
    return visitor


def _role(text: str) -> Role:
    return Role(text) if text in {role.value for role in Role} else Role.AGENT


ROUTES = [
    web.get("/people", show_people),
    web.post("/people", create),
    web.post("/people/{id}/password", reset_password),
]
