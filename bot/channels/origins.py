"""Which pages may use the chat."""

from __future__ import annotations

from urllib.parse import urlsplit

from aiohttp import web

from bot.channels.keys import ORIGINS


def is_allowed(request: web.Request) -> bool:
    """Tell whether a request comes from no browser's page, from one of ours, or from one the operator named."""
    origin = request.headers.get("Origin")
    if origin is None or origin in request.app[ORIGINS]:
        return True
    try:
        return urlsplit(origin).netloc == request.host
    except ValueError:
        return False
