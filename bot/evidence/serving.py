"""How browsers get to see evidence: shown as a picture or downloaded, never run."""

from __future__ import annotations

from aiohttp import web

from bot.aftersales.evidence import Evidence, EvidenceKind
from bot.evidence.recognition import JPEG
from bot.services.evidence_ports import EvidenceStore

_HEADERS = {
    # Whatever a file turns out to hold, browsers must neither guess nor run anything.
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


async def evidence_response(store: EvidenceStore, evidence: Evidence, *, thumbnail: bool) -> web.Response:
    """Return the answer that shows a piece or its small picture; documents are only ever downloaded.

    Raises NotFoundError where there is no file, which holds for the small picture of a document.
    """
    body = await store.read(evidence.id, thumbnail=thumbnail)
    media_type = JPEG if thumbnail else evidence.media_type
    how = "inline" if evidence.kind is EvidenceKind.IMAGE else "attachment"
    ending = media_type.rpartition("/")[2].replace("jpeg", "jpg")
    disposition = f'{how}; filename="{evidence.id[:8]}.{ending}"'
    return web.Response(body=body, content_type=media_type, headers={**_HEADERS, "Content-Disposition": disposition})
