"""A fake of LINE's Messaging API: checks requests as the real one documents, and answers with its errors."""

from __future__ import annotations

import base64
import hashlib
import hmac
import itertools
import json
import re
from pathlib import Path
from typing import Any

from aiohttp import web

from tests.channels.platform_server import Call, PlatformServer, call_of

TOKEN = "line-channel-access-token+/="
SECRET = "0123456789abcdef0123456789abcdef"
ANNA = "U0123456789abcdef0123456789abcdef"
FIXTURES = Path(__file__).parent / "line"

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def fixture(name: str) -> dict[str, Any]:
    """Return the body of a webhook request."""
    return dict(json.loads((FIXTURES / f"{name}.json").read_text("utf-8")))


def signature(body: bytes, secret: str = SECRET) -> str:
    """Return the value of X-Line-Signature."""
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


class LineServer(PlatformServer):
    """Messages arrive in ``chats`` by user id; ``contents`` is what users sent, by message id."""

    def __init__(self) -> None:
        super().__init__()
        self.chats: dict[str, list[dict[str, Any]]] = {ANNA: []}
        self.contents: dict[str, bytes] = {}
        self.loading_in: list[str] = []
        self.preparing: dict[str, int] = {}
        self.tokens: dict[str, str] = {}
        self._accepted: dict[str, list[dict[str, str]]] = {}
        self._ids = itertools.count(461230966842064897)

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/v2/bot/message/reply", self._reply),
            web.post("/v2/bot/message/push", self._push),
            web.post("/v2/bot/chat/loading/start", self._start_loading),
            web.get("/v2/bot/message/{id}/content", self._content),
        ]

    @property
    def texts(self) -> list[str]:
        """What Anna has read, oldest first."""
        return [message["text"] for message in self.chats[ANNA]]

    async def _reply(self, request: web.Request) -> web.Response:
        call = call_of(request)
        refusal = self._refusal(call, call.json, "replyToken")
        if refusal is not None:
            return refusal
        if "X-Line-Retry-Key" in call.headers:
            return self._refuse(400, "The retry key is not supported by this API")
        user = self.tokens.pop(call.json["replyToken"], None)
        if user is None:
            return web.json_response({"message": "Invalid reply token"}, status=400)
        return web.json_response({"sentMessages": self._deliver(user, call.json["messages"])})

    async def _push(self, request: web.Request) -> web.Response:
        call = call_of(request)
        refusal = self._refusal(call, call.json, "to")
        if refusal is not None:
            return refusal
        key = call.headers.get("X-Line-Retry-Key", "")
        if not _UUID.fullmatch(key):
            return self._refuse(400, "The retry key is invalid")
        if key in self._accepted:
            return web.json_response(
                {"message": "The retry key is already accepted", "sentMessages": self._accepted[key]},
                status=409,
                headers={"X-Line-Accepted-Request-Id": "4f5b2e0e"},
            )
        if call.json["to"] not in self.chats:
            return web.json_response({"message": "Failed to send messages"}, status=400)
        self._accepted[key] = self._deliver(call.json["to"], call.json["messages"])
        return web.json_response({"sentMessages": self._accepted[key]})

    async def _start_loading(self, request: web.Request) -> web.Response:
        call = call_of(request)
        if not self._is_authorised(call):
            return _unauthorised()
        body = call.json or {}
        if set(body) - {"chatId", "loadingSeconds"} or body.get("chatId") not in self.chats:
            return self._refuse(400, "The request body has 1 error(s)", "chatId", "invalid")
        if body.get("loadingSeconds", 20) not in range(5, 61, 5):
            return self._refuse(400, "The request body has 1 error(s)", "loadingSeconds", "must be 5, 10 … 60")
        self.loading_in.append(body["chatId"])
        return web.json_response({}, status=202)

    async def _content(self, request: web.Request) -> web.Response:
        if not self._is_authorised(call_of(request)):
            return _unauthorised()
        own = request.match_info["id"]
        if self.preparing.get(own):
            self.preparing[own] -= 1
            return web.Response(status=202)
        if own not in self.contents:
            return web.json_response({"message": "Not found"}, status=404)
        return web.Response(body=self.contents[own], content_type="image/jpeg")

    def _refusal(self, call: Call, body: Any, addressed: str) -> web.Response | None:
        if not self._is_authorised(call):
            return _unauthorised()
        if call.media_type != "application/json" or not isinstance(body, dict):
            return self._refuse(415, f"The content type, {call.media_type}, is not supported")
        if set(body) - {addressed, "messages", "notificationDisabled"} or not body.get(addressed):
            return self._refuse(400, "The request body has 1 error(s)")
        messages = body.get("messages")
        if not isinstance(messages, list) or not 1 <= len(messages) <= 5:
            return self._refuse(400, "The request body has 1 error(s)", "messages", "Size must be between 1 and 5")
        for number, message in enumerate(messages):
            wrong = _wrong_in(message)
            if wrong:
                return self._refuse(400, "The request body has 1 error(s)", f"messages[{number}].{wrong}", "invalid")
        return None

    def _is_authorised(self, call: Call) -> bool:
        return call.headers.get("Authorization") == f"Bearer {TOKEN}"

    def _refuse(self, status: int, words: str, place: str = "", why: str = "") -> web.Response:
        self.breach(f"{words} {place} {why}")
        details = {"details": [{"message": why, "property": place}]} if place else {}
        return web.json_response({"message": words, **details}, status=status)

    def _deliver(self, user: str, messages: list[dict[str, Any]]) -> list[dict[str, str]]:
        self.chats[user] += messages
        return [{"id": str(next(self._ids)), "quoteToken": "q3Plxr4AgKd"} for _ in messages]


def _unauthorised() -> web.Response:
    words = "Authentication failed. Confirm that the access token in the authorization header is valid."
    return web.json_response({"message": words}, status=401)


def _wrong_in(message: dict[str, Any]) -> str | None:
    """Return the place of what LINE would refuse in a message."""
    if set(message) - {"type", "text", "quickReply"} or message.get("type") != "text":
        return "type"
    if not message.get("text") or len(message["text"].encode("utf-16-le")) // 2 > 5000:
        return "text"
    if "quickReply" not in message:
        return None
    items = message["quickReply"].get("items")
    if not 1 <= len(items) <= 13 or any(item.get("type") != "action" for item in items):
        return "quickReply.items"
    for action in (item["action"] for item in items):
        if set(action) != {"type", "label", "data", "displayText"} or action["type"] != "postback":
            return "quickReply.items.action"
        if not 1 <= len(action["label"]) <= 20 or not 1 <= len(action["data"]) <= 300:
            return "quickReply.items.action.label"
        if not 1 <= len(action["displayText"]) <= 300:
            return "quickReply.items.action.displayText"
    return None
