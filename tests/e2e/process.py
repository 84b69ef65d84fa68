"""A real `parley` process of a test: started, asked, killed."""

from __future__ import annotations

import asyncio
import json
import urllib.request
import uuid
from collections.abc import Awaitable, Callable
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, TypeVar

from bench.installation import Installation
from bot.channels import signatures
from bot.channels.shop_events import PATH as EVENTS
from bot.store.database import Database
from bot.store.unit_of_work import SqlUnitOfWork

T = TypeVar("T")

_ANSWERED_WITHIN_SECONDS = 120

SHOP_SECRET = "the-secret-of-a-shop-that-is-only-tested"
"""What the shop of a test signs its events with."""


class Parley(Installation):
    """One installation in a folder of its own, and the process that serves it now."""

    def __init__(self, folder: Path, *arguments: str, ready: str = "/health", **environment: str) -> None:
        served = arguments or ("serve",)
        log = f"{served[0]}.log"
        super().__init__(
            folder, "bot", (*served, "--port", "{port}"), log=log, ready=ready, environment=dict(environment)
        )

    def cli(self, *arguments: str) -> str:
        """Return what a command of this installation prints; raises CalledProcessError where it fails."""
        done = self.command(*arguments)
        done.check_returncode()
        return done.stdout

    def query(self, work: Callable[[SqlUnitOfWork], Awaitable[T]]) -> T:
        """Return what work finds in the database of this installation."""

        async def run() -> T:
            store = await Database.open(f"sqlite+aiosqlite:///{self.folder / 'parley.db'}")
            try:
                async with store.uow() as uow:
                    return await work(uow)
            finally:
                await store.close()

        return asyncio.run(run())


def send_file(url: str, content: bytes, timeout_seconds: float = _ANSWERED_WITHIN_SECONDS) -> Any:
    """Send a file as a form and return the JSON that comes back; raises OSError where there is no answer."""
    boundary = "----of-a-test"
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="photo.jpg"\r\n\r\n'
    body = head.encode() + content + f"\r\n--{boundary}--\r\n".encode()
    request = urllib.request.Request(url, body, {"Content-Type": f"multipart/form-data; boundary={boundary}"})
    with urllib.request.urlopen(request, timeout=timeout_seconds) as answer:
        return json.loads(answer.read())


def report_event(base: str, kind: str, **payload: Any) -> str:
    """Report something as the shop's own systems do, and return what became of it."""
    now = datetime.now(timezone.utc)
    event = {"id": uuid.uuid4().hex, "type": kind, "at": now.isoformat(), "data": payload}
    body = json.dumps(event).encode()
    headers = {"Content-Type": "application/json", signatures.HEADER: signatures.sign(SHOP_SECRET.encode(), body, now)}
    request = urllib.request.Request(f"{base}{EVENTS}", body, headers)
    with urllib.request.urlopen(request, timeout=_ANSWERED_WITHIN_SECONDS) as answer:
        (taken,) = json.loads(answer.read())["events"]
    return str(taken["state"])


def call(url: str, body: dict[str, Any] | None = None, timeout_seconds: float = _ANSWERED_WITHIN_SECONDS) -> Any:
    """Return the JSON that an address answers; raises OSError where there is no answer."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=timeout_seconds) as answer:
        return json.loads(answer.read())
