"""Rendering pages and fragments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from bot.desk.environments import ENVIRONMENTS
from bot.desk.keys import visitor_or_none
from bot.desk.preferences import theme_of
from bot.desk.texts import Texts, accepted, nearest, texts


def page(request: web.Request, template: str, values: Mapping[str, Any], *, status: int = 200) -> web.Response:
    """Return a whole page; templates know the ``visitor``, None before login, ``_`` and the browser's ``theme``."""
    text = fragment(request, template, values)
    return web.Response(text=text, content_type="text/html", charset="utf-8", status=status)


def fragment(request: web.Request, template: str, values: Mapping[str, Any]) -> str:
    """Return a piece of a page as HTML."""
    environment = request.app[ENVIRONMENTS].speaking(texts_of(request))
    shared = {
        "visitor": visitor_or_none(request),
        "theme": theme_of(request).value,
        # Where a form that belongs to every page leads back to.
        "here": request.path_qs if request.method == "GET" else "/desk",
    }
    return environment.get_template(template).render({**shared, **values})


def texts_of(request: web.Request) -> Texts:
    """Return the desk's texts in the language that somebody chose, or else in the browser's."""
    visitor = visitor_or_none(request)
    chosen = visitor.account.desk_language if visitor else None
    return texts(nearest(chosen) if chosen else accepted(request.headers.get("Accept-Language", "")))
