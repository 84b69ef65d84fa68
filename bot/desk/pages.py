"""Rendering pages and fragments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import aiohttp_jinja2
from aiohttp import web

from bot.desk.keys import visitor_or_none


def page(request: web.Request, template: str, values: Mapping[str, Any], *, status: int = 200) -> web.Response:
    """Return a whole page; templates know the ``visitor``, None before login."""
    text = fragment(request, template, values)
    return web.Response(text=text, content_type="text/html", charset="utf-8", status=status)


def fragment(request: web.Request, template: str, values: Mapping[str, Any]) -> str:
    """Return a piece of a page as HTML."""
    return aiohttp_jinja2.render_string(template, request, {"visitor": visitor_or_none(request), **values})
