"""A trained assistant over the demo shop; loaded once, each test with its own copy of the database."""

from __future__ import annotations

import asyncio
import os
import shutil
import uuid
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from actions import context
from bot import bootstrap, training
from bot.aftersales.policy import Policy
from bot.conversations.bot import Turn
from bot.conversations.model import Conversation, InboundMessage
from bot.dialogue.assistant import Assistant, action_endpoint
from bot.services.demo_shop import seed_demo
from bot.services.document_links import DocumentLinks
from bot.services.policy_files import load_policy
from bot.settings import ROOT, Settings
from bot.store.database import Database
from bot.store.engine import create_engine
from bot.store.unit_of_work import SqlUnitOfWork


@dataclass
class Loaded:
    """The assistant of the session, and the database it works on now."""

    assistant: Assistant
    policy: Policy
    stores: list[Database]


@pytest.fixture(scope="session")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    folder = str(tmp_path_factory.mktemp("training"))
    model = training.ensure_model(Settings.from_environment({**os.environ, "PARLEY_VAR": folder}))
    stores: list[Database] = []

    async def load_events(conversation_id: str) -> list[dict[str, Any]]:
        async with stores[-1].uow() as uow:
            return await uow.dialogue.load(conversation_id)

    def load() -> Assistant:
        return Assistant(model, load_events, bootstrap.utc_now, action_endpoint(None))

    # Rasa wants an event loop of its own while it loads.
    with ThreadPoolExecutor(1) as thread:
        assistant = thread.submit(lambda: asyncio.run(_in_loop(load))).result()
    return Loaded(assistant, load_policy(ROOT / "data" / "policy"), stores)


async def _in_loop(load: Callable[[], Assistant]) -> Assistant:
    return load()


@pytest.fixture(scope="session")
def shop_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the demo shop, to be copied."""
    file = tmp_path_factory.mktemp("shop") / "shop.db"

    async def seed() -> None:
        store = await Database.open(f"sqlite+aiosqlite:///{file}")
        await seed_demo(store.uow, bootstrap.utc_now)
        await store.close()

    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, seed()).result()
    return file


@dataclass
class Talk:
    """One conversation with the assistant; each turn is made durable as the router does it."""

    assistant: Assistant
    uow: Callable[[], SqlUnitOfWork]
    id: str = field(default_factory=lambda: f"t-{uuid.uuid4().hex[:8]}")
    language: str | None = "en"

    async def say(self, text: str) -> list[str | None]:
        turn = await self.turn(text)
        return [message.response for message in turn.messages]

    async def turn(self, text: str, inbound_id: str | None = None, *, dies: bool = False) -> Turn:
        """Have a message answered; a process that ``dies`` has run the actions and remembers nothing."""
        now = bootstrap.utc_now()
        conversation = Conversation(self.id, "rest", now, now, self.language, None)
        inbound = InboundMessage(inbound_id or uuid.uuid4().hex, self.id, "rest", uuid.uuid4().hex, text, now)
        turn = await self.assistant.answer(conversation, inbound)
        if dies:
            self.assistant.forget(self.id)
            return turn
        self.language = turn.language or self.language
        async with self.uow() as uow:
            await uow.dialogue.append(self.id, turn.events)
            await uow.commit()
        return turn


@pytest.fixture
async def talk(loaded: Loaded, shop_file: Path, tmp_path: Path) -> AsyncIterator[Callable[[], Talk]]:
    """What begins a conversation."""
    shutil.copy(shop_file, tmp_path / "shop.db")
    store = Database(create_engine(f"sqlite+aiosqlite:///{tmp_path / 'shop.db'}"))
    loaded.stores.append(store)
    context.bind(context.Context(store.uow, loaded.policy, bootstrap.utc_now, DocumentLinks(b"a key for tests")))
    yield lambda: Talk(loaded.assistant, store.uow)
    loaded.stores.remove(store)
    await store.close()
