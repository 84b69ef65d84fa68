"""What all fake platforms share: a real HTTP server that writes down requests and fails when it is told to.

A fake platform is a subclass that gives ``routes`` and answers as the real one documents; what the real one would
refuse it also notes in ``breaches``, which must be empty at the end of a test.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from email.message import Message as MimePart
from email.parser import BytesParser
from typing import Any, TypeVar

from aiohttp import web
from aiohttp.test_utils import TestServer

MAX_BODY = 64 * 1024 * 1024

S = TypeVar("S", bound="PlatformServer")


@dataclass(frozen=True)
class Part:
    """One field of a multipart form."""

    content: bytes
    name: str | None = None
    media_type: str = "text/plain"

    @property
    def text(self) -> str:
        return self.content.decode()


@dataclass(frozen=True)
class Call:
    """One request as it arrived."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    @property
    def media_type(self) -> str:
        return self.headers.get("Content-Type", "").partition(";")[0].strip().lower()

    @property
    def json(self) -> Any:
        """Return the body as JSON, or None where it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    @property
    def form(self) -> dict[str, Part]:
        """Return the fields of a multipart form."""
        head = f"Content-Type: {self.headers.get('Content-Type', '')}\r\n\r\n".encode()
        parsed = BytesParser().parsebytes(head + self.body)
        parts: list[MimePart] = parsed.get_payload() if parsed.is_multipart() else []  # type: ignore[assignment]
        return {
            str(part.get_param("name", header="content-disposition")): Part(
                part.get_payload(decode=True) or b"",  # type: ignore[arg-type]
                part.get_filename(),
                part.get_content_type(),
            )
            for part in parts
        }


@dataclass
class Failure:
    """How a request goes wrong.

    With ``is_late`` the platform first does what it was asked to, and then fails: its client cannot know that. Without
    a status or a reset the request is only slow, by ``seconds`` or until ``heal``. It begins after ``skips`` requests
    that go well.
    """

    status: int = 0
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    resets: bool = False
    is_late: bool = False
    of: str = ""
    times: float = 1
    skips: int = 0


class PlatformServer:
    """A platform's API; ``url`` is where it is while it is running."""

    def __init__(self) -> None:
        self.url = ""
        self.calls: list[Call] = []
        self.breaches: list[str] = []
        self.late: list[Call] = []
        self._failures: list[Failure] = []
        self._healed = asyncio.Event()

    def routes(self) -> list[web.RouteDef]:
        """Return what the platform offers; handlers get the ``Call`` with ``call_of(request)``."""
        raise NotImplementedError

    def fail(self, status: int = 0, body: Any = None, *, times: float = 1, of: str = "", **more: Any) -> Failure:
        """Let the next requests go wrong whose path contains ``of``; ``float("inf")`` times means until ``heal``."""
        failure = Failure(status, body, of=of, times=times, **more)
        self._failures.append(failure)
        return failure

    def heal(self) -> None:
        """Let everything work again, and go on with what was slow."""
        self._failures.clear()
        self._healed.set()
        self._healed = asyncio.Event()

    def breach(self, words: str) -> None:
        """Note that a request was not as the platform documents it."""
        self.breaches.append(words)

    def calls_of(self, part: str) -> list[Call]:
        """Return the requests whose path contains a part."""
        return [call for call in self.calls if part in call.path]

    @asynccontextmanager
    async def running(self: S) -> AsyncIterator[S]:
        """Serve on a free port of this machine."""
        app = web.Application(client_max_size=MAX_BODY, middlewares=[self._watch])
        app.add_routes(self.routes())
        server = TestServer(app)
        # Its own log would hold what ours must not: addresses of the API may contain a token.
        await server.start_server(shutdown_timeout=0, access_log=None)
        self.url = str(server.make_url("")).rstrip("/")
        try:
            yield self
        finally:
            await server.close()

    @web.middleware
    async def _watch(self, request: web.Request, handler: Any) -> web.StreamResponse:
        body = await request.read()
        call = Call(request.method, request.path, dict(request.query), request.headers.copy(), body)
        self.calls.append(call)
        request["call"] = call
        failure = next((f for f in self._failures if f.of in call.path), None)
        if failure is not None and failure.skips:
            failure.skips -= 1
            failure = None
        if failure is None:
            return await handler(request)
        failure.times -= 1
        if failure.times <= 0:
            self._failures.remove(failure)
        answer = await handler(request) if failure.is_late else None
        if failure.is_late:
            self.late.append(call)
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._healed.wait(), failure.seconds)
        if failure.resets:
            assert request.transport is not None
            request.transport.abort()
            raise asyncio.CancelledError
        if failure.status:
            return web.json_response(failure.body, status=failure.status, headers=failure.headers)
        return answer or await handler(request)


def call_of(request: web.Request) -> Call:
    """Return what arrived, body included."""
    return request["call"]  # type: ignore[no-any-return]


async def until(condition: Callable[[], Any], seconds: float = 60.0) -> Any:
    """Return what a condition gives once that is true; it may be a coroutine function.

    Who waits for what comes anyway waits long: only a fault costs that time, and no machine is too slow.
    """
    clock = asyncio.get_running_loop().time
    ends_at = clock() + seconds
    while True:
        value = condition()
        if asyncio.iscoroutine(value):
            value = await value
        if value:
            return value
        if clock() > ends_at:
            raise AssertionError(f"not in {seconds} s; it is {value!r}")
        await asyncio.sleep(0.02)
