"""HTTP as deep-translator's clients should do it; stands where they expect the ``requests`` module.

They set no timeout, drop the status and ``Retry-After`` of an answer, and put texts into addresses, where proxies log
them. None of it can be set from outside, hence this.
"""

from __future__ import annotations

import email.utils
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any

import requests
import urllib3

from bot.translation.result import EngineError, Reason

_CONNECT_SECONDS = 3.0
_PIECE_BYTES = 64 * 1024
_LARGEST_BYTES = 4 * 1024 * 1024


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
                method,
                url,
                timeout=(min(left, _CONNECT_SECONDS), left),
                allow_redirects=method == "GET",
                stream=True,
                **options,
            )
            # The timeout bounds each read, but not the answer: that could drip for ever, or fill the memory.
            answer._content = _content(answer, exchange.ends_at)
        except requests.exceptions.RequestException as error:
            exchange.error = error
            raise
        exchange.status = answer.status_code
        exchange.retry_after = _seconds(answer.headers.get("Retry-After"))
        return answer


def _content(answer: requests.Response, ends_at: float) -> bytes:
    """Return the body; raises a RequestException where it breaks off, is too large, or does not end in time."""
    content = bytearray()
    with closing(answer):
        try:
            # Whatever is there: to wait for a piece of some size is to wait for its next byte, again and again.
            while piece := answer.raw.read1(_PIECE_BYTES, decode_content=True):
                content += piece
                if time.monotonic() > ends_at:
                    raise requests.exceptions.ReadTimeout("the answer did not end in time")
                if len(content) > _LARGEST_BYTES:
                    raise requests.exceptions.ChunkedEncodingError("the answer is too large")
        except urllib3.exceptions.ReadTimeoutError as error:
            raise requests.exceptions.ReadTimeout(error) from error
        except urllib3.exceptions.HTTPError as error:
            raise requests.exceptions.ChunkedEncodingError(error) from error
    return bytes(content)


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
