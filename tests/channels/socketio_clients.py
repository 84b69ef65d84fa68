"""The official JavaScript clients of Socket.IO, installed once from npm and driven over pipes."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

_HERE = Path(__file__).parent
_PACKAGE = _HERE / "socketio"
_SCRIPT = _HERE / "socketio_client.mjs"

V2, V3, V4 = "socket.io-client-2", "socket.io-client-3", "socket.io-client"


def missing_programs() -> str | None:
    """Return why no client can run here, or None."""
    missing = [name for name in ("node", "npm") if shutil.which(name) is None]
    return f"{' and '.join(missing)} not installed: apt-get install nodejs npm" if missing else None


def install(cache: Path) -> Path:
    """Install what package-lock.json names below a folder, unless that was done before, and return where it is."""
    lock = (_PACKAGE / "package-lock.json").read_bytes()
    target = cache / hashlib.sha256(lock).hexdigest()[:16]
    if not target.exists():
        # Several workers may do this at once: the first whole folder counts.
        folder = Path(tempfile.mkdtemp(dir=cache))
        for name in ("package.json", "package-lock.json"):
            shutil.copy(_PACKAGE / name, folder)
        command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        subprocess.run(command, cwd=folder, check=True, timeout=300, stdout=subprocess.DEVNULL)
        try:
            os.rename(folder, target)
        except OSError:
            shutil.rmtree(folder)
    return target


class JsClient:
    """A client in a process of its own; events wait in ``events`` until somebody asks for them."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.events: asyncio.Queue[tuple[str, Any]] = asyncio.Queue()

    async def listen(self) -> None:
        """Take in what the client tells, until it ends."""
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            told = json.loads(line)
            self.events.put_nowait((told["event"], told.get("data")))

    async def do(self, act: str, event: str = "", data: Any = None, **more: Any) -> None:
        """Let the client ``emit``, ``ask`` (emit and wait for an acknowledgement), ``drop``, and so on."""
        assert self._process.stdin is not None
        command = {"act": act, "event": event, **({} if data is None else {"data": data}), **more}
        self._process.stdin.write(json.dumps(command).encode() + b"\n")
        await self._process.stdin.drain()

    async def until(self, event: str, seconds: float = 60) -> Any:
        """Return what comes with the next event of a name, skipping others."""

        async def wait() -> Any:
            while True:
                name, data = await self.events.get()
                if name == event:
                    return data

        return await asyncio.wait_for(wait(), seconds)

    async def say(self, text: str, **more: Any) -> None:
        """Send what a customer writes."""
        await self.do("emit", "user_uttered", {"message": text, **more})

    async def ask(self, data: Any) -> Any:
        """Send a message and return its acknowledgement."""
        await self.do("ask", "user_uttered", data)
        return await self.until("answer")

    async def begin(self, session_id: Any = None) -> str:
        """Request a session as widgets do, and return which one was confirmed."""
        await self.do("emit", "session_request", {"session_id": session_id})
        return str(await self.until("session_confirm"))

    async def is_quiet(self, seconds: float = 0.4) -> bool:
        """Tell whether nothing comes for a while."""
        await asyncio.sleep(seconds)
        return self.events.empty()


@asynccontextmanager
async def js_client(packages: Path, url: str, client: str = V4, **options: Any) -> AsyncIterator[JsClient]:
    """Start a client that connects to an address; it ends with the context."""
    process = await asyncio.create_subprocess_exec(
        "node", str(_SCRIPT), str(packages), client, url, json.dumps(options),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    started = JsClient(process)
    listening = asyncio.create_task(started.listen())
    try:
        yield started
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
        await listening
