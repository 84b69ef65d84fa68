"""HTTP as deep-translator's clients should do it; stands where they expect the ``requests`` module.

They set no timeout, drop the status and ``Retry-After`` of an answer, and put texts into addresses, where proxies log
them. None of it can be set from outside, hence this.
"""

from __future__ import annotations

import email.utils
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import requests

from bot.translation.result import EngineError, Reason

_CONNECT_SECONDS = 3.0


@dataclass
class Exchange:
    """The requests of one translation: how long they may take together, and how the last one ended."""

    ends_at: float
    status: int | None = None
    retry_after: float | None = None
    error: Exception | None = None

    def reason(self) -> Reason | None:
        """Return what went wrong on the way, or None where an answer of success arrived."""
        if isinstance(self.error, requests.exceptions.Timeout):
            return Reason.TIMEOUT
        if isinstance(self.error, requests.exceptions.ChunkedEncodingError):
            return Reason.GARBAGE
        if self.error is not None:
            return Reason.UNREACHABLE
        if self.status is None or self.status < 300:
            return None
        if self.status == 429:
            return Reason.RATE_LIMITED
        if self.status in (400, 404, 413, 414, 422):
            return Reason.UNSUPPORTED
        return Reason.SERVER_ERROR if self.status >= 500 else Reason.REFUSED


class Transport:
    """The part of ``requests`` that the clients use, with time limits and a memory of what happened."""

    exceptions = requests.exceptions

    def __init__(self) -> None:
        self._here = threading.local()

    @contextmanager
    def exchange(self, timeout_seconds: float) -> Iterator[Exchange]:
        """Bound the requests that this thread makes inside the block, and tell how they went."""
        self._here.exchange = exchange = Exchange(time.monotonic() + timeout_seconds)
        try:
            yield exchange
        finally:
            del self._here.exchange

    def get(self, url: str, **options: Any) -> requests.Response:
        """Send a GET request."""
        return self._send("GET", url, options)

    def post(self, url: str, **options: Any) -> requests.Response:
        """Send a POST request; parameters without a body become the body."""
        if "json" not in options and "data" not in options:
            options["data"] = options.pop("params", None)
        return self._send("POST", url, options)

    def _send(self, method: str, url: str, options: dict[str, Any]) -> requests.Response:
        exchange: Exchange = self._here.exchange
        left = exchange.ends_at - time.monotonic()
        exchange.status = exchange.retry_after = exchange.error = None
        if left <= 0:
            raise EngineError(Reason.TIMEOUT)
        try:
            answer = requests.request(
                method, url, timeout=(min(left, _CONNECT_SECONDS), left), allow_redirects=method == "GET", **options
            )
        except requests.exceptions.RequestException as error:
            exchange.error = error
            raise
        exchange.status = answer.status_code
        exchange.retry_after = _seconds(answer.headers.get("Retry-After"))
        return answer


def _seconds(header: str | None) -> float | None:
    """Return a ``Retry-After`` (RFC 9110, 10.2.3: seconds or a date) in seconds, or None."""
    if not header:
        return None
    if header.strip().isdecimal():
        return float(header)
    try:
        return max(0.0, email.utils.parsedate_to_datetime(header).timestamp() - time.time())
    except (TypeError, ValueError):
        return None


transport = Transport()
