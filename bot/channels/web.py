"""The web channel: a WebSocket for the widget, with history, live answers and resending."""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import Any

from aiohttp import WSMsgType, web

from bot import sockets
from bot.channels import limits
from bot.channels.brakes import RETRY_AFTER
from bot.channels.file_passes import with_pass
from bot.channels.identity import BadIdentityError, introduce
from bot.channels.keys import BRAKES, ROUTER, UOW
from bot.channels.limits import BadMessageError
from bot.channels.origins import is_allowed
from bot.conversations import history
from bot.conversations.model import Author, Message
from bot.conversations.ports import UnitOfWork
from bot.errors import OtherCustomerError
from bot.l10n.languages import preferred
from bot.services.words_model import CUSTOMER

ROUTES = web.RouteTableDef()
CHANNEL = "web"

_HELLO_SECONDS = 10
_HEARTBEAT_SECONDS = 25
_MAX_FRAME = 16_384


@ROUTES.get("/webhooks/web/socket")
async def socket(request: web.Request) -> web.StreamResponse:
    """Hold one widget's connection: first ``hello``, then messages both ways until either side closes."""
    # A browser sends cookies and local storage belongs to the page, but a foreign page must not speak for ours.
    if not is_allowed(request):
        raise web.HTTPForbidden(text="this origin may not use the chat; see PARLEY_ALLOWED_ORIGINS")
    if not request.app[BRAKES].messages.allows_address(request):
        raise web.HTTPTooManyRequests(text="too many connections, wait a moment", headers=RETRY_AFTER)
    ws = web.WebSocketResponse(heartbeat=_HEARTBEAT_SECONDS, max_msg_size=_MAX_FRAME)
    await ws.prepare(request)
    sockets.keep(request, ws)
    client = _Client(request, ws)
    try:
        if await client.greet():
            await client.run()
    except (ConnectionError, asyncio.TimeoutError, asyncio.CancelledError):
        # A client that takes nothing any more is gone; what it missed it gets when it comes back.
        pass
    return ws


class _Client:
    """One connected widget."""

    def __init__(self, request: web.Request, ws: web.WebSocketResponse) -> None:
        self._app = request.app
        self._router = request.app[ROUTER]
        self._uow = request.app[UOW]
        self._request = request
        self._brake = request.app[BRAKES].messages
        self._ws = ws
        self._sender = ""
        self._language: str | None = None
        self._seen = 0
        self._is_customers = False

    async def greet(self) -> bool:
        """Wait for ``hello`` and return whether it was a valid one."""
        frame: dict[str, Any] | None = None
        with contextlib.suppress(asyncio.TimeoutError, TypeError, ValueError, RecursionError):
            frame = json.loads(await self._ws.receive_str(timeout=_HELLO_SECONDS))
        try:
            if not isinstance(frame, dict) or frame.get("type") != "hello":
                raise BadMessageError(field="type", reason="say hello first")
            self._sender = limits.session(frame.get("sender"))
            self._seen = limits.after(frame.get("after"))
        except BadMessageError:
            await self._send({"type": "error", "code": "bad_frame"})
            await self._ws.close()
            return False
        several = limits.languages(frame.get("languages"))
        self._language = preferred(several) or limits.language(frame.get("language"))
        return await self._introduce(frame.get("identity"))

    async def _introduce(self, identity: Any) -> bool:
        """Keep whom the shop's page says this is; return False where that is somebody else than before."""
        try:
            self._is_customers = await introduce(self._app, self._sender, identity) is not None
        except BadIdentityError as error:
            # The shop's developer reads it in the console; the customer can still chat, and prove orders as anybody.
            await self._send({"type": "error", "code": error.code, "reason": error.fields["reason"]})
        except OtherCustomerError as error:
            await self._send({"type": "error", "code": error.code})
            await self._ws.close()
            return False
        return True

    async def run(self) -> None:
        """Send the history, then pass news out and messages in."""
        with self._router.feed.listen(self._sender) as news:
            # Listening starts before history is read, so that nothing falls between the two.
            async with self._uow() as uow:
                missed = await history.page(uow, self._sender, self._seen or None)
                changed = await self._changed(uow)
                conversation = await uow.conversations.get(self._sender)
            handler = await self._router.handling.handled_by(self._sender)
            is_returning = bool(self._seen)
            self._note_delivered(missed)
            await self._send(
                {
                    "type": "ready",
                    "language": conversation.language if conversation else None,
                    "handled_by": handler.value,
                    "messages": [self._shown(message.as_json()) for message in missed],
                    **({"changed": [self._shown(message.as_json()) for message in changed]} if changed else {}),
                }
            )
            if is_returning and len(missed) == history.PAGE:
                await self._catch_up()
            sender = asyncio.create_task(self._pass_on(news))
            try:
                async for frame in self._ws:
                    if frame.type is not WSMsgType.TEXT:
                        break
                    await self._take(frame.data)
            finally:
                sender.cancel()

    async def _take(self, data: str) -> None:
        try:
            frame = json.loads(data)
            kind = frame["type"]
        except (ValueError, KeyError, TypeError, RecursionError):
            await self._send({"type": "error", "code": "bad_frame"})
            return
        if kind in ("typing", "read") and not self._brake.allows(self._request, f"signs of {self._sender}"):
            return
        if kind == "ping":
            await self._send({"type": "pong"})
        elif kind == "typing":
            self._router.feed.publish(self._sender, {"type": "typing", "author": "customer"})
        elif kind == "message":
            await self._take_message(frame)
        elif kind == "read":
            await self._take_read(frame)
        else:
            await self._send({"type": "error", "code": "bad_frame"})

    async def _take_read(self, frame: dict[str, Any]) -> None:
        try:
            message_id = limits.after(frame.get("message_id"))
        except BadMessageError:
            await self._send({"type": "error", "code": "bad_frame"})
            return
        await self._router.words.read(self._sender, CUSTOMER, message_id)

    async def _catch_up(self) -> None:
        """Send, one by one, what has no room in ``ready``."""
        page: list[Message] | None = None
        while page is None or len(page) == history.PAGE:
            async with self._uow() as uow:
                page = await history.page(uow, self._sender, self._seen or None)
            for message in page:
                await self._send({"type": "message", "message": self._shown(message.as_json())})
            self._note_delivered(page)

    async def _changed(self, uow: UnitOfWork) -> list[Message]:
        """Return what was edited or retracted of the messages that the widget has already."""
        if not self._seen:
            return []
        revisions = await uow.revisions.of_conversation(self._sender)
        ids = {revision.message_id for revision in revisions if revision.message_id <= self._seen}
        return [found for found in await uow.messages.some(self._sender, ids) if found.author is not Author.NOTE]

    async def _take_message(self, frame: dict[str, Any]) -> None:
        try:
            message_id = limits.message_id(frame.get("message_id"))
            text = limits.message_text(frame.get("text"))
            title = limits.title(frame.get("title"))
        except BadMessageError as error:
            code = "too_long" if "too long" in str(error.fields.get("reason")) else "bad_frame"
            await self._send({"type": "error", "code": code, "message_id": frame.get("message_id")})
            return
        brakes = self._app[BRAKES]
        if not (brakes.messages.allows(self._request, self._sender) and brakes.channels.allows(CHANNEL)):
            await self._send({"type": "error", "code": "rate_limited", "message_id": message_id})
            return
        await self._router.receive(
            self._sender,
            CHANNEL,
            text,
            message_id=message_id,
            title=title,
            metadata={"language": self._language},
        )
        await self._send({"type": "ack", "message_id": message_id})

    async def _pass_on(self, news: asyncio.Queue[dict[str, Any]]) -> None:
        while True:
            entry = await news.get()
            kind = entry["type"]
            if kind == "message":
                message = entry["message"]
                if int(message["message_id"]) <= self._seen:
                    # It was in the history already.
                    continue
                await self._send({"type": "message", "message": self._shown(message)})
                if message["author"] != Author.CUSTOMER.value:
                    self._router.delivery.sent([int(message["message_id"])])
            elif kind == "change":
                await self._send({"type": "change", "message": self._shown(entry["message"])})
            elif kind == "state" or (kind == "typing" and entry["author"] != "customer"):
                await self._send({key: value for key, value in entry.items() if key != "conversation_id"})

    def _note_delivered(self, messages: list[Message]) -> None:
        ids = [message.id for message in messages if message.id is not None]
        self._seen = max([self._seen, *ids])
        self._router.delivery.sent(
            [message.id for message in messages if message.id and message.author is not Author.CUSTOMER]
        )

    def _shown(self, message: dict[str, Any]) -> dict[str, Any]:
        shown = _for_widget(message)
        return with_pass(self._app, self._sender, shown) if self._is_customers else shown

    async def _send(self, frame: dict[str, Any]) -> None:
        if not self._ws.closed:
            await self._ws.send_str(json.dumps(frame, ensure_ascii=False))


def _for_widget(message: dict[str, Any]) -> dict[str, Any]:
    custom = dict(message["custom"])
    return {**message, "client_message_id": custom.pop("client_message_id", None), "custom": custom}
