"""A scripted stand-in for the server side of the widget's WebSocket protocol."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from aiohttp import WSMsgType, web

from bot.aftersales.catalogue import Product, Variant
from bot.aftersales.money import Money
from bot.widget import routes

GERMAN = {
    "widget_title": "Kundenservice",
    "widget_open": "Chat öffnen",
    "widget_placeholder": "Nachricht schreiben …",
    "shop_hero": "Gemacht für jeden Tag",
    "shop_category_shoes": "Schuhe",
}


def translate(context: str, text: str, language: str) -> str:
    """Return a few German texts; everything else stays English."""
    return GERMAN.get(context, text) if language == "de" else text


async def load_products() -> list[Product]:
    """Return three small products, one of them sold out."""
    return [
        _product("runner", "Running shoes", "shoes", "89.90", 12, de="Laufschuhe", zh="跑鞋"),
        _product("kettle", "Kettle <1.7 l>", "kitchen", "39.00", 3),
        _product("robot", "Tin robot", "toys", "24.50", 0),
    ]


def _product(id_: str, title: str, category: str, price: str, stock: int, **titles: str) -> Product:
    variants = [
        Variant(f"{id_}-{size}", id_, Money(Decimal(price), "EUR"), stock, size, "red") for size in ("41", "42")
    ]
    return Product(id_, title, category, titles=titles, variants=variants)


@dataclass
class FakeDesk:
    """Stores what the widget sends, answers by script and misbehaves on demand."""

    answers: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    transcript: list[dict[str, Any]] = field(default_factory=list)
    hellos: list[dict[str, Any]] = field(default_factory=list)
    frames: list[dict[str, Any]] = field(default_factory=list)
    handled_by: str = "bot"
    refuses_connections: bool = False
    swallows_messages: bool = False
    loses_acks: bool = False
    is_silent: bool = False
    refuses_with: str | None = None
    sockets: dict[web.WebSocketResponse, web.Request] = field(default_factory=dict)

    def app(
        self,
        translate: Callable[[str, str, str], str] = translate,
        load_products: routes.LoadProducts = load_products,
    ) -> web.Application:
        """Return an application with the real widget routes and this fake behind the socket."""
        app = web.Application()
        routes.setup(app, translate=translate, load_products=load_products)
        app.router.add_get("/webhooks/web/socket", self.serve)
        return app

    @property
    def received(self) -> list[dict[str, Any]]:
        """Return the message frames that arrived, repeated ones included."""
        return [frame for frame in self.frames if frame["type"] == "message"]

    @property
    def texts(self) -> list[str]:
        """Return what the message frames say."""
        return [frame["text"] for frame in self.received]

    @property
    def read_ids(self) -> list[str]:
        """Return up to which messages the customer has read, as the widget told it."""
        return [frame["message_id"] for frame in self.frames if frame["type"] == "read"]

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Speak the protocol with one widget."""
        if self.refuses_connections:
            raise web.HTTPServiceUnavailable
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.sockets[socket] = request
        try:
            async for packet in socket:
                if packet.type is WSMsgType.TEXT:
                    await self._handle(socket, packet.json())
        finally:
            del self.sockets[socket]
        return socket

    async def _handle(self, socket: web.WebSocketResponse, frame: dict[str, Any]) -> None:
        self.frames.append(frame)
        if self.is_silent:
            return
        if frame["type"] == "hello":
            self.hellos.append(frame)
            known = [message["message_id"] for message in self.transcript]
            start = known.index(frame["after"]) + 1 if frame["after"] in known else 0
            messages = self.transcript[start:]
            await socket.send_json(
                {"type": "ready", "language": "en", "handled_by": self.handled_by, "messages": messages}
            )
        elif frame["type"] == "ping":
            await socket.send_json({"type": "pong"})
        elif frame["type"] == "message" and not self.swallows_messages:
            await self._take(socket, frame)

    async def _take(self, socket: web.WebSocketResponse, frame: dict[str, Any]) -> None:
        if self.refuses_with:
            await socket.send_json({"type": "error", "code": self.refuses_with})
            return
        is_new = all(entry["client_message_id"] != frame["message_id"] for entry in self.transcript)
        if is_new:
            text = frame.get("title", frame["text"])
            self.store(text, author="customer", client_message_id=frame["message_id"])
        if self.loses_acks:
            return
        await socket.send_json({"type": "ack", "message_id": frame["message_id"]})
        if is_new:
            for answer in self.answers.get(frame["text"], []):
                await self.say(**answer)

    def store(self, text: str, *, author: str = "bot", **more: Any) -> dict[str, Any]:
        """Append a message to the transcript and return it as the protocol shows it."""
        at = datetime.now(timezone.utc) - timedelta(seconds=1)
        message = {
            "message_id": str(len(self.transcript) + 1),
            "author": author,
            "response": None,
            "language": "en",
            "text": text,
            "buttons": [],
            "image": None,
            "custom": {},
            "reply_to": None,
            "client_message_id": None,
            "at": at.isoformat(),
            **more,
        }
        self.transcript.append(message)
        return message

    async def say(self, text: str, **more: Any) -> None:
        """Send a message to every connected widget."""
        await self.send({"type": "message", "message": self.store(text, **more)})

    async def send(self, frame: dict[str, Any]) -> None:
        """Send a frame to every connected widget."""
        for socket in list(self.sockets):
            # A page that was left may be noticed later.
            with suppress(ConnectionError):
                await socket.send_json(frame)

    async def drop(self) -> None:
        """Cut every connection without a closing handshake."""
        for request in list(self.sockets.values()):
            if request.transport is not None:
                request.transport.abort()
        await asyncio.sleep(0.05)
