"""A customer's client on the REST channel, the same for both sides."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

import aiohttp

from bench.processes import BenchError

_TOO_MANY = 429
_PAUSE_SECONDS = 0.25


@dataclass(frozen=True)
class Answer:
    """What came back, and after how long."""

    texts: list[str]
    milliseconds: float


async def say(session: aiohttp.ClientSession, url: str, sender: str, text: str) -> Answer:
    """Send a message and return the answer; raises BenchError where there is none.

    Parley admits a person's pace only; told so, the client waits as clients should, and the wait is not counted.
    """
    body = {"sender": sender, "message": text, "metadata": {"language": "en"}}
    while True:
        started = time.perf_counter()
        try:
            async with session.post(url, json=body) as response:
                messages = await response.json() if response.status == 200 else None
                status = response.status
        except (aiohttp.ClientError, asyncio.TimeoutError) as error:
            raise BenchError(f"{url} did not answer {text!r}: {type(error).__name__}: {error}") from error
        took = time.perf_counter() - started
        if messages is not None:
            return Answer([message["text"] for message in messages if message.get("text")], took * 1000)
        if status != _TOO_MANY:
            raise BenchError(f"{url} answered {status} to {text!r}")
        await asyncio.sleep(_PAUSE_SECONDS)


def session() -> aiohttp.ClientSession:
    """Return a client session without limits of its own."""
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), timeout=aiohttp.ClientTimeout(total=120))
