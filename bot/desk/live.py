"""The live socket: tells the desk's pages where to look again, and the customer that an agent is typing."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterable
from typing import Any

import structlog
from aiohttp import WSCloseCode, WSMsgType, web

from bot import sockets
from bot.conversations.feed import EVERYTHING
from bot.conversations.model import Author
from bot.desk.keys import SESSION_COOKIE, Desk, desk_of, visitor_of
from bot.desk.middlewares import is_own_origin
from bot.desk.permissions import Permission, needs
from bot.services import accounts, presence

log = structlog.get_logger()

SESSION_OVER = 4401
"""The close code after which a page must log in again instead of reconnecting."""

_RECHECK_SECONDS = 30
_TYPING_EVERY_SECONDS = 1.0
_GATHER_SECONDS = 0.25
"""What happens within this time after a frame comes with the next one: every page hears of every conversation."""


def setup(desk: web.Application) -> None:
    """Add the socket to the desk and close what is open when the server stops."""
    desk.router.add_get("/live", live)
    sockets.close_at_shutdown(desk)


@needs(Permission.READ)
async def live(request: web.Request) -> web.WebSocketResponse:
    """Send ``{"type": "hints", "hints": [{"type", "conversation_id", …}]}`` for whatever happens; take ``typing``.

    What is sent are hints without content; the pages fetch what they show. A socket is refused to other sites, since
    browsers would send the cookie along for them.
    """
    if not is_own_origin(request):
        raise web.HTTPForbidden(reason="This came from another site.")
    desk, visitor = desk_of(request), visitor_of(request)
    # A page that was opened just now, not one that lost the network for a while.
    arrives = request.query.get("arrives") == "yes"
    socket = web.WebSocketResponse(heartbeat=25, max_msg_size=4096)
    await socket.prepare(request)
    sockets.keep(request, socket)
    with desk.router.feed.listen(EVERYTHING) as news:
        tasks = [
            asyncio.create_task(_send(socket, news, desk, request.cookies[SESSION_COOKIE])),
            asyncio.create_task(_keep_beating(socket, desk, visitor.account.id, arrives=arrives)),
        ]
        try:
            await _receive(socket, desk, visitor.account.id)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
    return socket


async def _keep_beating(socket: web.WebSocketResponse, desk: Desk, account_id: str, *, arrives: bool) -> None:
    """Show signs of life of a page that is open; each replica writes them for the sockets that it holds.

    Nothing is written when the socket closes: a page that is loaded anew, or another one that stays open, goes on with
    the signs, and where there is none the routing takes the conversations away after the grace.
    """
    shown = None
    while True:
        try:
            async with desk.uow() as uow:
                now = await presence.beat(uow, account_id, desk.clock(), arrives=arrives)
            if now is not shown:
                shown = now
                await socket.send_json({"type": "presence", "presence": now.value})
        except ConnectionError:
            return
        except Exception as error:
            # Most likely the database is away, and then nothing else works either.
            log.warning("desk.beat_failed", error=type(error).__name__)
        if arrives:
            # Whoever comes may be given what waits.
            arrives = False
            desk.router.handling.on_change()
        await asyncio.sleep(presence.BEAT.total_seconds())


async def _send(
    socket: web.WebSocketResponse,
    news: asyncio.Queue[dict[str, Any]],
    desk: Desk,
    token: str,
) -> None:
    try:
        await _forward(socket, news, desk, token)
    except ConnectionError:
        return
    except Exception:
        # A socket that stays open in silence would be worse than one that the page opens again.
        log.exception("desk.live_failed")
        await socket.close(code=WSCloseCode.INTERNAL_ERROR)


async def _forward(
    socket: web.WebSocketResponse,
    news: asyncio.Queue[dict[str, Any]],
    desk: Desk,
    token: str,
) -> None:
    checked_at = time.monotonic()
    while True:
        try:
            entry = await asyncio.wait_for(news.get(), _RECHECK_SECONDS)
        except asyncio.TimeoutError:
            entry = None
        if time.monotonic() - checked_at >= _RECHECK_SECONDS:
            checked_at = time.monotonic()
            async with desk.uow() as uow:
                found = await accounts.session_of(uow, token, desk.clock())
            if found is None:
                await socket.close(code=SESSION_OVER)
                return
        if entry is not None:
            entries = [entry, *(news.get_nowait() for _ in range(news.qsize()))]
            await socket.send_json({"type": "hints", "hints": hints(entries)})
            await asyncio.sleep(_GATHER_SECONDS)


def hints(entries: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the hints of some news in their order, each once, where it came last.

    Who types and writes meanwhile has stopped typing, so that the last word counts.
    """
    found: dict[str, dict[str, Any]] = {}
    for one in map(hint, entries):
        key = json.dumps(one)
        found.pop(key, None)
        found[key] = one
    return list(found.values())


def hint(entry: dict[str, Any]) -> dict[str, Any]:
    """Return news without its content: what kind, where, by whom."""
    author = entry.get("author") or entry.get("message", {}).get("author")
    found = {
        "type": entry["type"],
        "conversation_id": entry["conversation_id"],
        "author": author,
    }
    if "handled_by" in entry:
        found["handled_by"] = entry["handled_by"]
    return found


async def _receive(socket: web.WebSocketResponse, desk: Desk, agent_id: str) -> None:
    told_at = 0.0
    async for frame in socket:
        if frame.type is not WSMsgType.TEXT:
            continue
        try:
            said = json.loads(frame.data)
        except json.JSONDecodeError:
            said = None
        if not isinstance(said, dict) or said.get("type") != "typing":
            await socket.close(code=WSCloseCode.POLICY_VIOLATION)
            return
        if time.monotonic() - told_at >= _TYPING_EVERY_SECONDS:
            told_at = time.monotonic()
            await _typing(desk, str(said.get("conversation_id")), agent_id)


async def _typing(desk: Desk, conversation_id: str, agent_id: str) -> None:
    async with desk.uow() as uow:
        handoff = await uow.escalations.open_of(conversation_id)
    if handoff is not None and handoff.agent_id == agent_id:
        desk.router.feed.publish(conversation_id, {"type": "typing", "author": Author.AGENT.value})
