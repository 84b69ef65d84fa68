"""What everybody chooses for themselves: the desk's language, kept with the account, and the browser's colours."""

from __future__ import annotations

from aiohttp import web

from bot.aftersales.labels import Label
from bot.desk.keys import desk_of, visitor_of
from bot.desk.permissions import Permission, needs
from bot.desk.texts import DESK_LANGUAGES
from bot.services import desk_preferences

THEME_COOKIE = "parley_desk_theme"
_A_YEAR = 365 * 24 * 3600


class Theme(Label):
    """The colours of the desk."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


def theme_of(request: web.Request) -> Theme:
    """Return the colours that a browser was told to show; they are in a cookie, so that no page flickers."""
    return _theme(request.cookies.get(THEME_COOKIE, ""))


@needs(Permission.READ)
async def choose(request: web.Request) -> web.StreamResponse:
    """Keep ``language``, empty for the browser's, and ``theme``; go back to the page ``next``."""
    desk, visitor = desk_of(request), visitor_of(request)
    form = await request.post()
    language, theme = str(form.get("language", "")), _theme(str(form.get("theme", "")))
    if language and language not in DESK_LANGUAGES:
        raise web.HTTPBadRequest(reason="The desk does not speak this language.")
    async with desk.uow() as uow:
        await desk_preferences.choose_language(uow, visitor.account.id, language or None, desk.clock())
    response = web.HTTPSeeOther(_target(str(form.get("next", ""))))
    if theme is Theme.SYSTEM:
        response.del_cookie(THEME_COOKIE, path="/desk")
    else:
        response.set_cookie(
            THEME_COOKIE,
            theme.value,
            path="/desk",
            max_age=_A_YEAR,
            httponly=True,
            samesite="Lax",
            secure=desk.secure_cookies,
        )
    raise response


def _theme(text: str) -> Theme:
    return Theme(text) if text in {theme.value for theme in Theme} else Theme.SYSTEM


def _target(wanted: str) -> str:
    is_ours = wanted == "/desk" or wanted.startswith(("/desk/", "/desk?"))
    return wanted if is_ours and "\\" not in wanted and wanted.isprintable() else "/desk"


ROUTES = [web.post("/preferences", choose)]
