"""A Parley on Telegram, and a Bot API that checks requests as the real one does."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import ClientResponse

from tests.channels import steps
from tests.channels.platform_server import until
from tests.channels.telegram_server import SECRET, SECRET_HEADER, TOKEN, TelegramServer
from tests.integration.server.parts import Server

PATH = "/webhooks/telegram/webhook"
CHAT = "7001"
FIXTURES = Path(__file__).parents[2] / "channels" / "telegram"


def update(name: str) -> dict[str, Any]:
    return dict(json.loads((FIXTURES / f"{name}.json").read_text("utf-8")))


@dataclass
class Telegram:
    """Both sides: Parley, and the platform that it talks to."""

    server: Server
    platform: TelegramServer

    async def post(self, body: Any, **headers: str) -> ClientResponse:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return await self.server.client.post(PATH, data=raw, headers={SECRET_HEADER: SECRET, **headers})

    async def deliver(self, told: str | dict[str, Any]) -> dict[str, Any]:
        """Deliver an update and return what the webhook asks of the Bot API in its answer."""
        answer = await self.post(update(told) if isinstance(told, str) else told)
        assert answer.status == 200, await answer.text()
        body = await answer.read()
        return dict(json.loads(body)) if body else {}

    async def write(self, text: str, number: int = 1, chat: str = CHAT) -> None:
        """Deliver a text of the customer's."""
        told = update("text")
        told["message"].update(message_id=number, text=text)
        told["message"]["chat"]["id"] = int(chat)
        await self.deliver(told)

    async def press(self, reference: str) -> dict[str, Any]:
        told = update("callback_query")
        button = told["callback_query"]["message"]["reply_markup"]["inline_keyboard"][0][0]
        told["callback_query"]["data"] = button["callback_data"] = reference
        return await self.deliver(told)

    async def got(self, count: int, chat: str = CHAT) -> list[str]:
        """Return what the customer has read once it is that many messages."""
        await until(lambda: len(self.platform.texts(chat)) >= count)
        return self.platform.texts(chat)

    async def heard(self, count: int) -> list[str]:
        await until(lambda: len(self.server.bot.heard) >= count)
        return self.server.bot.heard

    async def said(self) -> list[str]:
        return [message.text for message in await steps.heard_from(self.server, "telegram", CHAT)]


def environment(platform: TelegramServer, token: str = TOKEN) -> dict[str, str]:
    return {
        "PARLEY_TELEGRAM_TOKEN": token,
        "PARLEY_TELEGRAM_WEBHOOK_SECRET": SECRET,
        "PARLEY_TELEGRAM_API_URL": platform.url,
    }


async def deliver_all(telegram: Telegram, count: int) -> list[str]:
    """Return what the customer has read once it is that many messages; pauses between tries pass at once."""

    async def is_there() -> bool:
        await steps.be_due(telegram.server, "telegram", CHAT)
        return len(telegram.platform.texts()) >= count

    await until(is_there)
    return telegram.platform.texts()
