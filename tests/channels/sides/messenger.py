"""A customer in Messenger."""

from __future__ import annotations

import json
import time

from tests.channels.graph_server import signature
from tests.channels.sides.side import Event, Received, WebhookSide, newest
from tests.channels.world import World


class MessengerSide(WebhookSide):
    """A chat with the shop's page; a call may hold several messages."""

    channel = "messenger"
    has_batches = True

    def __init__(self, world: World, number: int, language: str) -> None:
        super().__init__(world, number, language)
        self.address = str(5_273_800_000_000_000 + number)
        world.messenger.people.add(self.address)
        self._began_at = int(time.time() * 1000) - 3_600_000

    def words(self, text: str) -> Event:
        return self._message(text=text)

    def pressed(self, title: str) -> Event:
        newest(self._received(), title)
        replies = [reply for body in self._bodies() for reply in body["message"].get("quick_replies", ())]
        reply = next(reply for reply in reversed(replies) if reply["title"] == title)
        return self._message(text=title, quick_reply={"payload": reply["payload"]})

    def photo(self, content: bytes) -> Event:
        own = f"photo{next(self.world.numbers)}.jpg"
        self.world.messenger.files[own] = content
        return self._message(attachments=[{"type": "image", "payload": {"url": self._cdn(own)}}])

    async def deliver(self, *events: Event) -> None:
        entry = {"id": "682498302938465", "time": int(time.time() * 1000), "messaging": list(events)}
        body = json.dumps({"object": "page", "entry": [entry]}).encode()
        await self.call(body, {"X-Hub-Signature-256": signature(body)})

    async def got(self) -> list[Received]:
        return self._received()

    def _cdn(self, own: str) -> str:
        return f"{self.world.messenger.url}/cdn/{own}"

    def _message(self, **content: Event) -> Event:
        own = next(self.count)
        people = {"sender": {"id": self.address}, "recipient": {"id": "682498302938465"}}
        return {**people, "timestamp": self._began_at + own, "message": {"mid": f"m_{self.number}_{own}", **content}}

    def _bodies(self) -> list[Event]:
        return [body for body in self.world.messenger.messages if body["recipient"]["id"] == self.address]

    def _received(self) -> list[Received]:
        messages = [body["message"] for body in self._bodies()]
        return [
            Received(
                message["metadata"],
                message.get("text", ""),
                tuple(reply["title"] for reply in message.get("quick_replies", ())),
            )
            for message in messages
        ]
