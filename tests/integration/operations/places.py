"""What stands elsewhere, for a doctor to look at: a platform that answers as it is told, and at another time of day."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

Answers = Mapping[str, tuple[int, Any]]


@asynccontextmanager
async def a_platform(answers: Answers, *, ahead: timedelta = timedelta()) -> AsyncIterator[str]:
    """Give the address of a server that answers paths with status and JSON; what it does not know is a 404."""

    async def answer(request: web.Request) -> web.Response:
        status, body = answers.get(request.path, (404, {}))
        date = format_datetime(datetime.now(timezone.utc) + ahead, usegmt=True)
        return web.json_response(body, status=status, headers={"Date": date})

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    server = TestServer(app)
    await server.start_server()
    try:
        yield str(server.make_url("")).rstrip("/")
    finally:
        await server.close()
