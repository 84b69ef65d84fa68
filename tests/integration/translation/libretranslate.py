"""A server that speaks LibreTranslate's documented API, and misbehaves when told to."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

Fault = Callable[[web.Request], Awaitable[web.StreamResponse]]

_LANGUAGES = ("en", "es", "de", "fr", "nl")
_WORDS = {"where": "dónde", "is": "está", "hello": "hola"}


class FakeLibreTranslate:
    """Translates word by word; ``faults`` come first, one a request."""

    def __init__(self, api_key: str | None = None) -> None:
        self.faults: list[Fault] = []
        self.requests: list[dict[str, str]] = []
        self._api_key = api_key
        app = web.Application()
        app.router.add_post("/translate", self._translate)
        self.server = TestServer(app)

    async def _translate(self, request: web.Request) -> web.StreamResponse:
        form = {key: str(value) for key, value in (await request.post()).items()}
        self.requests.append({**form, "query": request.query_string})
        if self.faults:
            return await self.faults.pop(0)(request)
        if self._api_key and form.get("api_key") != self._api_key:
            return web.json_response({"error": "Invalid API key"}, status=403)
        for side in ("source", "target"):
            if form[side] not in _LANGUAGES:
                return web.json_response({"error": f"{form[side]} is not supported"}, status=400)
        translated = " ".join(_WORDS.get(word.casefold(), word) for word in form["q"].split(" "))
        return web.json_response({"translatedText": translated})


def status(code: int, **headers: str) -> Fault:
    """Return a fault that answers with a status and an error in JSON."""

    async def answer(request: web.Request) -> web.Response:
        return web.json_response({"error": "out of order"}, status=code, headers=headers)

    return answer


def body(text: str) -> Fault:
    """Return a fault that answers with success and something else than was asked for."""

    async def answer(request: web.Request) -> web.Response:
        return web.Response(text=text, content_type="application/json")

    return answer


async def silence(request: web.Request) -> web.Response:
    """Say nothing for as long as anybody waits."""
    while request.transport is not None:
        await asyncio.sleep(0.05)
    return web.Response()


async def half(request: web.Request) -> web.StreamResponse:
    """Hang up in the middle of an answer."""
    answer = web.StreamResponse(headers={"Content-Length": "100", "Content-Type": "application/json"})
    await answer.prepare(request)
    await answer.write(b'{"translatedText": "hol')
    transport: Any = request.transport
    transport.close()
    return answer


async def drip(request: web.Request) -> web.StreamResponse:
    """Answer a byte at a time, for as long as anybody waits."""
    answer = web.StreamResponse(headers={"Content-Type": "application/json"})
    await answer.prepare(request)
    while request.transport is not None:
        await answer.write(b" ")
        await asyncio.sleep(0.1)
    return answer


async def flood(request: web.Request) -> web.StreamResponse:
    """Answer more than anybody wants to know."""
    answer = web.StreamResponse(headers={"Content-Type": "application/json"})
    await answer.prepare(request)
    while request.transport is not None:
        await answer.write(b" " * 2**20)
    return answer
