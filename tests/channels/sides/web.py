"""A customer in the shop's own widget."""

from __future__ import annotations

import asyncio
import contextlib

import aiohttp

from tests.channels.sides.browser import BrowserSide, acknowledged
from tests.channels.sides.side import Event, NotTakenError, Received


class WebSide(BrowserSide):
    """Keeps a WebSocket open, opens it anew where it breaks, and says then what it has already."""

    channel = "web"
    _socket: aiohttp.ClientWebSocketResponse | None = None
    _task: asyncio.Task[None] | None = None

    async def send(self, event: Event) -> None:
        self._answer: asyncio.Future[Event] = asyncio.get_running_loop().create_future()
        try:
            await (await self._open()).send_json({"type": "message", **event})
            answer = await asyncio.wait_for(asyncio.shield(self._answer), 20)
        except (aiohttp.ClientError, asyncio.TimeoutError, OSError) as error:
            raise NotTakenError(type(error).__name__) from error
        acknowledged(answer)

    async def got(self) -> list[Received]:
        with contextlib.suppress(aiohttp.ClientError, OSError):
            await self._open()
        return self.received

    async def close(self) -> None:
        if self._socket is not None:
            await self._socket.close()

    async def _open(self) -> aiohttp.ClientWebSocketResponse:
        if self._socket is None or self._socket.closed:
            socket = await self.world.http.ws_connect(f"{self.world.base}/webhooks/web/socket")
            after = self.received[-1].id if self.received else None
            await socket.send_json({"type": "hello", "sender": self.own, "after": after, "language": self.language})
            self._socket = socket
            self._task = asyncio.create_task(self._listen(socket))
        return self._socket

    async def _listen(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        async for frame in socket:
            told = frame.json()
            for message in [*told.get("messages", ()), *([told["message"]] if told["type"] == "message" else ())]:
                if message["author"] != "customer":
                    self.take(message["message_id"], message["text"], message["buttons"])
            if told["type"] in ("ack", "error") and not self._answer.done():
                self._answer.set_result(told)
        await socket.close()
