"""Customers in the chat window: they write at a person's pace and keep everything that they were sent."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import time
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import aiohttp

ASKS_FOR_PERSON = "/ask_human"
SOCKET = "/webhooks/web/socket"

_ANSWER_SECONDS = 30
_SHORTEST_PAUSE = 0.3
"""What people pause at least, as a share of what they pause on average."""


@dataclass
class Sent:
    """One message of a customer: when it was sent, kept by the server, and answered by the bot."""

    id: str
    text: str
    at: float
    acknowledged_at: float | None = None
    answered_at: float | None = None
    awaits_bot: bool = False


@dataclass
class Customer:
    """One customer; ``received`` counts every message of somebody else by its id, in ``order`` of arrival.

    With ``asks_at`` the customer asks for a person in the place of that message, counted from 0.
    """

    id: str
    texts: Sequence[str]
    asks_at: int | None
    chance: random.Random
    sent: list[Sent] = field(default_factory=list)
    received: Counter[int] = field(default_factory=Counter)
    order: list[int] = field(default_factory=list)
    handled_by: str = "bot"
    refused: list[str] = field(default_factory=list)
    reconnections: int = 0
    _socket: aiohttp.ClientWebSocketResponse[bool] | None = None
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    async def chat(
        self, http: aiohttp.ClientSession, base: str, pause: float, until: float, is_over: asyncio.Event
    ) -> None:
        """Write until a moment, with pauses of some length on average, and listen until it is over."""
        writing = asyncio.create_task(self._write(pause, until))
        over = asyncio.create_task(is_over.wait())
        try:
            while not over.done():
                connection = asyncio.create_task(self._connect(http, base))
                await asyncio.wait({over, connection}, return_when=asyncio.FIRST_COMPLETED)
                if not over.done():
                    self.reconnections += 1
                    await asyncio.sleep(self.chance.uniform(0.5, 1.5))
                connection.cancel()
                await asyncio.gather(connection, return_exceptions=True)
        finally:
            writing.cancel()
            await asyncio.gather(writing, return_exceptions=True)

    async def _connect(self, http: aiohttp.ClientSession, base: str) -> None:
        """Hold one connection as the chat window does: ask for what came meanwhile, send again what was not taken."""
        async with http.ws_connect(base + SOCKET, heartbeat=25) as socket:
            after = str(max(self.order)) if self.order else None
            await socket.send_json({"type": "hello", "sender": self.id, "after": after, "language": "en"})
            async for frame in socket:
                if frame.type is not aiohttp.WSMsgType.TEXT:
                    continue
                said = json.loads(frame.data)
                if said["type"] == "ready":
                    for message in said["messages"]:
                        self._take({"type": "message", "message": message})
                    self.handled_by = said["handled_by"]
                    self._socket = socket
                    for one in self.sent:
                        if one.acknowledged_at is None:
                            await self._send(one)
                self._take(said)
                self._news.set()

    async def _write(self, pause: float, until: float) -> None:
        await asyncio.sleep(self.chance.uniform(0, pause))
        for number, text in enumerate(self.texts):
            if time.monotonic() > until:
                return
            await self._say(ASKS_FOR_PERSON if number == self.asks_at else text)
            await asyncio.sleep(self.chance.uniform(_SHORTEST_PAUSE, 2 - _SHORTEST_PAUSE) * pause)

    def is_settled(self) -> bool:
        """Tell whether everything that was sent was taken, and answered where the bot has to."""
        return all(
            one.acknowledged_at is not None and (one.answered_at is not None or not one.awaits_bot) for one in self.sent
        )

    async def _say(self, text: str) -> None:
        one = Sent(uuid.uuid4().hex, text, time.monotonic(), awaits_bot=self.handled_by == "bot")
        self.sent.append(one)
        await self._send(one)
        deadline = one.at + _ANSWER_SECONDS
        # Nobody writes on before the answer, unless there is none for long.
        while not self.is_settled() and time.monotonic() < deadline:
            self._news.clear()
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._news.wait(), deadline - time.monotonic())

    async def _send(self, one: Sent) -> None:
        # Without a connection it is sent with the next one.
        if self._socket is not None and not self._socket.closed:
            with contextlib.suppress(ConnectionError):
                await self._socket.send_json({"type": "message", "text": one.text, "message_id": one.id})

    def _take(self, frame: dict[str, Any]) -> None:
        now, kind = time.monotonic(), frame["type"]
        if kind == "ack":
            one = next(one for one in self.sent if one.id == frame["message_id"])
            one.acknowledged_at = one.acknowledged_at or now
        elif kind == "message" and frame["message"]["author"] != "customer":
            number = int(frame["message"]["message_id"])
            self.received[number] += 1
            self.order.append(number)
            if self.sent and frame["message"]["author"] == "bot" and self.sent[-1].answered_at is None:
                self.sent[-1].answered_at = now
        elif kind == "state":
            self.handled_by = frame["handled_by"]
        elif kind == "error":
            self.refused.append(str(frame.get("code")))
