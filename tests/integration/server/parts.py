"""The whole aiohttp application over a real SQLite file, with a scripted bot in the place of Rasa."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timezone
from functools import lru_cache
from pathlib import Path
from typing import Any

from aiohttp import ClientResponse, ClientWebSocketResponse, web
from aiohttp.test_utils import TestClient

from bot.aftersales.policy import Policy
from bot.bootstrap import Parley, connect_channels
from bot.conversations.bot import Turn
from bot.conversations.delivery import Delivery
from bot.conversations.feed import Feed
from bot.conversations.model import Author, Conversation, InboundMessage, Message
from bot.conversations.notifier import Notifier
from bot.conversations.router import Router
from bot.conversations.routing_rounds import RoutingRounds
from bot.rates import Rate
from bot.scheduler.scheduler import Scheduler
from bot.server import create_app
from bot.services.document_links import DocumentLinks
from bot.services.policy_files import load_policy
from bot.settings import ROOT, Settings
from bot.store.database import Database
from bot.store.engine import create_engine

FRIENDLY_ORIGIN = "https://shop.example"
REST = "/webhooks/rest/webhook"
SOCKET = "/webhooks/web/socket"


@lru_cache(maxsize=1)
def _policy() -> Policy:
    return load_policy(ROOT / "data" / "policy")


def now() -> datetime:
    """Return the present moment."""
    return datetime.now(timezone.utc)


@dataclass
class ScriptedBot:
    """A bot that repeats what it hears; it can be held back, and made to fail."""

    heard: list[str] = field(default_factory=list)
    failures_left: int = 0
    words: str = "the bot stumbles"
    may_answer: asyncio.Event = field(default_factory=asyncio.Event)

    async def answer(self, conversation: Conversation, inbound: InboundMessage) -> Turn:
        self.heard.append(inbound.text)
        await self.may_answer.wait()
        if self.failures_left:
            self.failures_left -= 1
            raise RuntimeError(self.words)
        language = conversation.language or conversation.locale or "en"
        message = Message(
            conversation.id, Author.BOT, f"heard {inbound.text}", now(), "utter_echo", language,
            buttons=[{"title": "Yes", "payload": "/affirm"}], custom={"heard": inbound.text},
        )  # fmt: skip
        return Turn([message], [{"event": "user", "text": inbound.text}], language)

    def forget(self, conversation_id: str) -> None:
        """Nothing is kept."""

    def say(self, response: str, language: str, **values: Any) -> Message:
        return Message("", Author.BOT, f"{response} {values}", now(), response, language)


@dataclass
class Server:
    """A running application and one client of it."""

    parley: Parley
    bot: ScriptedBot
    client: TestClient[Any, Any]

    @property
    def router(self) -> Router:
        return self.parley.router

    async def post(self, **body: Any) -> ClientResponse:
        return await self.client.post(REST, json=body)

    async def say(self, text: str, sender: str = "customer-00000-1", **more: Any) -> list[dict[str, Any]]:
        answer = await self.post(sender=sender, message=text, **more)
        assert answer.status == 200, await answer.text()
        return list(await answer.json())

    async def transcript(self, sender: str = "customer-00000-1", after: int | None = None) -> list[dict[str, Any]]:
        params = {} if after is None else {"after": after}
        answer = await self.client.get(f"/webhooks/rest/conversations/{sender}/messages", params=params)
        assert answer.status == 200, await answer.text()
        return list(await answer.json())

    async def connect(
        self, sender: str = "customer-00000-1", after: int | None = None, language: str = "de", **more: Any
    ) -> Widget:
        """Open a socket and say hello; the frame ``ready`` is in ``widget.ready``."""
        socket = await self.client.ws_connect(SOCKET)
        await socket.send_json({"type": "hello", "sender": sender, "after": after, "language": language, **more})
        widget = Widget(socket)
        widget.ready = await widget.next()
        return widget


def stop_clock(rate: Rate) -> None:
    """Let nothing be allowed again, however long a test takes."""
    moment = rate._clock()
    rate._clock = lambda: moment


class Widget:
    """The client's end of one socket."""

    def __init__(self, socket: ClientWebSocketResponse) -> None:
        self.socket = socket
        self.ready: dict[str, Any] = {}

    async def next(self) -> dict[str, Any]:
        return dict(await self.socket.receive_json(timeout=60))

    async def until(self, kind: str) -> dict[str, Any]:
        """Return the next frame of a kind, skipping others."""
        while (frame := await self.next())["type"] != kind:
            pass
        return frame

    async def texts(self, count: int) -> list[str]:
        """Return the texts of the next messages."""
        return [(await self.until("message"))["message"]["text"] for _ in range(count)]

    async def send(self, text: str, message_id: str) -> None:
        await self.socket.send_json({"type": "message", "text": text, "message_id": message_id})

    async def is_quiet(self) -> bool:
        """Tell whether nothing more comes."""
        try:
            await self.socket.receive(timeout=0.3)
        except asyncio.TimeoutError:
            return True
        return False


@asynccontextmanager
async def a_server(template: Path, folder: Path, make_client: Any, **environment: str) -> AsyncIterator[Server]:
    """Give a server over its own copy of an empty, migrated database; closing it lets running turns end."""
    file = folder / "parley.db"
    if not file.exists():
        shutil.copy(template, file)
    settings = Settings.from_environment(
        {
            "PARLEY_VAR": str(folder),
            "PARLEY_ALLOWED_ORIGINS": FRIENDLY_ORIGIN,
            "PARLEY_SECRET": "s" * 32,
            **environment,
        }
    )
    store = Database(create_engine(settings.database_url))
    bot = ScriptedBot()
    bot.may_answer.set()
    router = Router(store.uow, bot, Feed(), Delivery(store.uow, now), now)
    notifier = Notifier(store.uow, bot, router.feed, now, DocumentLinks(b"a key for tests"))
    rounds = RoutingRounds(store.uow, router.handling, now, _policy().levels)
    parley = Parley(store, _policy(), router, now, notifier, Scheduler(store.uow, [], now), rounds)
    connect_channels(parley, bot, settings)
    app: web.Application = create_app(parley, settings)
    client = await make_client(app)
    yield Server(parley, bot, client)
    bot.may_answer.set()
