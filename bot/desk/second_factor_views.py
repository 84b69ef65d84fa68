"""Switching one's own second factor on and off."""

from __future__ import annotations

from typing import Any

import segno
from aiohttp import web
from markupsafe import Markup

from bot.desk.keys import desk_of, visitor_of
from bot.desk.pages import page, texts_of
from bot.desk.permissions import Permission, needs
from bot.errors import AuthenticationError, InvalidInputError
from bot.services import second_factor

_QUIET_ZONE = 4
"""The empty border in modules that a reader of QR codes needs, ISO/IEC 18004."""


@needs(Permission.READ)
async def show(request: web.Request) -> web.Response:
    """Show the QR code to begin with, or what can be done with a second factor that is on."""
    return await _form(request)


@needs(Permission.READ)
async def turn_on(request: web.Request) -> web.Response:
    """Switch it on with the password and a first code, and show the recovery codes, once."""
    desk, visitor, _ = desk_of(request), visitor_of(request), texts_of(request)
    password, code = await _proof(request)
    try:
        async with desk.throttle.turn(), desk.uow() as uow:
            codes = await second_factor.confirm(uow, visitor.session, password, code, desk.clock())
    except AuthenticationError:
        return await _form(request, _("The present password is wrong."))
    except InvalidInputError:
        return await _form(
            request, _("This code is wrong. Wait for the next one, and see that the telephone's clock is right.")
        )
    return page(request, "recovery_codes.html", {"codes": codes})


@needs(Permission.READ)
async def renew_recovery_codes(request: web.Request) -> web.Response:
    """Show new recovery codes, once."""
    desk, visitor = desk_of(request), visitor_of(request)
    password, code = await _proof(request)
    try:
        async with desk.throttle.turn(), desk.uow() as uow:
            codes = await second_factor.renew_recovery_codes(uow, visitor.account.id, password, code, desk.clock())
    except AuthenticationError:
        return await _form(request, _wrong(request))
    return page(request, "recovery_codes.html", {"codes": codes})


@needs(Permission.READ)
async def turn_off(request: web.Request) -> web.Response:
    """Switch it off with password and code."""
    desk, visitor = desk_of(request), visitor_of(request)
    password, code = await _proof(request)
    try:
        async with desk.throttle.turn(), desk.uow() as uow:
            await second_factor.turn_off(uow, visitor.account.id, password, code, desk.clock())
    except AuthenticationError:
        return await _form(request, _wrong(request))
    raise web.HTTPSeeOther("/desk/account")


async def _form(request: web.Request, problem: str | None = None) -> web.Response:
    account = visitor_of(request).account
    values: dict[str, Any] = {"problem": problem, "secret": None, "picture": None}
    if not account.has_second_factor:
        async with desk_of(request).uow() as uow:
            secret = await second_factor.begin(uow, account.id)
        groups = " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
        values.update(secret=groups, picture=_picture(second_factor.address_of(account, secret)))
    return page(request, "second_factor.html", values, status=400 if problem else 200)


def _picture(address: str) -> Markup:
    code = segno.make_qr(address, error="m")
    # Dark on light in every theme: many readers do not see it the other way round.
    return Markup(code.svg_inline(scale=5, border=_QUIET_ZONE, dark="black", light="white", omitsize=True))


async def _proof(request: web.Request) -> tuple[str, str]:
    form = await request.post()
    return str(form.get("password", "")), str(form.get("code", ""))


def _wrong(request: web.Request) -> str:
    return texts_of(request)("The password is wrong, or the code is wrong or was used already.")


ROUTES = [
    web.get("/account/second-factor", show),
    web.post("/account/second-factor", turn_on),
    web.post("/account/second-factor/codes", renew_recovery_codes),
    web.post("/account/second-factor/off", turn_off),
]
