"""Photos and papers of customers, for people of the desk only."""

from __future__ import annotations

from aiohttp import web

from bot.desk.keys import desk_of
from bot.desk.permissions import Permission, needs
from bot.errors import NotFoundError
from bot.evidence.serving import evidence_response


@needs(Permission.READ)
async def show(request: web.Request) -> web.Response:
    """Show a picture as it is kept, or download a document."""
    return await _show(request, thumbnail=False)


@needs(Permission.READ)
async def show_thumbnail(request: web.Request) -> web.Response:
    """Show a picture small."""
    return await _show(request, thumbnail=True)


async def _show(request: web.Request, *, thumbnail: bool) -> web.Response:
    desk, evidence_id = desk_of(request), request.match_info["id"]
    async with desk.uow() as uow:
        evidence = await uow.evidence.get(evidence_id)
    if evidence is None:
        raise NotFoundError("evidence", evidence_id)
    return await evidence_response(desk.evidence, evidence, thumbnail=thumbnail)


ROUTES = [
    web.get("/evidence/{id}", show),
    web.get("/evidence/{id}/thumbnail", show_thumbnail),
]
