"""What an agent does in a conversation: take over and resolve. JSON in, JSON out."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from datetime import datetime, timezone
from typing import Any

from aiohttp import web

from bot.desk.keys import Desk, Visitor, desk_of, visitor_of
from bot.desk.pages import texts_of
from bot.desk.permissions import Permission, needs
from bot.errors import ConflictError, IllegalStateError, NotFoundError
from bot.services.escalations import holder_key

LONGEST_TEXT = 4000
"""How many characters somebody may write at once."""


@needs(Permission.ANSWER)
async def take_over(request: web.Request) -> web.Response:
    """Give the conversation to whoever asks, provided that it still is where that person saw it (``from``)."""
    desk, visitor, conversation_id = await subject(request)
    account, seen_with = visitor.account, (await body_of(request)).get("from")
    async with desk.uow() as uow:
        now_with = holder_key(await uow.escalations.open_of(conversation_id))
    if now_with == f"agent:{account.id}":
        return web.json_response({"ok": True})
    seen_with = seen_with if isinstance(seen_with, str) else now_with
    take = desk.router.handling.take_over
    return await do(request, lambda: take(conversation_id, account.id, account.display_name, seen_with=seen_with))


@needs(Permission.ANSWER)
async def resolve(request: web.Request) -> web.Response:
    """End the handoff."""
    desk, visitor, conversation_id = await subject(request)
    return await do(request, lambda: desk.router.handling.resolve(conversation_id, visitor.account.id))


async def do(request: web.Request, act: Callable[[], Awaitable[Any]]) -> web.Response:
    """Do something with a conversation, or say who has it."""
    try:
        await act()
    except (ConflictError, IllegalStateError):
        return await conflict(request)
    except NotFoundError as error:
        _ = texts_of(request)
        return failure(404, error.code, _("The bot handles this conversation. Take it over first."))
    return web.json_response({"ok": True})


async def conflict(request: web.Request) -> web.Response:
    """Say who has the conversation now."""
    desk, visitor, conversation_id = desk_of(request), visitor_of(request), request.match_info["id"]
    async with desk.uow() as uow:
        handoff = await uow.escalations.open_of(conversation_id)
        holder = await uow.accounts.get(handoff.agent_id) if handoff and handoff.agent_id else None
    _ = texts_of(request)
    if handoff is None:
        message = _("The bot handles this conversation. Take it over first.")
    elif handoff.agent_id == visitor.account.id:
        message = _("This conversation changed at the same moment. Look again, then retry.")
    elif handoff.agent_id is None:
        message = _("Take this conversation over first.")
    elif holder is None:
        message = _("A colleague took this conversation over.")
    else:
        message = _("{name} took this conversation over.", name=holder.display_name)
    return failure(409, ConflictError.code, message)


def failure(status: int, code: str, message: str) -> web.Response:
    """Return a refusal as the desk's scripts read it."""
    return web.json_response({"error": {"code": code, "message": message}}, status=status)


async def subject(request: web.Request) -> tuple[Desk, Visitor, str]:
    """Return the desk, who asks, and the id of a conversation that exists."""
    desk, visitor, conversation_id = (
        desk_of(request),
        visitor_of(request),
        request.match_info["id"],
    )
    async with desk.uow() as uow:
        if await uow.conversations.get(conversation_id) is None:
            raise NotFoundError("conversation", conversation_id)
    return desk, visitor, conversation_id


async def body_of(request: web.Request) -> dict[str, Any]:
    """Return the JSON object that a script sent."""
    try:
        body = await request.json()
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise web.HTTPBadRequest(reason="The request is not JSON.") from error
    if not isinstance(body, dict):
        raise web.HTTPBadRequest(reason="The request is not a JSON object.")
    return body


def moment_of(given: object) -> datetime | None:
    """Return a moment that a script sent (ISO 8601, with its time zone), in UTC; None for none."""
    if given is None:
        return None
    try:
        # Python 3.10 does not know the Z that browsers write.
        moment = datetime.fromisoformat(str(given)[:40].replace("Z", "+00:00"))
        in_utc = moment.astimezone(timezone.utc)
    except (ValueError, OverflowError) as error:
        raise web.HTTPBadRequest(reason="Give a moment such as 2026-11-22T09:00:00Z.") from error
    if moment.tzinfo is None:
        raise web.HTTPBadRequest(reason="Give a moment with its time zone.")
    return in_utc


ROUTES = [
    web.post("/conversations/{id}/take-over", take_over),
    web.post("/conversations/{id}/resolve", resolve),
]
