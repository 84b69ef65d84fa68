"""The form of what an administrator decides about somebody: reading it, filling it, and saying what is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from aiohttp import web
from multidict import MultiMapping

from bot.aftersales.money import Money
from bot.desk.keys import desk_of
from bot.desk.pages import texts_of
from bot.desk.texts import mark
from bot.errors import InvalidInputError
from bot.l10n.languages import LANGUAGES
from bot.services import desk_settings
from bot.services.account import CAPACITY, Account, Role
from bot.services.profile import HIGHEST_CAPACITY, HIGHEST_REFUND_LIMIT, LONGEST_DISPLAY_NAME, Profile

LIMITS_CURRENCY = "EUR"
"""What refund limits are in, like all limits of ``data/policy``."""

_LONGEST_CODE = 64
_MOST_CODES = 100
_PROBLEMS: Mapping[tuple[str, str], str] = {
    ("name", "malformed"): mark("A login name has 2 to 64 letters, digits, dots, dashes, plus or at signs."),
    ("name", "taken"): mark("Somebody has this login name already."),
    ("display_name", "malformed"): mark("Give the name that customers see, up to {longest} characters."),
    ("role", "own"): mark("Your own role can only be changed by another administrator."),
    ("capacity", "out_of_range"): mark("Give a number of conversations from 1 to {most}."),
    ("refund_limit", "out_of_range"): mark("Give the refund limit as an amount, or leave it empty for no limit."),
}


def read(form: MultiMapping[Any]) -> Profile:
    """Return the profile that a form asks for, or raise InvalidInputError for a number that is none."""
    given = shown(form)
    return Profile(
        given.display_name, given.role, given.languages, given.teams,
        _capacity(_text(form, "capacity")), _limit(_text(form, "refund_limit")),
    )  # fmt: skip


def shown(form: MultiMapping[Any]) -> Profile:
    """Return as much of what a form asks for as can be shown again in it."""
    role = _text(form, "role")
    try:
        capacity, limit = _capacity(_text(form, "capacity")), _limit(_text(form, "refund_limit"))
    except InvalidInputError:
        capacity, limit = CAPACITY, None
    return Profile(
        _text(form, "display_name"),
        Role(role) if role in {known.value for known in Role} else Role.AGENT,
        tuple(code for code in _codes(form, "languages") if code in LANGUAGES),
        _codes(form, "teams"),
        capacity,
        limit,
    )


async def choices(request: web.Request) -> dict[str, Any]:
    """Return what the fields of the form offer."""
    async with desk_of(request).uow() as uow:
        settings = await desk_settings.read(uow)
    return {
        "roles": list(Role),
        "languages": LANGUAGES.values(),
        "teams": settings.teams,
        "most_conversations": HIGHEST_CAPACITY,
        "highest_limit": HIGHEST_REFUND_LIMIT,
        "limits_currency": LIMITS_CURRENCY,
    }


def limit_of(account: Account) -> Money | None:
    """Return the refund limit of somebody as money, None for no limit."""
    return None if account.refund_limit is None else Money(account.refund_limit, LIMITS_CURRENCY)


def problem(request: web.Request, error: InvalidInputError) -> str:
    """Return what is wrong with a form."""
    text = _PROBLEMS[error.field, error.problem]
    return texts_of(request)(text, longest=LONGEST_DISPLAY_NAME, most=HIGHEST_CAPACITY)


def _capacity(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or len(text) > 4:
        raise InvalidInputError("capacity", "out_of_range")
    return int(text)


def _limit(text: str) -> Decimal | None:
    if not text:
        return None
    try:
        return Decimal(text[:20])
    except InvalidOperation as error:
        raise InvalidInputError("refund_limit", "out_of_range") from error


def _codes(form: MultiMapping[Any], field: str) -> tuple[str, ...]:
    codes = (str(code) for code in form.getall(field, [])[:_MOST_CODES])
    return tuple(code for code in codes if 0 < len(code) <= _LONGEST_CODE)


def _text(form: MultiMapping[Any], field: str) -> str:
    return str(form.get(field, "")).strip()
