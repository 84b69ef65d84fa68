"""A customer in LINE."""

from __future__ import annotations

import json
import time

from tests.channels.line_server import signature
from tests.channels.sides.side import Event, Received, WebhookSide, newest
from tests.channels.world import World


class LineSide(WebhookSide):
    """A friend of the shop's account; a call may hold several events."""

    channel = "line"
    has_batches = True

    def __init__(self, world: World, number: int, language: str) -> None:
        super().__init__(world, number, language)
        self.address = f"U{number:032x}"
        world.line.chats[self.address] = []
        self._began_at = int(time.time() * 1000) - 3_600_000

    def words(self, text: str) -> Event:
        return self._event(type="message", message={"id": str(next(self.world.numbers)), "type": "text", "text": text})

    def pressed(self, title: str) -> Event:
        newest(self._received(), title)
        actions = [item["action"] for message in self._messages() for item in _items(message)]
        data = next(action["data"] for action in reversed(actions) if action["label"] == title)
        return self._event(type="postback", postback={"data": data})

    def photo(self, content: bytes) -> Event:
        own = str(4_444_000_000 + next(self.world.numbers))
        self.world.line.contents[own] = content
        message = {"id": own, "type": "image", "contentProvider": {"type": "line"}}
        return self._event(type="message", message=message)

    async def deliver(self, *events: Event) -> None:
        body = json.dumps({"destination": "Ufedcba", "events": list(events)}).encode()
        await self.call(body, {"X-Line-Signature": signature(body)})

    async def got(self) -> list[Received]:
        return self._received()

    def _event(self, **content: Event) -> Event:
        own = next(self.count)
        token = f"token{self.number}-{own}"
        self.world.line.tokens[token] = self.address
        return {
            "webhookEventId": f"01JD{self.number:010d}{own:012d}",
            "deliveryContext": {"isRedelivery": False},
            "timestamp": self._began_at + own,
            "source": {"type": "user", "userId": self.address},
            "replyToken": token,
            "mode": "active",
            **content,
        }

    def _messages(self) -> list[Event]:
        return self.world.line.chats[self.address]

    def _received(self) -> list[Received]:
        return [
            Received(None, message["text"], tuple(item["action"]["label"] for item in _items(message)))
            for message in self._messages()
        ]


def _items(message: Event) -> list[Event]:
    return list(message.get("quickReply", {}).get("items", ()))
