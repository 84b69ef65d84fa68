"""Speaking to a platform's API: one session, bounded answers, and errors that say what to do next."""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import Callable
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import Any, BinaryIO

import aiohttp

from bot.aftersales.evidence import EvidenceRefusal
from bot.clocks import apart_by_header
from bot.errors import DeliveryError, EvidenceRefusedError

TIMEOUT_SECONDS = 20.0
_MOST_ANSWER_BYTES = 1024 * 1024
_LONGEST_RETRY_AFTER_SECONDS = 3600.0


Check = Callable[[aiohttp.ClientResponse, dict[str, Any]], None]
"""Raises DeliveryError where an answer with its body is not one of success."""


class Client:
    """Sends requests to one platform; ``check`` reads its answers where statuses alone do not say enough.

    Redirects are not followed: an API has none, and a file's address must not lead into our own network.
    """

    def __init__(self, base_url: str, *, headers: dict[str, str] | None = None, check: Check | None = None) -> None:
        self._base_url = base_url.rstrip("/")
        self._headers = headers or {}
        self._check = check or check_status
        self._session: aiohttp.ClientSession | None = None
        self.apart_seconds: float | None = None
        """By how much our clock was ahead of the platform's at its last answer, as ``clocks.apart`` tells it."""

    async def call(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        """Return a JSON answer; raises DeliveryError by its status.

        Too many requests and a refused token hold the whole channel; other 4xx are permanent, all else is tried again.
        """
        asked_at = datetime.now(timezone.utc)
        try:
            async with self._open().request(method, self._url(path), **self._guarded(options)) as response:
                date = response.headers.get("Date")
                self.apart_seconds = apart_by_header(date, asked_at, datetime.now(timezone.utc))
                body = await _bounded(response)
                self._check(response, body)
                return body
        except (aiohttp.ClientError, asyncio.TimeoutError, OSError) as error:
            raise DeliveryError("unreachable") from error

    async def download(self, url: str, file: BinaryIO, most_bytes: int, **options: Any) -> None:
        """Write what an address holds into a file; raises EvidenceRefusedError where it is too large."""
        try:
            async with self._open().get(self._url(url), **self._guarded(options)) as response:
                if response.status != 200:
                    self._check(response, await _bounded(response))
                    raise DeliveryError("no_file", is_permanent=True)
                read = 0
                async for chunk in response.content.iter_chunked(64 * 1024):
                    read += len(chunk)
                    if read > most_bytes:
                        raise EvidenceRefusedError(EvidenceRefusal.TOO_LARGE)
                    await asyncio.to_thread(file.write, chunk)
        except (aiohttp.ClientError, asyncio.TimeoutError, OSError) as error:
            raise DeliveryError("unreachable") from error

    async def close(self) -> None:
        """Give the connections back."""
        if self._session is not None:
            await self._session.close()

    def _open(self) -> aiohttp.ClientSession:
        # Made late, since a session belongs to the loop that it is first used in.
        if self._session is None:
            timeout = aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)
            self._session = aiohttp.ClientSession(timeout=timeout, headers=self._headers)
        return self._session

    def _url(self, path: str) -> str:
        return path if path.startswith(("https://", "http://")) else f"{self._base_url}/{path.lstrip('/')}"

    def _guarded(self, options: dict[str, Any]) -> dict[str, Any]:
        return {"allow_redirects": False, **options}


def check_status(response: aiohttp.ClientResponse, body: dict[str, Any]) -> None:
    """Raise DeliveryError where a platform's status is not one of success."""
    status = response.status
    if status < 300:
        return
    pause = retry_after(response.headers.get("Retry-After"))
    if status == 429:
        raise DeliveryError("rate_limited", retry_after_seconds=pause, holds_channel=True)
    if status in (401, 403):
        # An operator renews a token within the day, and then everything goes out.
        raise DeliveryError("unauthorized", retry_after_seconds=60.0, holds_channel=True)
    is_permanent = 300 <= status < 500 and status not in (408, 409, 425)
    raise DeliveryError(f"status_{status}", is_permanent=is_permanent, retry_after_seconds=pause)


def retry_after(value: str | None) -> float | None:
    """Return the seconds that a Retry-After header asks for (RFC 9110, 10.2.3), bounded; None where it says nothing."""
    if not value:
        return None
    try:
        seconds = float(value)
        if not math.isfinite(seconds):
            return None
    except ValueError:
        try:
            seconds = (parsedate_to_datetime(value) - datetime.now(timezone.utc)).total_seconds()
        except (TypeError, ValueError):
            return None
    return min(max(seconds, 1.0), _LONGEST_RETRY_AFTER_SECONDS)


async def _bounded(response: aiohttp.ClientResponse) -> dict[str, Any]:
    """Return a JSON object of bounded size; anything else is an empty one, since the status says enough."""
    raw = bytearray()
    async for chunk in response.content.iter_any():
        raw += chunk
        if len(raw) > _MOST_ANSWER_BYTES:
            return {}
    try:
        body = json.loads(raw or b"{}")
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}
