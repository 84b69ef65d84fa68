"""A receiver as a shop would write one: it checks signatures, takes each event once, and can have its troubles."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import time
from collections import Counter
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer
from typing_extensions import Self

from tests.channels.ports import free_port

Trouble = tuple[int, dict[str, str]]


class Receiver:
    """Listens on a port of this machine while it is entered; ``troubles`` are its next answers, then it says 204."""

    def __init__(self, secret: str = "") -> None:
        self.secret = secret
        self.troubles: list[Trouble | float] = []
        self.bodies: list[dict[str, Any]] = []
        self.requests: list[dict[str, str]] = []
        self.forged = 0
        self._server: TestServer

    @property
    def url(self) -> str:
        """Return where it listens."""
        return str(self._server.make_url("/parley"))

    @property
    def port(self) -> int:
        """Return the port it listens on."""
        port = self._server.port
        assert port is not None
        return port

    @property
    def events(self) -> list[dict[str, Any]]:
        """Return what was delivered, each event once, in the order of its first arrival."""
        return list({body["id"]: body for body in reversed(self.bodies)}.values())[::-1]

    @property
    def times(self) -> Counter[str]:
        """Return how often each event came."""
        return Counter(body["id"] for body in self.bodies)

    async def __aenter__(self) -> Self:
        await self.listen()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def listen(self, port: int | None = None) -> None:
        """Begin to listen, on a port that was had before if one is given."""
        app = web.Application()
        app.router.add_route("*", "/{anywhere:.*}", self._take)
        self._server = TestServer(app, port=port or free_port())
        # Whoever is kept waiting need not be answered in the end.
        await self._server.start_server(shutdown_timeout=0)

    async def stop(self) -> None:
        """Be gone."""
        await self._server.close()

    async def _take(self, request: web.Request) -> web.Response:
        raw = await request.read()
        self.requests.append({**request.headers, "path": request.path, "method": request.method})
        if self.secret and not _is_genuine(self.secret, raw, request.headers.get("X-Parley-Signature", "")):
            self.forged += 1
            return web.Response(status=401)
        trouble = self.troubles.pop(0) if self.troubles else None
        if isinstance(trouble, float):
            await asyncio.sleep(trouble)
        elif trouble is not None and trouble[0] != 204:
            return web.Response(status=trouble[0], headers=trouble[1])
        body = json.loads(raw)
        assert "id" not in body or body["id"] == request.headers["X-Parley-Event-Id"]
        self.bodies.append(body)
        return web.Response(status=204)


def _is_genuine(secret: str, raw: bytes, header: str) -> bool:
    # Written from docs/webhooks.md, not with our own code.
    parts = dict(part.split("=", 1) for part in header.split(",") if "=" in part)
    expected = hmac.new(secret.encode(), f"{parts.get('t')}.".encode() + raw, hashlib.sha256).hexdigest()
    is_fresh = abs(time.time() - int(parts.get("t", "0"))) < 300
    return is_fresh and hmac.compare_digest(expected, parts.get("v1", ""))
