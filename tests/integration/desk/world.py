"""A small shop with conversations in every state, and a bot that echoes: what the desk's tests work on."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timezone
from functools import lru_cache
from pathlib import Path
from shutil import copyfile
from typing import Any

from aiohttp import web
from argon2 import PasswordHasher

from bot.aftersales.escalation import Escalation
from bot.conversations.bot import Turn
from bot.conversations.delivery import Delivery
from bot.conversations.feed import Feed
from bot.conversations.model import Author, Conversation, InboundMessage, Message
from bot.conversations.ports import UnitOfWork
from bot.conversations.router import Router
from bot.desk import app as desk
from bot.evidence.files import EvidenceFiles
from bot.services.policy_files import load_policy
from bot.settings import ROOT
from bot.store.engine import create_engine, migrate
from bot.store.unit_of_work import unit_of_work_factory
from bot.translation.result import Reason, Translation, Unavailable
from tests.integration.desk.seed import Seed, fill

PASSWORD = "correct horse 7"


# Hashing is slow on purpose; most tests need not wait for it.
CHEAP_HASHER = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)


@lru_cache(maxsize=1)
def password_hash() -> str:
    """Return one argon2 hash for everybody."""
    return CHEAP_HASHER.hash(PASSWORD)


class EchoBot:
    """A bot that repeats what it hears."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    async def answer(self, conversation: Conversation, inbound: InboundMessage) -> Turn:
        self.heard.append(inbound.text)
        message = Message(
            conversation.id,
            Author.BOT,
            f"Bot heard {inbound.text}",
            inbound.received_at,
            "utter_echo",
        )
        return Turn([message], [], None)

    def forget(self, conversation_id: str) -> None:
        """Nothing is kept."""

    def say(self, response: str, language: str, **values: Any) -> Message:
        text = f"{values['agent']} joined the conversation." if "agent" in values else "This is settled now."
        return Message("", Author.SYSTEM, text, datetime.now(timezone.utc), response, language)


class Backwards:
    """A translator that writes words backwards, once it is switched on; what says "slow" it does not manage."""

    def __init__(self) -> None:
        self.is_on = False

    def order(self, source: str, target: str) -> tuple[str, ...]:
        return ("apertium",) if self.is_on else ()

    async def translate(self, text: str, source: str, target: str) -> Translation | Unavailable:
        if not self.is_on:
            return Unavailable(Reason.OFF)
        if source == target:
            return Unavailable(Reason.SAME_LANGUAGE)
        if not any(sign.isalpha() for sign in text):
            return Unavailable(Reason.NOTHING_TO_TRANSLATE)
        return Unavailable(Reason.TIMEOUT) if "slow" in text else Translation(f"{target}: {text[::-1]}", "apertium")


@dataclass
class World:
    """The running parts; ``now`` may be moved."""

    uow: Callable[[], UnitOfWork]
    router: Router
    bot: EchoBot
    app: web.Application
    now: datetime
    translator: Backwards = field(default_factory=Backwards)

    async def transcript(self, conversation_id: str) -> list[tuple[str, str]]:
        """Return who said what, notes included."""
        async with self.uow() as uow:
            messages = await uow.messages.of(conversation_id, with_notes=True)
        return [(message.author.value, message.text) for message in messages]

    async def handoff(self, conversation_id: str) -> Escalation | None:
        """Return a conversation's newest handoff."""
        async with self.uow() as uow:
            return await uow.escalations.latest_of(conversation_id)


@dataclass(frozen=True)
class Template:
    """A filled database that every test copies, and the moment it was filled."""

    file: Path
    now: datetime


async def a_template(folder: Path) -> Template:
    """Make and fill a database."""
    file = folder / "template.db"
    await migrate(f"sqlite+aiosqlite:///{file}")
    template = Template(file, datetime.now(timezone.utc))
    async with _running(file, template.now) as world:
        await fill(Seed(world.uow, world.now, password_hash()))
    return template


@asynccontextmanager
async def a_world(template: Template, folder: Path) -> AsyncIterator[World]:
    """Run the desk on a copy of the filled database."""
    file = folder / "desk.db"
    copyfile(template.file, file)
    async with _running(file, template.now) as world:
        yield world


@asynccontextmanager
async def _running(file: Path, now: datetime) -> AsyncIterator[World]:
    engine = create_engine(f"sqlite+aiosqlite:///{file}")
    uow, bot, app = unit_of_work_factory(engine), EchoBot(), web.Application()
    router = Router(uow, bot, Feed(), Delivery(uow, lambda: world.now), lambda: world.now)
    world = World(uow, router, bot, app, now)
    desk.setup(
        app, uow=uow, router=router, clock=lambda: world.now, evidence=EvidenceFiles(file.parent / "evidence"),
        policy=load_policy(ROOT / "data" / "policy"),
        secret=b"a secret of the tests", translator=world.translator,
    )  # fmt: skip
    try:
        yield world
    finally:
        await router.close()
        await engine.dispose()
