"""The REST channel: one request a message, answered with what the bot says (a superset of Rasa's REST channel)."""

from __future__ import annotations

import json
from typing import Any

from aiohttp import web

from bot.channels import limits
from bot.channels.brakes import too_many
from bot.channels.identity import HEADER, BadIdentityError, admit, introduce
from bot.channels.keys import BRAKES, ROUTER, UOW
from bot.channels.limits import BadMessageError
from bot.conversations import history
from bot.conversations.model import Author, Message
from bot.errors import OtherCustomerError, ParleyError

ROUTES = web.RouteTableDef()
CHANNEL = "rest"


@ROUTES.post("/webhooks/rest/webhook")
async def receive(request: web.Request) -> web.Response:
    """Take a customer's message and return the bot's messages; a repeated ``message_id`` returns the first answer."""
    brakes = request.app[BRAKES]
    try:
        body = await _body(request)
        sender = limits.sender(body.get("sender"))
        text = limits.message_text(body.get("message"))
        message_id = limits.message_id(body.get("message_id"))
        title = limits.title(body.get("title"))
        given = body.get("metadata")
        metadata = given if isinstance(given, dict) else {}
        # Whoever guesses at a customer's session must not use up what that one may say.
        if not brakes.reads.allows_address(request):
            return too_many()
        await introduce(request.app, sender, metadata.get("identity"))
    except (BadMessageError, BadIdentityError) as error:
        return _problem(400, error)
    except OtherCustomerError as error:
        return _problem(409, error)
    if not (brakes.messages.allows(request, sender) and brakes.channels.allows(CHANNEL)):
        return too_many("too many messages, wait a moment")
    router = request.app[ROUTER]
    received = await router.receive(
        sender,
        CHANNEL,
        text,
        message_id=message_id,
        title=title,
        metadata={"language": limits.language(metadata.get("language"))},
    )
    messages = await router.answer_to(received, sender)
    _delivered(request, messages)
    return _json([message.as_json() for message in messages])


@ROUTES.get("/webhooks/rest/conversations/{sender}/messages")
async def messages_since(request: web.Request) -> web.Response:
    """Return what came next in a conversation after a message id, or without one the newest, oldest first.

    The customer's own messages are included. It is one page; who was away for long asks on with its last id.
    A conversation that is a customer's is read with the customer's token.
    """
    try:
        sender = limits.sender(request.match_info["sender"])
        after = limits.after(request.query.get("after"))
        await admit(request.app, sender, request.headers.get(HEADER))
    except BadMessageError as error:
        return _problem(400, error)
    except OtherCustomerError as error:
        return _problem(409, error)
    if not request.app[BRAKES].reads.allows_session(sender):
        return too_many()
    async with request.app[UOW]() as uow:
        messages = await history.page(uow, sender, after if "after" in request.query else None)
    _delivered(request, messages)
    return _json([message.as_json() for message in messages])


async def _body(request: web.Request) -> dict[str, Any]:
    try:
        body = await request.json()
    except (ValueError, LookupError, RecursionError) as error:
        # No JSON, an unknown charset, or brackets nested without end.
        raise BadMessageError(field="body", reason="give a JSON object") from error
    if not isinstance(body, dict):
        raise BadMessageError(field="body", reason="give a JSON object")
    return body


def _delivered(request: web.Request, messages: list[Message]) -> None:
    request.app[ROUTER].delivery.sent(
        [message.id for message in messages if message.id is not None and message.author is not Author.CUSTOMER]
    )


def _problem(status: int, error: ParleyError) -> web.Response:
    return web.json_response({"code": error.code, **error.fields}, status=status)


def _json(body: Any) -> web.Response:
    return web.json_response(body, dumps=lambda value: json.dumps(value, ensure_ascii=False))
