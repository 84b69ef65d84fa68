"""Documents behind signed links, for customers' browsers."""

from __future__ import annotations

from aiohttp import web

from bot.channels.keys import CLOCK, DOCUMENT_LINKS, PRESS, UOW
from bot.errors import NotFoundError
from bot.services import documents
from bot.services.document_links import PREFIX

ROUTES = web.RouteTableDef()

# The link itself is the key, so nothing may remember it or pass it on, and the page can do nothing but be read.
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'self'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}


@ROUTES.get(PREFIX + "{token}")
async def document(request: web.Request) -> web.Response:
    """Return a document as PDF, or 404 for whatever is wrong with the link."""
    now = request.app[CLOCK]()
    try:
        ticket = request.app[DOCUMENT_LINKS].read(request.match_info["token"], now)
        async with request.app[UOW]() as uow:
            paper = await documents.paper(uow, ticket)
    except NotFoundError as error:
        raise web.HTTPNotFound(text="no such document", headers=_HEADERS) from error
    pdf = await request.app[PRESS].printed(paper, now)
    headers = {**_HEADERS, "Content-Disposition": f'inline; filename="{ticket.number}.pdf"'}
    return web.Response(body=pdf, content_type="application/pdf", headers=headers)
