"""A fake of Meta's Graph API: checks and errors that WhatsApp and Messenger share, and calls of their webhooks."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from aiohttp import ClientResponse, web

from tests.channels.platform_server import Call, PlatformServer, call_of
from tests.integration.server.parts import Server

TOKEN = "EAAJB-a-token-for-tests"
SECRET = "a1b2c3d4e5f60718293a4b5c6d7e8f90"
VERIFY = "a-word-of-ours"
VERSION = "/v25.0"

# When the newest fixture was written; they are delivered as if that were now.
_WRITTEN_AT = 1795363320
_SECONDS = re.compile(r'"timestamp": "(1795363\d{3})"')

Checked = Callable[[Call], dict[str, Any]]


def graph_error(code: int, message: str, subcode: int | None = None, **more: Any) -> dict[str, Any]:
    """Return the body of an error as Graph writes it."""
    subcodes = {} if subcode is None else {"error_subcode": subcode}
    error = {"message": f"(#{code}) {message}", "type": "OAuthException", "code": code, **subcodes, **more}
    return {"error": {**error, "fbtrace_id": "AXf1zzu3k"}}


EXPIRED = graph_error(190, "Error validating access token: Session has expired.", 463)


class RefusedError(Exception):
    """Raised when a request is not as documented; the answer is error 100."""


class AnsweredError(Exception):
    """Raised where a request is as documented, and the platform refuses it all the same."""

    def __init__(self, status: int, body: dict[str, Any]) -> None:
        super().__init__(status)
        self.status = status
        self.body = body


class GraphServer(PlatformServer):
    """Checks the token of each request; ``token`` is the one that is valid now."""

    def __init__(self) -> None:
        super().__init__()
        self.token = TOKEN

    @property
    def api_url(self) -> str:
        return self.url + VERSION

    def guarded(self, handler: Checked) -> Any:
        """Return a route's handler that answers 401 to another token, and 400 to what ``handler`` refuses."""

        async def serve(request: web.Request) -> web.Response:
            call = call_of(request)
            if call.headers.get("Authorization") != f"Bearer {self.token}":
                return web.json_response(EXPIRED, status=401)
            if "access_token" in call.query:
                self.breach("the token is in the URL, and so in logs")
            try:
                return web.json_response(handler(call))
            except AnsweredError as error:
                return web.json_response(error.body, status=error.status)
            except RefusedError as error:
                self.breach(str(error))
                return web.json_response(graph_error(100, f"Invalid parameter: {error}"), status=400)

        return serve


def need(condition: Any, words: str) -> None:
    """Raise RefusedError where a request is not as documented."""
    if not condition:
        raise RefusedError(words)


def fixture(folder: str, name: str, **replaced: str) -> dict[str, Any]:
    """Return the body of a webhook's call, words of it replaced, as if it came from just now."""
    text = (Path(__file__).parent / folder / f"{name}.json").read_text("utf-8")
    for word, other in replaced.items():
        text = text.replace(word, other)
    later = int(time.time()) - _WRITTEN_AT
    return dict(json.loads(_SECONDS.sub(lambda found: f'"timestamp": "{int(found[1]) + later}"', text)))


def signature(body: bytes, secret: str = SECRET) -> str:
    """Return the value of X-Hub-Signature-256."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


async def deliver(
    server: Server, channel: str, payload: Any, *, signed: str | None = None, with_signature: bool = True
) -> ClientResponse:
    """Call a webhook as Meta does, and return its answer."""
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    headers = {"Content-Type": "application/json", "User-Agent": "facebookexternalua"}
    if with_signature:
        headers["X-Hub-Signature-256"] = signed or signature(body)
    return await server.client.post(f"/webhooks/{channel}/webhook", data=body, headers=headers)
