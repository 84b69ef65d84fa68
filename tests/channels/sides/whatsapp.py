"""A customer in WhatsApp."""

from __future__ import annotations

import json
import time

from tests.channels.graph_server import signature
from tests.channels.sides.side import Event, Received, WebhookSide, newest
from tests.channels.whatsapp_server import NUMBER, _words, replies_of
from tests.channels.world import World


class WhatsAppSide(WebhookSide):
    """A chat with the shop's number; a call may hold several messages."""

    channel = "whatsapp"
    has_batches = True

    def __init__(self, world: World, number: int, language: str) -> None:
        super().__init__(world, number, language)
        self.address = str(491_700_000_000 + number)
        self._began_at = int(time.time()) - 3600

    def words(self, text: str) -> Event:
        return self._message("text", {"body": text})

    def pressed(self, title: str) -> Event:
        newest(self._received(), title)
        body = next(body for body in reversed(self._bodies()) if title in _titles(body))
        reply = next(reply for reply in replies_of(body) if reply["title"] == title)
        kind = "button_reply" if body["interactive"]["type"] == "button" else "list_reply"
        return self._message("interactive", {"type": kind, kind: {"id": reply["id"], "title": title}})

    def photo(self, content: bytes) -> Event:
        own = str(1_000_000 + next(self.world.numbers))
        self.world.whatsapp.files[own] = ("image/jpeg", content)
        return self._message("image", {"id": own, "mime_type": "image/jpeg", "sha256": "sha"})

    async def deliver(self, *events: Event) -> None:
        contact = {"profile": {"name": "Anna"}, "wa_id": self.address}
        value = {
            "messaging_product": "whatsapp",
            "metadata": {"display_phone_number": "15550783881", "phone_number_id": NUMBER},
            "contacts": [contact],
            "messages": list(events),
        }
        change = {"value": value, "field": "messages"}
        payload = {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [change]}]}
        body = json.dumps(payload).encode()
        await self.call(body, {"X-Hub-Signature-256": signature(body)})

    async def got(self) -> list[Received]:
        return self._received()

    def _message(self, kind: str, content: Event) -> Event:
        own = next(self.count)
        message = {"from": self.address, "id": f"wamid.{self.number}.{own}", "timestamp": str(self._began_at + own)}
        return {**message, "type": kind, kind: content}

    def _bodies(self) -> list[Event]:
        return [body for body in self.world.whatsapp.messages if body["to"] == self.address]

    def _received(self) -> list[Received]:
        return [Received(body["biz_opaque_callback_data"], _words(body), _titles(body)) for body in self._bodies()]


def _titles(body: Event) -> tuple[str, ...]:
    return tuple(reply["title"] for reply in replies_of(body)) if body["type"] == "interactive" else ()
