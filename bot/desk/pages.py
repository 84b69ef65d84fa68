"""Rendering pages and fragments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import aiohttp_jinja2
from aiohttp import web

from bot.desk.keys import visitor_or_none
from bot.desk.texts import Texts, accepted, texts


def page(request: web.Request, template: str, values: Mapping[str, Any], *, status: int = 200) -> web.Response:
    """Return a whole page; templates know the ``visitor``, None before login, and ``_``."""
    text = fragment(request, template, values)
    return web.Response(text=text, content_type="text/html", charset="utf-8", status=status)


def fragment(request: web.Request, template: str, values: Mapping[str, Any]) -> str:
    """Return a piece of a page as HTML."""
    shared = {"visitor": visitor_or_none(request), "_": texts_of(request)}
    return aiohttp_jinja2.render_string(template, request, {**shared, **values})


def texts_of(request: web.Request) -> Texts:
    """Return the desk's texts in the language of whoever asks."""
    return texts(accepted(request.headers.get("Accept-Language", "")))
