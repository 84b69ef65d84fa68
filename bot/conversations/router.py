"""The router: every message goes through it, in order, and to whoever handles the conversation now."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

import structlog

from bot.aftersales.escalation import Escalation, EscalationReason, EscalationState
from bot.aftersales.labels import Priority
from bot.conversations.delivery import Delivery
from bot.conversations.feed import Feed
from bot.conversations.model import (
    Author,
    Conversation,
    HandledBy,
    InboundMessage,
    InboxState,
    Message,
    OutboundMessage,
)
from bot.conversations.ports import UnitOfWork
from bot.errors import NotFoundError
from bot.services import escalations
from bot.services.ports import Clock

log = structlog.get_logger()

MAX_ATTEMPTS = 3
RESUME = "/resume"
"""The payload that tells the bot that a person gave the conversation back to it."""


@dataclass
class Turn:
    """What the bot says and remembers in answer to one message; nothing of it is durable yet."""

    messages: list[Message]
    events: list[dict[str, Any]]
    language: str | None


class Bot(Protocol):
    """Something that answers customers."""

    async def answer(self, conversation: Conversation, inbound: InboundMessage) -> Turn:
        """Return the answer to a message, or raise after forgetting the turn."""

    def forget(self, conversation_id: str) -> None:
        """Drop what is kept in memory of a conversation; the next answer starts from the database."""

    def say(self, response: str, language: str, **values: Any) -> Message:
        """Return a message by response name, for what happens outside of a turn."""


@dataclass
class _Work:
    """A conversation's running worker, whether news came since it last looked, and the callers that wait for it."""

    is_dirty: bool = False
    task: asyncio.Task[None] | None = None
    waiters: dict[str, asyncio.Future[list[Message] | None]] = field(default_factory=dict)


class Router:
    """Takes messages in, has them answered one by one per conversation, and keeps both sides durable."""

    def __init__(self, uow: Callable[[], UnitOfWork], bot: Bot, feed: Feed, delivery: Delivery, clock: Clock) -> None:
        self._uow = uow
        self._bot = bot
        self.feed = feed
        self.delivery = delivery
        self._clock = clock
        self._work: dict[str, _Work] = {}

    async def receive(
        self,
        conversation_id: str,
        channel: str,
        text: str,
        *,
        message_id: str | None = None,
        title: str | None = None,
        metadata: dict[str, Any] | None = None,
        custom: dict[str, Any] | None = None,
        within: Callable[[UnitOfWork], Awaitable[None]] | None = None,
    ) -> str:
        """Store a customer's message durably, then have it answered, and return its id in the inbox.

        A redelivered ``message_id`` is stored once, and its first id returned. The transcript shows ``title`` instead
        of the text, where one is given, and ``custom``; ``within`` writes what belongs to a new message in its
        transaction.
        """
        now = self._clock()
        # Only we may say that a person gave the conversation back.
        inbound = _inbound(conversation_id, channel, text.lstrip(" /") if is_resume(text) else text, now, message_id)
        inbound.title = title
        inbound.metadata = metadata or {}
        async with self._uow() as uow:
            conversation = await uow.conversations.get(conversation_id)
            if conversation is None:
                conversation = Conversation(conversation_id, channel, now, now)
                uow.conversations.add(conversation)
            conversation.last_message_at = now
            conversation.locale = inbound.metadata.get("language") or conversation.locale
            if not await uow.inbox.add(inbound):
                known = await uow.inbox.by_platform_id(channel, inbound.platform_message_id)
                assert known is not None
                if known.state is InboxState.RECEIVED:
                    self._waiter(conversation_id, known.id)
                    self._wake(conversation_id)
                return known.id
            shown = text if title is None else title
            facts = {**(custom or {}), **_client_id(message_id)}
            message = Message(conversation_id, Author.CUSTOMER, shown, now, custom=facts)
            await uow.messages.add(message)
            if within is not None:
                await within(uow)
            await uow.commit()
        self.feed.publish(conversation_id, {"type": "message", "message": message.as_json()})
        self._waiter(conversation_id, inbound.id)
        self._wake(conversation_id)
        return inbound.id

    async def answer_to(self, inbound_id: str, conversation_id: str) -> list[Message]:
        """Return the answer to a received message once it is durable; empty while a person handles it."""
        work = self._work.get(conversation_id)
        waiter = work.waiters.get(inbound_id) if work else None
        if waiter is not None and (answer := await asyncio.shield(waiter)) is not None:
            return answer
        async with self._uow() as uow:
            return await uow.messages.replies_to(inbound_id)

    async def recover(self) -> int:
        """Take up what an earlier process received and did not finish; return how many conversations had something."""
        async with self._uow() as uow:
            waiting = await uow.inbox.conversations_waiting()
        for conversation_id in waiting:
            self._wake(conversation_id)
        return len(waiting)

    async def close(self) -> None:
        """Let the running turns end."""
        tasks = [work.task for work in self._work.values() if work.task]
        if tasks:
            await asyncio.wait(tasks, timeout=10)
        await self.delivery.close()

    # --- people ---------------------------------------------------------------------------------------------------

    async def handled_by(self, conversation_id: str) -> HandledBy:
        """Return who answers the customer now."""
        async with self._uow() as uow:
            return handler_of(await uow.escalations.open_of(conversation_id))

    async def take_over(self, conversation_id: str, agent_id: str, agent_name: str) -> None:
        """Give the conversation to an agent and tell the customer; raises NotFoundError where there is none."""
        async with self._uow() as uow:
            if await uow.conversations.get(conversation_id) is None:
                raise NotFoundError("conversation", conversation_id)
            language = await self._language(uow, conversation_id)
            await escalations.take_over(uow, conversation_id, agent_id, language, self._clock())
        await self._announce(conversation_id, "utter_handoff_joined", agent_id=agent_id, agent=agent_name)

    async def say(self, conversation_id: str, agent_id: str, text: str) -> Message:
        """Send an agent's words to the customer."""
        async with self._uow() as uow:
            escalation = await escalations.held_by(uow, conversation_id, agent_id)
            message = Message(
                conversation_id, Author.AGENT, text, self._clock(), language=escalation.language, agent_id=agent_id
            )
        await self._send(message)
        return message

    async def note(self, conversation_id: str, agent_id: str, text: str) -> Message:
        """Keep an internal note; it never leaves the desk."""
        message = Message(conversation_id, Author.NOTE, text, self._clock(), agent_id=agent_id)
        async with self._uow() as uow:
            await uow.messages.add(message)
            await uow.commit()
        self.feed.publish(conversation_id, {"type": "note"})
        return message

    async def return_to_bot(self, conversation_id: str, agent_id: str) -> None:
        """Give the conversation back to the bot, which goes on where it was."""
        async with self._uow() as uow:
            await escalations.return_to_bot(uow, conversation_id, agent_id, self._clock())
            channel = (await self._conversation(uow, conversation_id)).channel
            await uow.inbox.add(_inbound(conversation_id, channel, RESUME, self._clock()))
            await uow.commit()
        self._publish_state(conversation_id, HandledBy.BOT)
        self._wake(conversation_id)

    async def resolve(self, conversation_id: str, agent_id: str) -> None:
        """End the handoff; the bot answers what comes next."""
        async with self._uow() as uow:
            await escalations.resolve(uow, conversation_id, agent_id, self._clock())
        await self._announce(conversation_id, "utter_handoff_resolved", agent_id=agent_id)

    # --- inside ---------------------------------------------------------------------------------------------------

    async def _announce(self, conversation_id: str, response: str, **values: Any) -> None:
        async with self._uow() as uow:
            language = await self._language(uow, conversation_id)
            handler = handler_of(await uow.escalations.open_of(conversation_id))
        message = self._bot.say(response, language, **values)
        message.conversation_id = conversation_id
        message.author = Author.SYSTEM
        message.at = self._clock()
        message.custom = {"handoff": {"state": handler.value}}
        await self._send(message)
        self._publish_state(conversation_id, handler)

    async def _send(self, message: Message) -> None:
        async with self._uow() as uow:
            conversation = await self._conversation(uow, message.conversation_id)
            await self._keep(uow, conversation, [message])
            await uow.commit()
        self._publish([message])

    async def _keep(self, uow: UnitOfWork, conversation: Conversation, messages: list[Message]) -> None:
        for message in messages:
            await uow.messages.add(message)
            assert message.id is not None
            uow.outbox.add(OutboundMessage(message.id, conversation.id, conversation.channel, message.at))
        if messages:
            conversation.last_message_at = messages[-1].at

    def _publish(self, messages: list[Message]) -> None:
        for message in messages:
            self.feed.publish(message.conversation_id, {"type": "message", "message": message.as_json()})

    def _publish_state(self, conversation_id: str, handler: HandledBy) -> None:
        self.feed.publish(conversation_id, {"type": "state", "handled_by": handler.value})

    def _waiter(self, conversation_id: str, inbound_id: str) -> None:
        work = self._work.setdefault(conversation_id, _Work())
        # A second delivery waits for the same answer as the first.
        work.waiters.setdefault(inbound_id, asyncio.get_running_loop().create_future())

    def _wake(self, conversation_id: str) -> None:
        work = self._work.setdefault(conversation_id, _Work())
        work.is_dirty = True
        if work.task is None:
            work.task = asyncio.create_task(self._drain(conversation_id, work))

    async def _drain(self, conversation_id: str, work: _Work) -> None:
        """Answer a conversation's waiting messages one after the other until none is left."""
        pause_seconds = 0.5
        try:
            while work.is_dirty:
                work.is_dirty = False
                try:
                    await self._drain_once(conversation_id, work)
                    pause_seconds = 0.5
                except Exception:
                    # Most likely the database is away: what was received stays received, so try again until it is back.
                    log.exception("router.drain_failed", conversation_id=conversation_id)
                    work.is_dirty = True
                    await asyncio.sleep(pause_seconds)
                    pause_seconds = min(30.0, pause_seconds * 2)
        finally:
            self._work.pop(conversation_id, None)
            for waiter in work.waiters.values():
                if not waiter.done():
                    waiter.set_result(None)

    async def _drain_once(self, conversation_id: str, work: _Work) -> None:
        async with self._uow() as uow:
            waiting = await uow.inbox.waiting(conversation_id)
        for inbound in waiting:
            answer = await self._process(inbound)
            if answer is None:
                # The failed message comes first again, so that order holds.
                work.is_dirty = True
                return
            waiter = work.waiters.pop(inbound.id, None)
            if waiter is not None and not waiter.done():
                waiter.set_result(answer)

    async def _process(self, inbound: InboundMessage) -> list[Message] | None:
        """Have a message answered and return the answer; return None when it must be tried again."""
        async with self._uow() as uow:
            conversation = await self._conversation(uow, inbound.conversation_id)
            escalation = await uow.escalations.open_of(conversation.id)
        before = handler_of(escalation)
        if before is not HandledBy.BOT and not _was_queued_by(inbound, escalation):
            await self._finish(inbound, conversation, Turn([], [], None))
            return []
        try:
            turn = await self._bot.answer(conversation, inbound)
        except Exception:
            self._bot.forget(conversation.id)
            log.exception("router.turn_failed", conversation_id=conversation.id, attempt=inbound.attempts + 1)
            turn_or_none = await self._failed(inbound, conversation)
            if turn_or_none is None:
                return None
            turn = turn_or_none
        await self._finish(inbound, conversation, turn)
        if any("handoff" in message.custom for message in turn.messages):
            self._publish_state(conversation.id, HandledBy.QUEUED)
        return turn.messages

    async def _failed(self, inbound: InboundMessage, conversation: Conversation) -> Turn | None:
        """Count a failed turn; after the last try hand over to a person instead of leaving the customer alone."""
        async with self._uow() as uow:
            kept = await uow.inbox.get(inbound.id)
            assert kept is not None
            kept.attempts += 1
            inbound.attempts = kept.attempts
            await uow.inbox.update(kept)
            await uow.commit()
        if inbound.attempts < MAX_ATTEMPTS:
            await asyncio.sleep(0.2 * 2**inbound.attempts)
            return None
        language = conversation.language or conversation.locale or "en"
        async with self._uow() as uow:
            await escalations.hand_over(
                uow,
                conversation.id,
                EscalationReason.NOT_UNDERSTOOD,
                language,
                self._clock(),
                facts={"message": inbound.id},
                priority=Priority.HIGH,
            )
        message = self._bot.say("utter_internal_error", language)
        message.conversation_id, message.at = conversation.id, self._clock()
        message.custom = {"handoff": {"state": HandledBy.QUEUED.value}}
        return Turn([message], [], None)

    async def _finish(self, inbound: InboundMessage, conversation: Conversation, turn: Turn) -> None:
        """Make the answer, the dialogue's memory and the end of the inbound message durable in one transaction."""
        now = self._clock()
        try:
            async with self._uow() as uow:
                kept = await self._conversation(uow, conversation.id)
                kept.language = turn.language or kept.language
                for message in turn.messages:
                    message.reply_to = inbound.id
                await self._keep(uow, kept, turn.messages)
                if turn.events:
                    await uow.dialogue.append(conversation.id, turn.events)
                inbound.state = InboxState.PROCESSED
                inbound.processed_at = now
                await uow.inbox.update(inbound)
                await uow.commit()
        except Exception:
            # The live dialogue is ahead of the database now: the next try must not see this turn.
            self._bot.forget(conversation.id)
            raise
        self._publish(turn.messages)

    async def _conversation(self, uow: UnitOfWork, conversation_id: str) -> Conversation:
        conversation = await uow.conversations.get(conversation_id)
        if conversation is None:
            conversation = Conversation(conversation_id, "web", self._clock(), self._clock())
            uow.conversations.add(conversation)
        return conversation

    async def _language(self, uow: UnitOfWork, conversation_id: str) -> str:
        conversation = await self._conversation(uow, conversation_id)
        return conversation.language or conversation.locale or "en"


def is_resume(text: str) -> bool:
    """Tell whether a text would be read as our own word that a person gave the conversation back."""
    return text.strip().partition("{")[0] == RESUME


def handler_of(escalation: Escalation | None) -> HandledBy:
    """Return who answers a customer whose conversation is in this handoff."""
    if escalation is None:
        return HandledBy.BOT
    return HandledBy.HUMAN if escalation.state is EscalationState.ASSIGNED else HandledBy.QUEUED


def _was_queued_by(inbound: InboundMessage, escalation: Escalation | None) -> bool:
    """Tell whether this message itself led to the handoff, in a process that ended before the customer was told."""
    return (
        escalation is not None
        and escalation.state is EscalationState.QUEUED
        and escalation.facts.get("message") == inbound.id
    )


def _inbound(
    conversation_id: str, channel: str, text: str, received_at: datetime, message_id: str | None = None
) -> InboundMessage:
    """Return a new inbox entry; without an id of the platform's own it counts as delivered once."""
    return InboundMessage(
        id=uuid.uuid4().hex,
        conversation_id=conversation_id,
        channel=channel,
        platform_message_id=f"{conversation_id}:{message_id or uuid.uuid4().hex}",
        text=text,
        received_at=received_at,
    )


def _client_id(message_id: str | None) -> dict[str, Any]:
    return {"client_message_id": message_id} if message_id else {}
