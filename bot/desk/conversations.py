"""The pages of the queue and of a conversation, and the fragments that keep them up to date."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from bot.desk import queue, workspace
from bot.desk.keys import desk_of, visitor_of
from bot.desk.pages import fragment, page
from bot.desk.queue import Tab


async def show_queue(request: web.Request) -> web.Response:
    """Show the queue with no conversation open."""
    return await _desk_page(request, None)


async def show_conversation(request: web.Request) -> web.Response:
    """Show the queue with a conversation open."""
    return await _desk_page(request, request.match_info["id"])


async def queue_fragment(request: web.Request) -> web.Response:
    """Return one tab of the queue as HTML."""
    desk, visitor = desk_of(request), visitor_of(request)
    async with desk.uow() as uow:
        shown = await queue.load(uow, visitor.account.id, _tab(request))
    values = {
        "queue": shown,
        "selected": request.query.get("selected", ""),
        "now": desk.clock(),
    }
    return page(request, "_queue.html", values)


async def updates(request: web.Request) -> web.Response:
    """Return what changed in a conversation: new messages, and the parts that depend on its state."""
    desk, visitor = desk_of(request), visitor_of(request)
    after = request.query.get("after", "0")
    if not after.isascii() or not after.isdigit() or len(after) > 18:
        raise web.HTTPBadRequest(reason="after must be a message id")
    async with desk.uow() as uow:
        work = await workspace.load(uow, request.match_info["id"], visitor.account.id, after=int(after))
    values: dict[str, Any] = {"work": work, "tab": _tab(request), "now": desk.clock()}
    return web.json_response(
        {
            "last_id": work.last_id,
            "handled_by": work.handled_by.value,
            "is_mine": work.is_mine,
            "messages": fragment(request, "_messages.html", values),
            "header": fragment(request, "_header.html", values),
            "context": fragment(request, "_context.html", values),
        }
    )


async def _desk_page(request: web.Request, conversation_id: str | None) -> web.Response:
    desk, visitor, tab = desk_of(request), visitor_of(request), _tab(request)
    work = None
    async with desk.uow() as uow:
        if conversation_id is not None:
            work = await workspace.load(uow, conversation_id, visitor.account.id)
        shown = await queue.load(uow, visitor.account.id, tab)
    values = {
        "queue": shown,
        "selected": conversation_id or "",
        "work": work,
        "tab": tab,
        "now": desk.clock(),
    }
    return page(request, "desk.html", values)


def _tab(request: web.Request) -> Tab:
    wanted = request.query.get("tab", "")
    return Tab(wanted) if wanted in {tab.value for tab in Tab} else Tab.OPEN


ROUTES = [
    web.get("", show_queue),
    web.get("/", show_queue),
    web.get("/queue", queue_fragment),
    web.get("/conversations/{id}", show_conversation),
    web.get("/conversations/{id}/updates", updates),
]
