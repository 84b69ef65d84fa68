"""Customers without a platform between them and Parley: what the three channels of browsers and programs share."""

from __future__ import annotations

import secrets

from aiohttp import FormData

from tests.channels.sides.side import Event, NotTakenError, Received, Side, newest, request
from tests.channels.world import World


class BrowserSide(Side):
    """A session that nobody can guess; buttons send their payload, shown by their title."""

    def __init__(self, world: World, number: int, language: str) -> None:
        super().__init__(world, number, language)
        self._own = f"e2e-{number}-{secrets.token_hex(8)}"
        self.received: list[Received] = []
        self.payloads: dict[tuple[str | None, str], str] = {}

    @property
    def own(self) -> str:
        return self._own

    def words(self, text: str) -> Event:
        return {"text": text, "message_id": f"m-{next(self.count)}"}

    def pressed(self, title: str) -> Event:
        payload = self.payloads[newest(self.received, title).id, title]
        return {"text": payload, "message_id": f"m-{next(self.count)}", "title": title}

    def photo(self, content: bytes) -> Event:
        return {"file": content}

    async def deliver(self, *events: Event) -> None:
        for event in events:
            if "file" not in event:
                await self.send(event)
                continue
            form = FormData()
            form.add_field("file", event["file"], filename="photo.jpg", content_type="image/jpeg")
            url = f"{self.world.base}/webhooks/{self.channel}/conversations/{self.own}/files"
            await request(self.world, "POST", url, data=form)

    async def send(self, event: Event) -> None:
        """Send a message; raises NotTakenError."""
        raise NotImplementedError

    def take(self, message_id: str, text: str, buttons: list[Event]) -> None:
        """Note what came."""
        self.payloads |= {(message_id, button["title"]): button["payload"] for button in buttons}
        self.received.append(Received(message_id, text, tuple(button["title"] for button in buttons)))


def acknowledged(answer: Event) -> None:
    """Raise NotTakenError where a message was refused."""
    if not isinstance(answer, dict) or answer.get("code"):
        raise NotTakenError(str(answer))
