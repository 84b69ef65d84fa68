"""A whole channel, as docs/add-a-channel.md describes it, for a platform that does not exist: Pigeon."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from typing import Any, BinaryIO
from urllib.parse import quote

import structlog
from aiohttp import ClientResponse, web

from bot.channels import intake, receipts, webhooks
from bot.channels.channel import Channel
from bot.channels.client import Client, check_status
from bot.channels.intake import Incoming
from bot.channels.pieces import Pieces
from bot.conversations.letters import parts
from bot.conversations.platform import Letter, Shape
from bot.errors import DeliveryError

log = structlog.get_logger()

SIGNATURE = "X-Pigeon-Signature"


class Pigeon(Channel):
    """Takes what customers write at ``/webhooks/pigeon/webhook``: text, buttons, pictures and receipts."""

    channel = "pigeon"
    shape = Shape(max_text=500, max_buttons=3, max_title=20, max_text_with_buttons=300)

    def __init__(self, options: Mapping[str, str]) -> None:
        self._secret = options["secret"]
        token = {"Authorization": f"Bearer {options['token']}"}
        self._client = Client(options["base_url"], headers=token, check=_check)
        self._pieces = Pieces()

    def routes(self) -> Sequence[web.RouteDef]:
        """Return the webhook's route."""
        return (web.post("/webhooks/pigeon/webhook", self._receive),)

    async def send(self, letter: Letter) -> str | None:
        """Send a letter piece by piece, its buttons below the last one; raises DeliveryError."""
        if letter.attachment is not None:
            raise DeliveryError("no_files", is_permanent=True)
        texts = parts(letter.text, self.shape.max_text)
        buttons = [{"title": button.title, "data": button.reference} for button in letter.buttons]
        bodies = [{"to": letter.to.address, "text": text, "key": f"{letter.id}/{n}"} for n, text in enumerate(texts)]
        bodies[-1] |= {"buttons": buttons} if buttons else {}
        return await self._pieces.send(letter.id, [self._piece(body) for body in bodies])

    async def fetch(self, media: dict[str, Any], file: BinaryIO, most_bytes: int) -> None:
        """Download a picture; raises DeliveryError, or EvidenceRefusedError where it is too large."""
        await self._client.download(f"files/{quote(media['id'], safe='')}", file, most_bytes)

    async def close(self) -> None:
        """Give connections back."""
        await self._client.close()

    def _piece(self, body: dict[str, Any]) -> Any:
        async def send() -> str | None:
            return str((await self._client.call("POST", "messages", json=body)).get("id") or "") or None

        return send

    async def _receive(self, request: web.Request) -> web.Response:
        raw = await webhooks.raw_body(request)
        signature = hmac.new(self._secret.encode(), raw, hashlib.sha256).hexdigest()
        if not webhooks.same(request.headers.get(SIGNATURE), signature):
            raise web.HTTPUnauthorized(text="wrong signature")
        event = webhooks.parsed(raw)
        if event.get("kind") == "read":
            await receipts.read(request.app, self.channel, str(event.get("id")))
        elif (incoming := _incoming(event)) is not None:
            await intake.take(request.app, self.channel, incoming)
        else:
            log.info("pigeon.ignored", kind=str(event.get("kind"))[:40])
        return web.Response()


def _incoming(event: dict[str, Any]) -> Incoming | None:
    """Return what a customer wrote, pressed or sent; None for kinds that nobody knows."""
    user, message_id, kind = event.get("from"), event.get("id"), event.get("kind")
    text, data = event.get("text"), event.get("data")
    if not isinstance(user, str) or not isinstance(message_id, str) or not isinstance(text or "", str):
        return None
    if kind == "picture" and isinstance(event.get("file"), str):
        return Incoming(user, message_id, text or "", media=({"id": event["file"]},))
    if kind == "voice":
        return Incoming(user, message_id, unreadable="voice")
    if kind not in ("text", "button") or not text:
        return None
    return Incoming(user, message_id, text, choice=data if isinstance(data, str) else None)


def _check(response: ClientResponse, body: dict[str, Any]) -> None:
    if response.status == 410:
        raise DeliveryError("blocked", is_permanent=True)
    check_status(response, body)
