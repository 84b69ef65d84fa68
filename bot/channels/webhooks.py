"""Reading what platforms deliver to their webhooks: bounded, and refused before its content is looked at."""

from __future__ import annotations

import hmac
import json
from typing import Any

from aiohttp import web

MAX_BYTES = 1024 * 1024


async def raw_body(request: web.Request) -> bytes:
    """Return a request's body; raises HTTPRequestEntityTooLarge (413) where it has more than MAX_BYTES."""
    # The application's own limit is that of a customer's message, and platforms put many into one call.
    if (request.content_length or 0) > MAX_BYTES:
        raise _too_large(request.content_length or 0)
    body = bytearray()
    async for chunk in request.content.iter_chunked(64 * 1024):
        body += chunk
        if len(body) > MAX_BYTES:
            raise _too_large(len(body))
    return bytes(body)


def parsed(body: bytes) -> dict[str, Any]:
    """Return a body's JSON object; raises HTTPBadRequest (400) where it is none."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise web.HTTPBadRequest(text="give a JSON object")
    return found


def same(given: str | None, expected: str) -> bool:
    """Tell whether a header holds a secret; how long that takes says nothing of the secret."""
    return hmac.compare_digest((given or "").encode("utf-8", "replace"), expected.encode())


def _too_large(size: int) -> web.HTTPRequestEntityTooLarge:
    return web.HTTPRequestEntityTooLarge(MAX_BYTES, size)
