"""Answers that the database does not take: refused for good, refused once, or because it is away."""

from __future__ import annotations

import asyncio
from datetime import datetime, timezone
from typing import Any

import pytest

from bot.aftersales.escalation import Escalation, EscalationReason, EscalationState
from bot.conversations.bot import Turn
from bot.conversations.delivery import Delivery
from bot.conversations.feed import Feed
from bot.conversations.model import Author, Conversation, InboundMessage, InboxState, Message, OutboundMessage
from bot.conversations.router import MAX_ATTEMPTS, Router
from tests.fake_conversations import FakeMessages
from tests.fakes import FakeDatabase, FakeUnitOfWork

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=timezone.utc)
ANNA = "c-1"
POISON = "poison"
APOLOGY = "utter_internal_error"


class RefusedError(Exception):
    """A value that no column holds, or no database at all."""


class Shop:
    """A router with a bot that repeats what it hears, and a database that may refuse what the bot says, or be away."""

    def __init__(self) -> None:
        self.database = FakeDatabase()
        self.heard: list[str] = []
        self.refusals = 0
        self.is_away = self.goes_away = False
        self.calls_while_away = 0
        self.feed = Feed()
        self.router = Router(self.uow, self, self.feed, Delivery(self.uow, lambda: NOW), lambda: NOW)

    # --- the database

    def uow(self) -> FakeUnitOfWork:
        if self.is_away:
            self.calls_while_away += 1
            raise RefusedError
        uow = FakeUnitOfWork(self.database)
        uow.messages = PickyMessages(self, uow)
        return uow

    # --- the bot

    async def answer(self, conversation: Conversation, inbound: InboundMessage) -> Turn:
        self.heard.append(inbound.text)
        self.is_away, self.goes_away = self.goes_away, False
        message = Message(conversation.id, Author.BOT, f"heard {inbound.text}", NOW, "utter_echo", "en")
        return Turn([message], [{"event": "user", "text": inbound.text}], "en")

    def forget(self, conversation_id: str) -> None:
        """Nothing is kept."""

    def say(self, response: str, language: str, **values: Any) -> Message:
        return Message("", Author.BOT, response, NOW, response, language)

    # --- customers, and what is left in the end

    async def ask(self, text: str, conversation_id: str = ANNA) -> list[str]:
        """Return what a customer is told."""
        received = await self.router.receive(conversation_id, "web", text)
        answer = await asyncio.wait_for(self.router.answer_to(received, conversation_id), 60)
        return [message.text for message in answer]

    def inbox(self) -> list[tuple[InboxState, int]]:
        return [(inbound.state, inbound.attempts) for inbound in self.database.all(InboundMessage)]

    def said(self) -> list[str]:
        """Return what is on its way to customers."""
        texts = {message.id: message.text for message in self.database.all(Message)}
        return [texts[letter.message_id] for letter in self.database.all(OutboundMessage)]


class PickyMessages(FakeMessages):
    def __init__(self, shop: Shop, uow: FakeUnitOfWork) -> None:
        super().__init__(uow, Message)
        self._shop = shop

    async def add(self, message: Message) -> None:  # type: ignore[override]
        if message.text == f"heard {POISON}" or (message.author is Author.BOT and self._shop.refusals > 0):
            self._shop.refusals -= 1
            raise RefusedError
        await super().add(message)


@pytest.fixture
def shop() -> Shop:
    return Shop()


async def test_an_answer_that_can_never_be_stored_ends_with_words_and_a_person(shop: Shop) -> None:
    with shop.feed.listen(ANNA) as news:
        assert await shop.ask(POISON) == [APOLOGY]
        assert [news.get_nowait()["type"] for _ in range(news.qsize())] == ["message", "message", "state"]
    assert shop.heard == [POISON] * MAX_ATTEMPTS
    assert shop.inbox() == [(InboxState.PROCESSED, MAX_ATTEMPTS)]
    (handoff,) = shop.database.all(Escalation)
    assert (handoff.state, handoff.reason) == (EscalationState.QUEUED, EscalationReason.NOT_UNDERSTOOD)
    assert shop.said() == [APOLOGY]
    # What the customer was never told did not happen for the dialogue either.
    assert shop.database.dialogue == {}


async def test_nothing_waits_for_ever_behind_an_answer_that_can_never_be_stored(shop: Shop) -> None:
    poisoned = asyncio.create_task(shop.ask(POISON))
    await asyncio.sleep(0)
    behind, elsewhere = asyncio.create_task(shop.ask("hello?")), asyncio.create_task(shop.ask("hello", "c-2"))
    assert await elsewhere == ["heard hello"]
    assert not poisoned.done()
    assert (await poisoned, await behind, await shop.ask("still there?")) == ([APOLOGY], [], [])
    assert {state for state, _ in shop.inbox()} == {InboxState.PROCESSED}
    assert shop.said() == ["heard hello", APOLOGY]


async def test_an_answer_that_is_refused_once_is_stored_the_next_time(shop: Shop) -> None:
    shop.refusals = 1
    assert await shop.ask("hello") == ["heard hello"]
    assert shop.inbox() == [(InboxState.PROCESSED, 1)]
    assert shop.said() == ["heard hello"]
    assert shop.database.all(Escalation) == []


async def test_a_database_that_is_away_for_a_while_is_waited_for_and_costs_no_attempts(shop: Shop) -> None:
    shop.goes_away = True
    waiting = asyncio.create_task(shop.ask("hello"))
    while shop.calls_while_away < MAX_ATTEMPTS:
        await asyncio.sleep(0.05)
    shop.is_away = False
    assert await waiting == ["heard hello"]
    assert await shop.ask("more") == ["heard more"]
    assert shop.inbox() == [(InboxState.PROCESSED, 0)] * 2
    assert shop.said() == ["heard hello", "heard more"]
    assert [len(turns) for turns in shop.database.dialogue.values()] == [2]
    assert shop.database.all(Escalation) == []


async def test_words_that_could_not_be_stored_either_are_told_as_soon_as_they_can(shop: Shop) -> None:
    shop.refusals = MAX_ATTEMPTS + 1
    assert await shop.ask("hello") == [APOLOGY]
    assert shop.heard == ["hello"] * MAX_ATTEMPTS
    assert shop.said() == [APOLOGY]
    assert [handoff.state for handoff in shop.database.all(Escalation)] == [EscalationState.QUEUED]
