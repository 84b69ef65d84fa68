"""Requests that survive the other side's death: what got no answer is sent again, as it was."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any

from bench.processes import BenchError

_GIVE_UP_SECONDS = 240
_REQUEST_SECONDS = 90
_TOO_MANY = 429


@dataclass(frozen=True)
class Answer:
    """An HTTP answer; ``was_repeated`` tells that an earlier try may have been carried out already."""

    status: int
    body: bytes
    headers: Any
    was_repeated: bool

    @property
    def json(self) -> Any:
        """Return the body as JSON."""
        return json.loads(self.body)


class _KeepRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *arguments: Any) -> None:
        """Leave redirects to the caller, who wants the cookies that come with them."""


_opener = urllib.request.build_opener(_KeepRedirects)


def send(url: str, data: bytes | None = None, headers: dict[str, str] | None = None, *, once: bool = False) -> Answer:
    """Return the answer to a request, sent until there is one; with ``once`` the caller repeats it.

    Raises BenchError where there is none for minutes, or with ``once`` OSError at once.
    """
    deadline, was_repeated = time.monotonic() + _GIVE_UP_SECONDS, False
    while True:
        request = urllib.request.Request(url, data, headers or {})
        try:
            with _opener.open(request, timeout=_REQUEST_SECONDS) as answer:
                return Answer(answer.status, answer.read(), answer.headers, was_repeated)
        except urllib.error.HTTPError as error:
            if error.code != _TOO_MANY:
                return Answer(error.code, error.read(), error.headers, was_repeated)
        except (OSError, HTTPException) as error:
            if once:
                raise OSError(str(error)) from error
            was_repeated = True
        if time.monotonic() > deadline:
            raise BenchError(f"no answer from {url}")
        time.sleep(0.2)


def send_json(url: str, body: Any, headers: dict[str, str] | None = None, *, once: bool = False) -> Answer:
    """Return the answer to a JSON body; raises as ``send`` does."""
    data = json.dumps(body, ensure_ascii=False).encode()
    return send(url, data, {"Content-Type": "application/json", **(headers or {})}, once=once)
