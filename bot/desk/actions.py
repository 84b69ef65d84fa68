"""What an agent does in a conversation: take over, answer, note, return to the bot, resolve. JSON in, JSON out."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from bot.desk.keys import Desk, Visitor, desk_of, visitor_of
from bot.desk.workspace import holder_key
from bot.errors import ConflictError, IllegalStateError, NotFoundError

LONGEST_TEXT = 4000


async def take_over(request: web.Request) -> web.Response:
    """Give the conversation to whoever asks, provided that it still is where that person saw it (``from``)."""
    desk, visitor, conversation_id = await _subject(request)
    seen_with = (await body_of(request)).get("from")
    async with desk.taking_over:
        async with desk.uow() as uow:
            now_with = holder_key(await uow.escalations.open_of(conversation_id))
        if now_with == f"agent:{visitor.account.id}":
            return web.json_response({"ok": True})
        if seen_with not in (None, now_with):
            return await _conflict(desk, visitor, conversation_id)
        return await _take_over(request, visitor)


async def reply(request: web.Request) -> web.Response:
    """Send an answer to the customer."""
    desk, visitor, conversation_id = await _subject(request)
    text = await _text(request)
    return await _do(request, lambda: desk.router.say(conversation_id, visitor.account.id, text))


async def note(request: web.Request) -> web.Response:
    """Keep an internal note."""
    desk, visitor, conversation_id = await _subject(request)
    text = await _text(request)
    return await _do(request, lambda: desk.router.note(conversation_id, visitor.account.id, text))


async def return_to_bot(request: web.Request) -> web.Response:
    """Let the bot go on."""
    desk, visitor, conversation_id = await _subject(request)
    return await _do(request, lambda: desk.router.return_to_bot(conversation_id, visitor.account.id))


async def resolve(request: web.Request) -> web.Response:
    """End the handoff."""
    desk, visitor, conversation_id = await _subject(request)
    return await _do(request, lambda: desk.router.resolve(conversation_id, visitor.account.id))


async def _take_over(request: web.Request, visitor: Visitor) -> web.Response:
    router, conversation_id, account = desk_of(request).router, request.match_info["id"], visitor.account
    return await _do(request, lambda: router.take_over(conversation_id, account.id, account.display_name))


async def _do(request: web.Request, act: Callable[[], Awaitable[Any]]) -> web.Response:
    desk, visitor, conversation_id = (
        desk_of(request),
        visitor_of(request),
        request.match_info["id"],
    )
    try:
        await act()
    except (ConflictError, IllegalStateError):
        return await _conflict(desk, visitor, conversation_id)
    except NotFoundError as error:
        return failure(404, error.code, "The bot handles this conversation. Take it over first.")
    return web.json_response({"ok": True})


async def _conflict(desk: Desk, visitor: Visitor, conversation_id: str) -> web.Response:
    """Say who has the conversation now."""
    async with desk.uow() as uow:
        handoff = await uow.escalations.open_of(conversation_id)
        holder = await uow.accounts.get(handoff.agent_id) if handoff and handoff.agent_id else None
    if handoff is None:
        message = "The bot handles this conversation. Take it over first."
    elif handoff.agent_id == visitor.account.id:
        message = "This conversation changed at the same moment. Look again, then retry."
    elif handoff.agent_id is None:
        message = "Take this conversation over first."
    else:
        message = f"{holder.display_name if holder else 'A colleague'} took this conversation over."
    return failure(409, ConflictError.code, message)


def failure(status: int, code: str, message: str) -> web.Response:
    """Return a refusal as the desk's scripts read it."""
    return web.json_response({"error": {"code": code, "message": message}}, status=status)


async def _subject(request: web.Request) -> tuple[Desk, Visitor, str]:
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


async def _text(request: web.Request) -> str:
    given = (await body_of(request)).get("text")
    text = given.strip() if isinstance(given, str) else ""
    if not text:
        raise web.HTTPBadRequest(reason="There is no text.")
    if len(text) > LONGEST_TEXT:
        raise web.HTTPBadRequest(reason=f"Write at most {LONGEST_TEXT} characters at once.")
    return text


ROUTES = [
    web.post("/conversations/{id}/take-over", take_over),
    web.post("/conversations/{id}/reply", reply),
    web.post("/conversations/{id}/note", note),
    web.post("/conversations/{id}/return", return_to_bot),
    web.post("/conversations/{id}/resolve", resolve),
]
