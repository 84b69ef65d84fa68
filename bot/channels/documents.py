"""Documents, and files that agents sent, behind signed links, for customers' browsers."""

from __future__ import annotations

from aiohttp import web

from bot.channels.brakes import RETRY_AFTER
from bot.channels.keys import BRAKES, CLOCK, DOCUMENT_LINKS, EVIDENCE, PRESS, UOW
from bot.errors import NotFoundError
from bot.evidence.serving import evidence_response
from bot.services import documents
from bot.services.document_links import PREFIX, DocumentKind, Ticket

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
    """Return a document as PDF, or a file as it was sent.

    It is 404 for whatever is wrong with the link, and 429 where it is asked for too often.
    """
    try:
        ticket = request.app[DOCUMENT_LINKS].read(request.match_info["token"], request.app[CLOCK]())
        if not request.app[BRAKES].documents.allows(request, f"{ticket.kind.value} {ticket.number}"):
            raise web.HTTPTooManyRequests(text="too many documents, wait a moment", headers={**_HEADERS, **RETRY_AFTER})
        shown = _file if ticket.kind is DocumentKind.FILE else _paper
        response = await shown(request, ticket)
    except NotFoundError as error:
        raise web.HTTPNotFound(text="no such document", headers=_HEADERS) from error
    for name, value in _HEADERS.items():
        # A file comes with a stricter policy of its own.
        response.headers.setdefault(name, value)
    return response


async def _paper(request: web.Request, ticket: Ticket) -> web.Response:
    async with request.app[UOW]() as uow:
        paper = await documents.paper(uow, ticket)
    pdf = await request.app[PRESS].printed(paper, request.app[CLOCK]())
    headers = {"Content-Disposition": f'inline; filename="{ticket.number}.pdf"'}
    return web.Response(body=pdf, content_type="application/pdf", headers=headers)


async def _file(request: web.Request, ticket: Ticket) -> web.Response:
    async with request.app[UOW]() as uow:
        piece = await uow.evidence.get(ticket.number)
    # What customers sent is for the desk only.
    if piece is None or piece.agent_id is None:
        raise NotFoundError("file", ticket.number)
    return await evidence_response(request.app[EVIDENCE], piece, thumbnail=False)
