"""A customer in a widget made for Rasa."""

from __future__ import annotations

import asyncio
import contextlib

import socketio
from socketio.exceptions import SocketIOError

from tests.channels.sides.browser import BrowserSide, acknowledged
from tests.channels.sides.side import Event, NotTakenError, Received


class SocketIoSide(BrowserSide):
    """Keeps a session over connections that may break."""

    channel = "socketio"
    _client: socketio.AsyncClient | None = None

    async def send(self, event: Event) -> None:
        told = {"message": event["text"], "session_id": self.own, "metadata": {"language": self.language}, **event}
        try:
            answer = await (await self._open()).call("user_uttered", told, timeout=20)
        except (SocketIOError, asyncio.TimeoutError, OSError) as error:
            raise NotTakenError(type(error).__name__) from error
        acknowledged(answer)

    async def got(self) -> list[Received]:
        with contextlib.suppress(SocketIOError, OSError, asyncio.TimeoutError):
            await self._open()
        return self.received

    async def close(self) -> None:
        if self._client is not None:
            await self._client.disconnect()

    async def _open(self) -> socketio.AsyncClient:
        if self._client is None or not self._client.connected:
            client = socketio.AsyncClient(reconnection=False, http_session=self.world.http)
            client.on("bot_uttered", self._hear)
            # Its engine gives its session back, and this one belongs to all.
            await client.connect(self.world.base, transports=["websocket"], wait_timeout=10)
            self._client = client
            await client.emit("session_request", {"session_id": self.own})
        return self._client

    async def _hear(self, frame: Event) -> None:
        message_id = str(frame["metadata"]["message_id"])
        if "text" in frame:
            self.take(message_id, frame["text"], frame.get("quick_replies", []))
