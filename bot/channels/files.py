"""Files of customers over HTTP: one request a file, and the way to look at one's own."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any, BinaryIO

from aiohttp import web

from bot.aftersales.evidence import MAX_BYTES, Evidence, EvidenceRefusal
from bot.channels import limits
from bot.channels.brakes import too_many
from bot.channels.file_passes import PARAMETER, opens, pass_to
from bot.channels.identity import HEADER, admit
from bot.channels.keys import BRAKES, CLOCK, EVIDENCE, ROUTER, UOW
from bot.channels.limits import BadMessageError
from bot.channels.origins import is_allowed
from bot.conversations.arrivals import UPLOADED
from bot.conversations.ports import UnitOfWork
from bot.errors import EvidenceRefusedError, NotFoundError, OtherCustomerError
from bot.evidence import forms
from bot.evidence.serving import evidence_response
from bot.l10n.languages import preferred
from bot.services import evidence as pieces
from bot.services.evidence_ports import CleanCopy

_STATUS = {
    EvidenceRefusal.TOO_LARGE: 413,
    EvidenceRefusal.UNSUPPORTED_TYPE: 415,
    EvidenceRefusal.TOO_MANY: 429,
}
_SHOWN = {
    # The widget shows them on pages of other origins, also on those that isolate themselves with COEP.
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Cache-Control": "private, max-age=86400, immutable",
}

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def routes(channel: str) -> list[web.RouteDef]:
    """Return a channel's routes: sending a file, and getting one's own back, whole or as a small picture.

    Whoever knows a conversation's sender can read it and send files into it, as with messages; where it is a
    customer's, only with the customer's token, or to look at one file with the pass to it.
    """
    base = f"/webhooks/{channel}/conversations/{{sender}}/files"

    async def receive(request: web.Request) -> web.StreamResponse:
        return await _receive(request, channel)

    async def whole(request: web.Request) -> web.StreamResponse:
        return await _show(request, thumbnail=False)

    async def thumbnail(request: web.Request) -> web.StreamResponse:
        return await _show(request, thumbnail=True)

    return [
        web.options(base, _guarded(_preflight)),
        web.post(base, _guarded(receive)),
        web.options(f"{base}/{{id}}", _guarded(_preflight)),
        web.options(f"{base}/{{id}}/thumbnail", _guarded(_preflight)),
        web.get(f"{base}/{{id}}", _guarded(whole)),
        web.get(f"{base}/{{id}}/thumbnail", _guarded(thumbnail)),
    ]


def _guarded(handler: Handler) -> Handler:
    """Return a handler that refuses foreign pages, lets friendly ones read the answer, and answers errors as JSON."""

    async def serve(request: web.Request) -> web.StreamResponse:
        if not is_allowed(request):
            return _problem(403, "forbidden_origin", reason="see PARLEY_ALLOWED_ORIGINS")
        try:
            response = await handler(request)
        except BadMessageError as error:
            response = _problem(400, error.code, **error.fields)
        except NotFoundError as error:
            response = _problem(404, error.code)
        except OtherCustomerError as error:
            response = _problem(409, error.code)
        except EvidenceRefusedError as error:
            response = _problem(_STATUS.get(EvidenceRefusal(error.reason), 422), str(error.reason))
        if "Origin" in request.headers:
            response.headers["Access-Control-Allow-Origin"] = request.headers["Origin"]
        response.headers["Vary"] = "Origin"
        return response

    return serve


async def _preflight(request: web.Request) -> web.StreamResponse:
    """Answer what browsers ask before a page of another origin sends a file and watches its progress, or a token."""
    return web.Response(
        status=204,
        headers={
            "Access-Control-Allow-Methods": "GET, POST",
            "Access-Control-Allow-Headers": f"Content-Type, {HEADER}",
            "Access-Control-Max-Age": "600",
        },
    )


async def _receive(request: web.Request, channel: str) -> web.StreamResponse:
    """Take a file in: cleaned, kept, shown in the transcript, and told to the bot.

    With a ``message_id`` in the query, sending the same file again returns the first answer and does nothing else.
    """
    sender = limits.sender(request.match_info["sender"])
    message_id = limits.message_id(request.query.get("message_id"))
    # Whoever guesses at a customer's session must not use up what that one may send.
    if not request.app[BRAKES].reads.allows_address(request):
        return too_many()
    is_customers = await admit(request.app, sender, request.headers.get(HEADER)) is not None
    if not request.app[BRAKES].uploads.allows(request, sender):
        return too_many()
    known = await _known(request, channel, sender, message_id)
    if known is not None:
        return _answer(request, known, is_customers)
    if (request.content_length or 0) > MAX_BYTES + forms.FORM_BYTES:
        raise EvidenceRefusedError(EvidenceRefusal.TOO_LARGE)
    async with request.app[UOW]() as uow:
        await pieces.check_room(uow, sender, request.app[CLOCK]())
    store, evidence_id = request.app[EVIDENCE], pieces.new_id()
    with store.receive() as file:
        await _read_form(request, file)
        copy = await store.keep(evidence_id, file)
    try:
        added = await _hand_in(request, channel, sender, message_id, evidence_id, copy)
    except EvidenceRefusedError:
        # After any other error it is not known whether there is a row; then the sweep decides.
        await store.remove(evidence_id)
        raise
    if added is None:
        # The same message was handed in by another request while this one was reading.
        await store.remove(evidence_id)
        added = await _known(request, channel, sender, message_id)
        assert added is not None
    return _answer(request, added, is_customers)


async def _hand_in(
    request: web.Request, channel: str, sender: str, message_id: str | None, evidence_id: str, copy: CleanCopy
) -> Evidence | None:
    """Write row, transcript and inbox in one transaction; return None where the message is known already."""
    added: list[Evidence] = []

    async def add(uow: UnitOfWork) -> None:
        added.append(await pieces.add(uow, evidence_id, sender, copy, request.app[CLOCK]()))

    await request.app[ROUTER].receive(
        sender,
        channel,
        f"{UPLOADED}{json.dumps({'evidence': evidence_id})}",
        message_id=message_id,
        title="",
        metadata={"language": preferred(limits.languages(request.query.getall("language", [])))},
        custom={"attachment": {"id": evidence_id, "kind": copy.kind.value}},
        within=add,
    )
    return added[0] if added else None


async def _known(request: web.Request, channel: str, sender: str, message_id: str | None) -> Evidence | None:
    """Return what was handed in under a message id; raises BadMessageError where that was no file."""
    if message_id is None:
        return None
    async with request.app[UOW]() as uow:
        inbound = await uow.inbox.by_platform_id(channel, f"{sender}:{message_id}")
        if inbound is None:
            return None
        payload, _, facts = inbound.text.partition("{")
        if payload != UPLOADED:
            raise BadMessageError(field="message_id", reason="another message has this id")
        try:
            evidence_id = json.loads("{" + facts)["evidence"]
        except (ValueError, KeyError, RecursionError) as error:
            raise BadMessageError(field="message_id", reason="another message has this id") from error
        return await pieces.owned(uow, sender, str(evidence_id))


async def _read_form(request: web.Request, file: BinaryIO) -> None:
    try:
        await forms.read_form(request, file)
    except forms.DamagedFormError as error:
        reason = f"give multipart/form-data with a file named '{forms.FILE}', as a whole"
        raise BadMessageError(field="body", reason=reason) from error


async def _show(request: web.Request, *, thumbnail: bool) -> web.StreamResponse:
    sender, evidence_id = limits.sender(request.match_info["sender"]), request.match_info["id"]
    if not opens(request.app, request.query.get(PARAMETER, ""), sender, evidence_id):
        await admit(request.app, sender, request.headers.get(HEADER))
    if not request.app[BRAKES].reads.allows_session(sender):
        return too_many()
    async with request.app[UOW]() as uow:
        evidence = await pieces.owned(uow, sender, evidence_id)
    response = await evidence_response(request.app[EVIDENCE], evidence, thumbnail=thumbnail)
    response.headers.update(_SHOWN)
    return response


def _answer(request: web.Request, evidence: Evidence, is_customers: bool) -> web.Response:
    facts = {"id": evidence.id, "kind": evidence.kind.value, "width": evidence.width, "height": evidence.height}
    if is_customers:
        facts[PARAMETER] = pass_to(request.app, evidence.conversation_id, evidence.id)
    return web.json_response(facts)


def _problem(status: int, code: str, **fields: Any) -> web.Response:
    return web.json_response({"code": code, **fields}, status=status)
