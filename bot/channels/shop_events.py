"""The shop's side door: ``POST /api/v1/events`` takes signed reports of parcels, goods and money."""

from __future__ import annotations

import json
from typing import Any

from aiohttp import web

from bot.channels import signatures
from bot.channels.keys import CLOCK, NOTIFIER, SHOP_SECRET, UOW
from bot.errors import ConflictError
from bot.services import shop_events
from bot.services.shop_report import BadReportError, read_events

ROUTES = web.RouteTableDef()
PATH = "/api/v1/events"

MAX_BYTES = 256 * 1024


@ROUTES.post(PATH)
async def receive(request: web.Request) -> web.Response:
    """Take one event or a list of them, and tell of each what became of it.

    Answers 200 also for events that are ignored, wait or failed; 400 for what cannot be read, 401 for a wrong
    signature, 404 while no secret is configured, 413 for a body above MAX_BYTES, 409 when the shop should send it
    again.
    """
    secret = request.app[SHOP_SECRET]
    if secret is None:
        return _problem(404, "disabled", reason="set PARLEY_SHOP_SECRET or PARLEY_SHOP_SECRET_FILE to take events")
    body = await _body(request)
    if body is None:
        return _problem(413, "too_large", reason=f"a request may have {MAX_BYTES} bytes")
    now = request.app[CLOCK]()
    if not signatures.is_valid(secret, body, request.headers.get(signatures.HEADER), now):
        return _problem(401, "bad_signature", reason=f"the header {signatures.HEADER} is missing, wrong or too old")
    try:
        events = read_events(_parsed(body), now)
    except BadReportError as error:
        return _problem(400, error.code, **error.fields)
    try:
        taken = await shop_events.take(request.app[UOW], events, now)
    except ConflictError:
        # Those that were taken are known by their ids; the shop sends all of them again.
        return _problem(409, "conflict", reason="send it again")
    request.app[NOTIFIER].wake()
    return web.json_response(
        {"events": [{"id": event.id, "state": event.state.value, "result": event.result} for event in taken]}
    )


async def _body(request: web.Request) -> bytes | None:
    """Return the raw body, or None where it is too long; the application's own limit is that of a message."""
    if (request.content_length or 0) > MAX_BYTES:
        return None
    body = bytearray()
    async for chunk in request.content.iter_chunked(64 * 1024):
        body += chunk
        if len(body) > MAX_BYTES:
            return None
    return bytes(body)


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadReportError("body", "must be JSON") from error


def _problem(status: int, code: str, **fields: Any) -> web.Response:
    return web.json_response({"code": code, **fields}, status=status)
