"""The whole server with its desk, its chat window and its routing; only the bot is scripted."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from shutil import copyfile
from typing import Any

from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, Locator, Page, expect

from bot.aftersales.escalation import EscalationReason
from bot.aftersales.sla import ALWAYS_OPEN
from bot.bootstrap import Parley
from bot.conversations.bot import Turn
from bot.conversations.delivery import Delivery
from bot.conversations.feed import Feed
from bot.conversations.model import Author, Conversation, InboundMessage, Message
from bot.conversations.notifier import Notifier
from bot.conversations.ports import UnitOfWork
from bot.conversations.router import Router
from bot.conversations.routing_rounds import RoutingRounds
from bot.scheduler.scheduler import Job, Scheduler
from bot.server import create_app
from bot.services import escalations
from bot.services.document_links import DocumentLinks
from bot.services.policy_files import load_policy
from bot.settings import ROOT, Settings
from bot.store.database import Database
from bot.store.engine import create_engine
from tests.integration.desk.world import Backwards, Template

ASKS_FOR_PERSON = "a person, please"
ROUND_EVERY = timedelta(seconds=1)


def now() -> datetime:
    """Return the present moment."""
    return datetime.now(timezone.utc)


class Receptionist:
    """A bot that repeats what it hears, hands over when asked to, and says nothing but the names of responses."""

    def __init__(self, uow: Callable[[], UnitOfWork]) -> None:
        self._uow = uow
        self.heard: list[tuple[str, str]] = []

    async def answer(self, conversation: Conversation, inbound: InboundMessage) -> Turn:
        self.heard.append((conversation.id, inbound.text))
        custom: dict[str, Any] = {}
        text = f"Bot heard {inbound.text}"
        if inbound.text == ASKS_FOR_PERSON:
            async with self._uow() as uow:
                place = await escalations.hand_over(
                    uow, conversation.id, EscalationReason.ASKED_FOR_HUMAN, "en", now(), facts={"message": inbound.id}
                )
            text, custom = place.response, {"handoff": place.as_fact()}
        message = Message(conversation.id, Author.BOT, text, now(), "utter_echo", "en", custom=custom)
        return Turn([message], [], "en")

    def forget(self, conversation_id: str) -> None:
        """Nothing is kept."""

    def say(self, response: str, language: str, **values: Any) -> Message:
        text = f"{response} {values['agent']}" if "agent" in values else response
        return Message("", Author.BOT, text, now(), response, language)


class Translators(Backwards):
    """Engines that write backwards, once they are switched on."""

    async def close(self) -> None:
        """Nothing is open."""


@dataclass
class WholeDesk:
    """A running server, and what is behind it."""

    parley: Parley
    bot: Receptionist
    translators: Translators
    address: str

    async def said(self, conversation_id: str, author: str) -> list[str]:
        """Return what one author said in a conversation, in order."""
        return [message.text for message in await self.messages(conversation_id) if message.author.value == author]

    async def messages(self, conversation_id: str) -> list[Message]:
        """Return a transcript, notes included."""
        async with self.parley.uow() as uow:
            return await uow.messages.of(conversation_id, with_notes=True)


@asynccontextmanager
async def a_whole_desk(template: Template, folder: Path) -> AsyncIterator[WholeDesk]:
    """Serve everything on a copy of the filled database."""
    copyfile(template.file, folder / "parley.db")
    settings = Settings.from_environment({"PARLEY_VAR": str(folder), "PARLEY_SECRET": "s" * 32})
    store = Database(create_engine(settings.database_url))
    bot, translators = Receptionist(store.uow), Translators()
    router = Router(store.uow, bot, Feed(), Delivery(store.uow, now), now)
    rounds = RoutingRounds(store.uow, router.handling, now, ALWAYS_OPEN)
    notifier = Notifier(store.uow, bot, router.feed, now, DocumentLinks(b"a key for tests"))
    scheduler = Scheduler(store.uow, [Job("routing", ROUND_EVERY, rounds.run)], now)
    policy = load_policy(ROOT / "data" / "policy")
    parley = Parley(
        store, policy, router, now, notifier, scheduler, rounds, translators  # type: ignore[arg-type]
    )  # fmt: skip
    async with TestServer(create_app(parley, settings)) as server:
        yield WholeDesk(parley, bot, translators, str(server.make_url("")).rstrip("/"))


@dataclass
class Customer:
    """Somebody with the chat window open on the shop's page."""

    page: Page
    id: str
    problems: list[str]

    @classmethod
    async def arrives(cls, browser: Browser, address: str, conversation_id: str) -> Customer:
        """Open the shop and its chat."""
        context = await browser.new_context(locale="en-GB", reduced_motion="reduce")
        await context.add_init_script(f"localStorage.setItem('parley:sender', '{conversation_id}')")
        page = await context.new_page()
        customer = cls(page, conversation_id, [])
        page.on("pageerror", lambda error: customer.problems.append(str(error)))
        await page.goto(f"{address}/")
        await customer._open()
        return customer

    async def comes_back(self) -> None:
        """Load the page anew and open the chat again."""
        await self.page.reload()
        await self._open()

    async def _open(self) -> None:
        await self.page.locator("button.launcher").click()
        await expect(self.page.get_by_role("textbox")).to_be_visible()

    async def says(self, text: str) -> None:
        """Send a message, and wait until the server has it."""
        before = await self.bubble(text).count()
        await self.page.get_by_role("textbox").fill(text)
        await self.page.keyboard.press("Enter")
        await expect(self.bubble(text)).to_have_count(before + 1)
        await expect(self.page.locator(".entry.customer .state").last).to_have_text("Sent")

    def bubble(self, text: str) -> Locator:
        """Return the message with exactly this text."""
        return self.page.get_by_role("log").get_by_text(text, exact=True)

    async def sees(self) -> list[str]:
        """Return everything in the window, in order."""
        return await self.page.get_by_role("log").locator(".bubble, .notice").all_inner_texts()
