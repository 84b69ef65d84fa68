"""The pages of the queue and of a conversation, and the fragments that keep them up to date."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from aiohttp import web

from bot.desk import case_panel, handoff_panel, queue, transcript, workspace
from bot.desk.deciding import decider_of
from bot.desk.inbox_address import asked
from bot.desk.inbox_views import inbox_values
from bot.desk.keys import desk_of, visitor_of
from bot.desk.pages import fragment, page
from bot.desk.permissions import Permission, needs
from bot.desk.transcript import reader_of


@needs(Permission.READ)
async def show_queue(request: web.Request) -> web.Response:
    """Show the queue with no conversation open."""
    return await _desk_page(request, None)


@needs(Permission.READ)
async def show_conversation(request: web.Request) -> web.Response:
    """Show the queue with a conversation open."""
    return await _desk_page(request, request.match_info["id"])


@needs(Permission.READ)
async def updates(request: web.Request) -> web.Response:
    """Return what changed in a conversation: new messages, and the parts that depend on its state."""
    desk, visitor = desk_of(request), visitor_of(request)
    after, changes = _number(request, "after"), _number(request, "changes")
    async with desk.uow() as uow:
        work = await workspace.load(uow, request.match_info["id"], visitor.account.id, after=after)
        reader = reader_of(request)
        shown = await transcript.load(uow, work, reader, desk.translating, desk.clock(), after=after, changes=changes)
        panel = await handoff_panel.load(uow, work, desk.policy.levels, visitor.account.id, desk.clock())
        stakes = await case_panel.stakes_of(uow, desk.policy, work.cases, decider_of(request), desk.clock())
        marks = await queue.marks(uow, work.conversation.id, desk.clock())
    values: dict[str, Any] = {
        "work": work,
        "panel": panel,
        "stakes": stakes,
        "marks": marks,
        "transcript": shown,
        "asked": asked(request.query),
        "now": desk.clock(),
    }
    return web.json_response(
        {
            "last_id": work.last_id,
            "last_change": shown.last_change,
            "reading": fragment(request, "_reading.html", values),
            "read": _mark(shown.read),
            "delivered": _mark(shown.delivered),
            "handled_by": work.handled_by.value,
            "is_mine": work.is_mine,
            "messages": fragment(request, "_messages.html", {**values, "entries": shown.entries}),
            "changed": fragment(request, "_messages.html", {**values, "entries": shown.changed}),
            "header": fragment(request, "_header.html", values),
            "context": fragment(request, "_context.html", values),
        }
    )


@needs(Permission.READ)
async def earlier(request: web.Request) -> web.Response:
    """Return as JSON the messages that came ``before`` one, with how many they are and what came before those."""
    desk, visitor, before = desk_of(request), visitor_of(request), _number(request, "before")
    async with desk.uow() as uow:
        work = await workspace.load(uow, request.match_info["id"], visitor.account.id, before=before)
    shown = transcript.entries(work, work.messages, reader_of(request), desk.clock())
    messages = fragment(request, "_messages.html", {"work": work, "entries": shown})
    return web.json_response({"messages": messages, "count": len(shown), "before": work.earlier})


async def _desk_page(request: web.Request, conversation_id: str | None) -> web.Response:
    desk, visitor = desk_of(request), visitor_of(request)
    work = written = panel = marks = stakes = None
    async with desk.uow() as uow:
        if conversation_id is not None:
            work = await workspace.load(uow, conversation_id, visitor.account.id)
            written = await transcript.load(uow, work, reader_of(request), desk.translating, desk.clock())
            panel = await handoff_panel.load(uow, work, desk.policy.levels, visitor.account.id, desk.clock())
            stakes = await case_panel.stakes_of(uow, desk.policy, work.cases, decider_of(request), desk.clock())
            marks = await queue.marks(uow, conversation_id, desk.clock())
        shown = await inbox_values(request, uow, conversation_id or "")
    values = {
        **shown,
        "work": work,
        "panel": panel,
        "stakes": stakes,
        "transcript": written,
        "entries": written.entries if written else [],
        "marks": marks,
    }
    return page(request, "desk.html", values)


def _mark(reached: tuple[int, datetime] | None) -> dict[str, Any] | None:
    return {"id": reached[0], "at": reached[1].isoformat()} if reached else None


def _number(request: web.Request, name: str) -> int:
    given = request.query.get(name, "0")
    if not given.isascii() or not given.isdigit() or len(given) > 18:
        raise web.HTTPBadRequest(reason=f"{name} must be a number")
    return int(given)


ROUTES = [
    web.get("", show_queue),
    web.get("/", show_queue),
    web.get("/conversations/{id}", show_conversation),
    web.get("/conversations/{id}/updates", updates),
    web.get("/conversations/{id}/earlier", earlier),
]
