"""Asking a shop's system over HTTP: with a time limit, a size limit, and never on to another host."""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
from yarl import URL

from bot.services.order_sources_ports import OrderSourceError

MAX_BYTES = 2 * 1024 * 1024
_LONGEST_PAUSE_SECONDS = 600.0


@dataclass(frozen=True)
class Reply:
    """An answer with its JSON body; ``content`` is None where the status forbids reading it."""

    status: int
    content: Any
    headers: Mapping[str, str]


class WebClient:
    """One host of the shop, asked with the shop's credentials.

    Certificates are verified, redirects are not followed (they could carry the credentials elsewhere), and the
    environment's proxies and ``.netrc`` are left alone.
    """

    def __init__(
        self,
        base_url: str,
        *,
        headers: Mapping[str, str] | None = None,
        auth: aiohttp.BasicAuth | None = None,
        timeout_seconds: float = 10.0,
    ) -> None:
        self._base = base_url.rstrip("/")
        self._headers = {"Accept": "application/json", "User-Agent": "Parley", **(headers or {})}
        self._auth = auth
        self._timeout = aiohttp.ClientTimeout(total=timeout_seconds)
        self._opened: aiohttp.ClientSession | None = None

    async def get(self, path: str, params: Mapping[str, str] | None = None) -> Reply:
        """Return the answer to a GET; raises OrderSourceError for everything but 200 and 404."""
        return await self._request("GET", path, params=params)

    async def post(self, path: str, content: Any, headers: Mapping[str, str]) -> Reply:
        """Return the answer to a POST of JSON; raises OrderSourceError for everything but 200 and 404."""
        return await self._request("POST", path, json=content, headers=headers)

    async def post_form(self, path: str, form: Mapping[str, str]) -> Reply:
        """Return the answer to a POST of a form; raises OrderSourceError for everything but 200 and 404."""
        return await self._request("POST", path, data=form)

    async def close(self) -> None:
        """Disconnect."""
        if self._opened is not None:
            await self._opened.close()
            self._opened = None

    def _session(self) -> aiohttp.ClientSession:
        # Made when it is first used, because it belongs to the loop that runs then.
        if self._opened is None:
            self._opened = aiohttp.ClientSession(headers=self._headers, auth=self._auth, timeout=self._timeout)
        return self._opened

    async def _request(self, method: str, path: str, **options: Any) -> Reply:
        # What is in a path was quoted by who put it there; nothing in it may be unquoted again.
        url = URL(f"{self._base}{path}", encoded=True)
        try:
            async with self._session().request(method, url, allow_redirects=False, **options) as response:
                _check(response)
                return Reply(response.status, await _content(response), response.headers)
        except asyncio.TimeoutError as error:
            raise OrderSourceError("timeout", "no answer in time") from error
        except aiohttp.ClientSSLError as error:
            raise OrderSourceError("unreachable", "its certificate cannot be verified") from error
        except aiohttp.ClientError as error:
            raise OrderSourceError("unreachable", type(error).__name__) from error


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that a Retry-After header asks for; a date counts as not given."""
    try:
        seconds = float(headers.get("Retry-After", ""))
    except ValueError:
        return None
    return min(seconds, _LONGEST_PAUSE_SECONDS) if math.isfinite(seconds) and seconds > 0 else None


def _check(response: aiohttp.ClientResponse) -> None:
    status = response.status
    if status in (200, 404):
        return
    if 300 <= status < 400:
        raise OrderSourceError("redirected", f"status {status}: give the address that it redirects to")
    if status in (401, 403):
        raise OrderSourceError("unauthorized", f"status {status}: check the credentials and what they are allowed")
    if status == 429:
        raise OrderSourceError("rate_limited", "status 429", retry_after(response.headers) or 5.0)
    if status == 503 and retry_after(response.headers):
        raise OrderSourceError("failed", "status 503", retry_after(response.headers))
    raise OrderSourceError("failed" if status >= 500 else "refused", f"status {status}")


async def _content(response: aiohttp.ClientResponse) -> Any:
    body = bytearray()
    async for chunk in response.content.iter_chunked(64 * 1024):
        body += chunk
        if len(body) > MAX_BYTES:
            raise OrderSourceError("too_large", f"more than {MAX_BYTES // 1024 // 1024} MB")
    if response.status == 404:
        return None
    try:
        return json.loads(body.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise OrderSourceError("malformed", "the answer is not JSON") from error
