"""Socket.IO as Rasa's channel speaks it, so that chat widgets made for Rasa work; see docs/channel-socketio.md."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from typing import Any

import socketio
import structlog
from aiohttp import web

from bot.channels import files, limits
from bot.channels.brakes import Handler, too_many
from bot.channels.file_passes import PARAMETER, pass_to
from bot.channels.identity import BadIdentityError, introduce
from bot.channels.keys import BRAKES, ROUTER, UOW
from bot.channels.limits import BadMessageError
from bot.channels.origins import is_allowed
from bot.channels.socketio_frames import buttons, frames
from bot.channels.socketio_sessions import Session, known_id, language, new_id, told
from bot.conversations.model import Author, Message
from bot.errors import OtherCustomerError
from bot.logs import described

log = structlog.get_logger()

CHANNEL = "socketio"
PATH = "socket.io"

_MAX_FRAME = 16_384
_REMEMBERED = 10_000

# What this library logs are ids of sessions and whole packets.
_silent = logging.getLogger(f"{__name__}.library")
_silent.setLevel(logging.CRITICAL)


def setup(app: web.Application, public_url: str | None, translated: Callable[[str], str]) -> None:
    """Serve Socket.IO at ``/socket.io/`` and files at ``/webhooks/socketio/…``.

    ``public_url`` is where customers reach this server; without it, files are found where the connection was made to.
    ``translated`` returns, in a language, the remark that a text was translated by a machine.
    """
    server = socketio.AsyncServer(
        async_mode="aiohttp",
        # One client's events are taken one after the other, so that what was written first comes first.
        async_handlers=False,
        cors_allowed_origins=_may_connect,
        max_http_buffer_size=_MAX_FRAME,
        logger=_silent,
        engineio_logger=_silent,
    )
    endpoint = _Endpoint(app, server, public_url, translated)
    server.on("connect", endpoint.connect)
    server.on("disconnect", endpoint.disconnect)
    server.on("session_request", endpoint.request_session)
    server.on("user_uttered", endpoint.hear)
    for method in ("GET", "POST", "OPTIONS"):
        app.router.add_route(method, f"/{PATH}/", _braked(server.handle_request))
    app.add_routes(files.routes(CHANNEL))
    app.on_shutdown.append(endpoint.shut_down)


def _braked(handler: Handler) -> Handler:
    """Return a handler that refuses new connections of who opens too many: each takes memory before it says a word."""

    async def serve(request: web.Request) -> web.StreamResponse:
        is_new = request.method == "GET" and not request.query.get("sid")
        if is_new and not request.app[BRAKES].messages.allows_address(request):
            return too_many("too many connections, wait a moment")
        return await handler(request)

    return serve


def _may_connect(origin: str, environ: dict[str, Any]) -> bool:
    return is_allowed(environ["aiohttp.request"])


class _Endpoint:
    """Brings together connections, sessions and the feed."""

    def __init__(
        self, app: web.Application, server: Any, public_url: str | None, translated: Callable[[str], str]
    ) -> None:
        self._app = app
        self._router = app[ROUTER]
        self._uow = app[UOW]
        self._brake = app[BRAKES].messages
        self._server = server
        self._public_url = public_url
        self._translated = translated
        self._requests: dict[str, web.Request] = {}
        self._auths: dict[str, Any] = {}
        self._sessions: dict[str, Session] = {}
        self._session_of: dict[str, Session] = {}
        self._said: OrderedDict[int, None] = OrderedDict()

    async def connect(self, sid: str, environ: dict[str, Any], auth: Any = None) -> None:
        """Let a page in whose origin was found to be allowed; it has no session yet."""
        self._requests[sid] = environ["aiohttp.request"]
        self._auths[sid] = auth

    async def disconnect(self, sid: str, reason: Any = None) -> None:
        """Forget a connection; its session stays in the database."""
        self._requests.pop(sid, None)
        self._auths.pop(sid, None)
        await self._leave(sid)

    async def request_session(self, sid: str, data: Any = None) -> None:
        """Confirm the session that the client knows, or a new one, and send what it has missed."""
        if self._brake.allows(self._requests[sid], f"socket {sid}"):
            wanted = data.get("session_id") if isinstance(data, dict) else None
            await self._guarded(self._begin(sid, known_id(wanted) or new_id(), data))

    async def hear(self, sid: str, data: Any = None) -> dict[str, Any]:
        """Take a customer's message in and acknowledge it: ``{"message_id"}``, or ``{"code"}`` where it is refused."""
        try:
            return await self._guarded(self._take(sid, data if isinstance(data, dict) else {})) or {"code": "internal"}
        except BadMessageError as error:
            return {"code": "too_long" if "too long" in str(error.fields.get("reason")) else "bad_message"}

    async def shut_down(self, app: web.Application) -> None:
        """Close all connections, so that the server need not wait for them."""
        for connection in list(self._server.eio.sockets.values()):
            await connection.close(wait=False)
            await connection.queue.put(None)
        await self._server.shutdown()

    # --- inside -------------------------------------------------------------------------------------------------------

    async def _guarded(self, work: Any) -> Any:
        """Return what something comes to, or None where it fails: the library would log the customer's words."""
        try:
            return await work
        except BadMessageError:
            raise
        except Exception as error:
            log.error("socketio.failed", error=described(error))
            return None

    async def _begin(self, sid: str, session_id: str, data: Any) -> None:
        """Let a connection into a session, or into a new one where that is a customer's and not this one's."""
        try:
            is_customers = await self._is_customers(sid, session_id, data)
        except OtherCustomerError:
            session_id = new_id()
            is_customers = await self._is_customers(sid, session_id, data)
        await self._join(sid, session_id, is_customers)

    async def _is_customers(self, sid: str, session_id: str, data: Any) -> bool:
        """Tell whether a session is a customer's and who is connected is this one; raises OtherCustomerError."""
        token = next(told("identity", data, self._auths.get(sid)), None)
        try:
            return await introduce(self._app, session_id, token) is not None
        except BadIdentityError as error:
            # For the shop's developer; the customer can still chat, and prove orders as anybody.
            log.info("socketio.bad_identity", reason=error.fields["reason"])
            return False

    async def _take(self, sid: str, data: dict[str, Any]) -> dict[str, Any]:
        text = limits.message_text(data.get("message"))
        message_id = limits.message_id(data.get("message_id"))
        title = limits.title(data.get("title"))
        # Looked up now: who hangs up while we ask the database has said it all the same.
        current, request = self._session_of.get(sid), self._requests[sid]
        session_id = known_id(data.get("session_id")) or (current.id if current else new_id())
        # Whoever guesses at a customer's session must not use up what that one may say.
        if not self._app[BRAKES].reads.allows_address(request):
            return {"code": "rate_limited"}
        try:
            is_customers = await self._is_customers(sid, session_id, data)
        except OtherCustomerError as error:
            if current is not None and current.id == session_id:
                await self._leave(sid)
            return {"code": error.code}
        if not (self._brake.allows(request, session_id) and self._app[BRAKES].channels.allows(CHANNEL)):
            return {"code": "rate_limited"}
        if current is None or current.id != session_id:
            await self._join(sid, session_id, is_customers)
        else:
            if title is None:
                # Widgets send a button's payload only; people shall read in the transcript what was on it.
                title = current.titles.get(text)
            await self._keep_to(sid, current, is_customers)
        await self._router.receive(
            session_id,
            CHANNEL,
            text,
            message_id=message_id,
            title=title,
            metadata={"language": language(data)},
        )
        return {"message_id": message_id}

    async def _join(self, sid: str, session_id: str, is_customers: bool) -> None:
        await self._leave(sid)
        request = self._requests.get(sid)
        if request is None:
            # The connection was closed meanwhile.
            return
        base_url = self._public_url or str(request.url.origin())
        session = self._sessions.get(session_id) or self._open(session_id, base_url, is_customers)
        session.connections.add(sid)
        self._session_of[sid] = session
        await self._keep_to(sid, session, is_customers)
        await self._server.enter_room(sid, session.room)
        await self._server.emit("session_confirm", session_id, to=sid)
        async with session.turn:
            await self._resend(session)

    async def _keep_to(self, sid: str, session: Session, is_customers: bool) -> None:
        """Let everybody else out of a session that has just become a customer's."""
        if is_customers and not session.is_customers:
            session.is_customers = True
            for other in session.connections - {sid}:
                await self._leave(other)

    def _open(self, session_id: str, base_url: str, is_customers: bool) -> Session:
        leave_feed = ExitStack()
        # Listening starts before the database is read, so that nothing falls between the two.
        news = leave_feed.enter_context(self._router.feed.listen(session_id))
        session = self._sessions[session_id] = Session(session_id, base_url, leave_feed, is_customers)
        session.task = asyncio.create_task(self._pass_on(session, news), name="socketio-session")
        return session

    async def _leave(self, sid: str) -> None:
        session = self._session_of.pop(sid, None)
        if session is None:
            return
        session.connections.discard(sid)
        if not session.connections:
            del self._sessions[session.id]
            session.leave_feed.close()
            if session.task is not None:
                session.task.cancel()
        await self._server.leave_room(sid, session.room)

    async def _resend(self, session: Session) -> None:
        """Say what nobody was there to hear."""
        async with self._uow() as uow:
            waiting = await uow.outbox.pending(session.id)
            messages = await uow.messages.some(session.id, [entry.message_id for entry in waiting])
        for message in messages:
            await self._say(session, message)

    async def _pass_on(self, session: Session, news: asyncio.Queue[dict[str, Any]]) -> None:
        while True:
            entry = await news.get()
            if entry["type"] == "message" and entry["message"]["author"] != Author.CUSTOMER.value:
                async with session.turn:
                    await self._guarded(self._say_new(session, int(entry["message"]["message_id"])))

    async def _say_new(self, session: Session, message_id: int) -> None:
        async with self._uow() as uow:
            message = await uow.messages.get(message_id)
        if message is not None:
            await self._say(session, message)

    async def _say(self, session: Session, message: Message) -> None:
        """Emit a message to the session's room once, whether it came by the feed or was waiting in the outbox."""
        assert message.id is not None
        if message.id in self._said or not session.connections:
            return
        self._said[message.id] = None
        if len(self._said) > _REMEMBERED:
            self._said.popitem(last=False)
        session.titles = {button["payload"]: button["title"] for button in buttons(message)}
        for frame in frames(message, partial(self._file_url, session), self._translated):
            await self._server.emit("bot_uttered", frame, room=session.room)
        self._router.delivery.sent([message.id])

    def _file_url(self, session: Session, evidence_id: str) -> str:
        url = f"{session.base_url}/webhooks/{CHANNEL}/conversations/{session.id}/files/{evidence_id}"
        return f"{url}?{PARAMETER}={pass_to(self._app, session.id, evidence_id)}" if session.is_customers else url
