"""A customer in Telegram."""

from __future__ import annotations

import json

from tests.channels.sides.side import Event, Received, WebhookSide, newest
from tests.channels.telegram_server import SECRET, SECRET_HEADER, Sent
from tests.channels.world import World


class TelegramSide(WebhookSide):
    """A private chat with the bot; each update is a call of its own."""

    channel = "telegram"

    def __init__(self, world: World, number: int, language: str) -> None:
        super().__init__(world, number, language)
        self.address = str(700_000 + number)
        world.telegram.chats.add(self.address)

    def words(self, text: str) -> Event:
        return self._message(text=text)

    def pressed(self, title: str) -> Event:
        newest([_received(sent) for sent in self._sent()], title)
        sent = next(sent for sent in reversed(self._sent()) if title in sent.titles)
        message = {"message_id": 1, "chat": self._chat, "text": sent.text}
        message["reply_markup"] = {"inline_keyboard": sent.buttons}
        query = {"id": str(9_000_000 + next(self.world.numbers)), "from": self._person, "message": message}
        return self._update(callback_query={**query, "data": sent.data_of(title)})

    def photo(self, content: bytes) -> Event:
        own = f"file{next(self.world.numbers)}"
        self.world.telegram.files[own] = content
        sizes = [{"file_id": own, "file_unique_id": own, "file_size": len(content), "width": 64, "height": 48}]
        return self._message(photo=sizes)

    async def deliver(self, *events: Event) -> None:
        for event in events:
            await self.call(json.dumps(event).encode(), {SECRET_HEADER: SECRET})

    async def got(self) -> list[Received]:
        return [_received(sent) for sent in self._sent()]

    @property
    def _chat(self) -> Event:
        return {"id": int(self.address), "type": "private"}

    @property
    def _person(self) -> Event:
        return {"id": int(self.address), "is_bot": False, "first_name": "Anna", "language_code": self.language}

    def _message(self, **content: Event) -> Event:
        return self._update(
            message={"message_id": next(self.count), "from": self._person, "chat": self._chat, "date": 1, **content}
        )

    def _update(self, **content: Event) -> Event:
        return {"update_id": next(self.world.numbers), **content}

    def _sent(self) -> list[Sent]:
        return [sent for sent in self.world.telegram.sent if sent.chat == self.address]


def _received(sent: Sent) -> Received:
    return Received(None, sent.text, tuple(sent.titles))
