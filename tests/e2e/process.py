"""A real `parley` process of a test: started, asked, killed."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Awaitable, Callable
from datetime import datetime, timezone
from http.client import HTTPException
from pathlib import Path
from typing import Any, TypeVar

from bot.channels import signatures
from bot.channels.shop_events import PATH as EVENTS
from bot.settings import ROOT
from bot.store.database import Database
from bot.store.unit_of_work import SqlUnitOfWork

T = TypeVar("T")

SHOP_SECRET = "the-secret-of-a-shop-that-is-only-tested"
"""What the shop of a test signs its events with."""

_START_SECONDS = 180


class Parley:
    """One installation in a folder of its own, and the process that serves it now."""

    def __init__(self, folder: Path, *arguments: str, ready: str = "/health", **environment: str) -> None:
        self.folder = folder
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self._arguments = arguments or ("serve",)
        self._ready = ready
        self._environment = {
            **os.environ,
            "PARLEY_VAR": str(folder),
            "RASA_TELEMETRY_ENABLED": "false",
            "TF_CPP_MIN_LOG_LEVEL": "3",
            **environment,
        }
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> Path:
        """Return the file with everything the processes of this folder printed."""
        return self.folder / f"{self._arguments[0]}.log"

    def start(self) -> None:
        """Start the process and wait until it answers."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "bot", *self._arguments, "--port", str(self.port)],
                cwd=ROOT, env=self._environment, stdout=log, stderr=subprocess.STDOUT,
            )  # fmt: skip
        deadline = time.monotonic() + _START_SECONDS
        while not self._answers():
            ended = self._process.poll()
            if ended is not None or time.monotonic() > deadline:
                self.kill()
                why = "took too long" if ended is None else f"ended with {ended}"
                raise RuntimeError(f"{self._arguments[0]} {why}:\n{self.log.read_text('utf-8')[-2000:]}")
            time.sleep(0.1)

    def kill(self) -> None:
        """End the process at once, as a power cut would."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()

    def stop(self) -> None:
        """Ask the process to end and wait for it."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(30)
            except subprocess.TimeoutExpired:
                self.kill()

    def cli(self, *arguments: str) -> str:
        """Return what a command of this installation prints."""
        done = subprocess.run(
            [sys.executable, "-m", "bot", *arguments],
            cwd=ROOT, env=self._environment, capture_output=True, text=True, check=True, timeout=60,
        )  # fmt: skip
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

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(self.base + self._ready, timeout=2):
                return True
        except urllib.error.HTTPError:
            return True
        except (OSError, ValueError, HTTPException):
            return False


def free_port() -> int:
    """Return a port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def send_file(url: str, content: bytes, timeout_seconds: float = 60) -> Any:
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
    with urllib.request.urlopen(urllib.request.Request(f"{base}{EVENTS}", body, headers), timeout=60) as answer:
        (taken,) = json.loads(answer.read())["events"]
    return str(taken["state"])


def call(url: str, body: dict[str, Any] | None = None, timeout_seconds: float = 60) -> Any:
    """Return the JSON that an address answers; raises OSError where there is no answer."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=timeout_seconds) as answer:
        return json.loads(answer.read())
