"""The inbox beside every conversation: its pages, and what keeps them up to date."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from bot.conversations.ports import UnitOfWork
from bot.desk import queue
from bot.desk.inbox_address import Asked, asked
from bot.desk.keys import desk_of, visitor_of
from bot.desk.pages import fragment, page
from bot.desk.permissions import Permission, may, needs
from bot.desk.queue import Row
from bot.services import search
from bot.services.inbox_ports import View

MOST_AT_ONCE = 100
"""Of how many conversations a page asks at once what became of them."""

_LONGEST_ID = 200


async def inbox_values(request: web.Request, uow: UnitOfWork, selected: str) -> dict[str, Any]:
    """Return what the templates of the inbox show."""
    desk, visitor, wanted = desk_of(request), visitor_of(request), asked(request.query)
    if wanted.query:
        # What was written a moment ago is found by whoever searches now.
        async with desk.uow() as work:
            await search.catch_up(work)
    return {
        "inbox": await queue.load(uow, visitor.account, wanted, desk.clock()),
        "offered": await queue.offered(uow),
        "views": list(View),
        "asked": wanted,
        "selected": selected,
        "may_supervise": may(visitor.account.role, Permission.SUPERVISE),
        "now": desk.clock(),
    }


@needs(Permission.READ)
async def inbox(request: web.Request) -> web.Response:
    """Return the inbox as HTML."""
    async with desk_of(request).uow() as uow:
        values = await inbox_values(request, uow, request.query.get("selected", ""))
    return page(request, "_queue.html", values)


@needs(Permission.READ)
async def further(request: web.Request) -> web.Response:
    """Return the rows after a key (``after``) as HTML, and the key after which the next ones begin."""
    desk, visitor, wanted = desk_of(request), visitor_of(request), asked(request.query)
    async with desk.uow() as uow:
        rows, next_key = await queue.more(uow, visitor.account, wanted, desk.clock())
    return web.json_response({"rows": _html(request, wanted, rows), "next": next_key})


@needs(Permission.READ)
async def changes(request: web.Request) -> web.Response:
    """Return what became of some conversations (``id``): a row each, none where one left the view; and all counts."""
    desk, visitor, wanted = desk_of(request), visitor_of(request), asked(request.query)
    given = (id for id in request.query.getall("id", []) if 0 < len(id) <= _LONGEST_ID and "\0" not in id)
    ids = list(dict.fromkeys(given))[:MOST_AT_ONCE]
    async with desk.uow() as uow:
        changed = await queue.changes(uow, visitor.account, wanted, ids, desk.clock())
    rows = {row.conversation_id: {"key": row.key, "html": _html(request, wanted, [row])} for row in changed.rows}
    return web.json_response(
        {
            "rows": [{"id": id, **rows.get(id, {"key": None, "html": None})} for id in ids],
            "counts": {view.value: count for view, count in changed.counts.items()},
        }
    )


def _html(request: web.Request, wanted: Asked, rows: list[Row]) -> str:
    selected = request.query.get("selected", "")
    values = {"rows": rows, "asked": wanted, "selected": selected, "now": desk_of(request).clock()}
    return fragment(request, "_rows.html", values)


ROUTES = [
    web.get("/queue", inbox),
    web.get("/queue/further", further),
    web.get("/queue/changes", changes),
]
