"""The router: every message goes through it, in order, and to whoever handles the conversation now."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import structlog

from bot import metrics, tracing
from bot.aftersales.escalation import Escalation, EscalationReason, EscalationState
from bot.aftersales.labels import Priority
from bot.aftersales.sla import ALWAYS_OPEN, ServiceLevels
from bot.conversations import customer_language
from bot.conversations.arrivals import count_papers
from bot.conversations.bot import Bot, Turn
from bot.conversations.button_answers import ButtonAnswers
from bot.conversations.delivery import Delivery
from bot.conversations.feed import Feed
from bot.conversations.handling import Handling, handler_of, inbound_of, is_resume
from bot.conversations.model import Author, Conversation, HandledBy, InboundMessage, InboxState, Message
from bot.conversations.observed import ObservedTurns
from bot.conversations.pace import Pace
from bot.conversations.ports import UnitOfWork
from bot.conversations.sender import Sender
from bot.conversations.turns import Turns
from bot.conversations.words import Words
from bot.services import escalations
from bot.services.ports import Clock

log = structlog.get_logger()

MAX_ATTEMPTS = 3


@dataclass
class _Work:
    """A conversation's running worker, whether news came since it last looked, and the callers that wait for it."""

    is_dirty: bool = False
    task: asyncio.Task[None] | None = None
    waiters: dict[str, asyncio.Future[list[Message] | None]] = field(default_factory=dict)


class Router:
    """Takes messages in, has them answered one by one per conversation, and keeps both sides durable."""

    def __init__(
        self,
        uow: Callable[[], UnitOfWork],
        bot: Bot,
        feed: Feed,
        delivery: Delivery,
        clock: Clock,
        levels: ServiceLevels = ALWAYS_OPEN,
    ) -> None:
        self._uow = uow
        self._bot = bot
        self.feed = feed
        self.delivery = delivery
        self._clock = clock
        self._levels = levels
        self._work: dict[str, _Work] = {}
        self.buttons: ButtonAnswers | None = None
        self.announced: Callable[[], None] = lambda: None
        """Called after something was decided that may be announced to a customer, who should not wait for it."""
        self.prepare: Callable[[Conversation, InboundMessage], Awaitable[Turn | None]] = _as_it_is
        """Makes a message ready before anybody answers it, or answers it itself."""
        self.hears: customer_language.Hears = customer_language.hears_nothing
        """Tells the language of a message while people answer; otherwise the bot does."""
        self._turns = Turns()
        self._pace = Pace()
        self._observed = ObservedTurns()
        self.sender = Sender(uow, feed, clock)
        self.handling = Handling(uow, bot, self.sender, self._turns, clock, self.wake)
        self.words = Words(uow, self.sender, feed, self._turns, clock)

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
        inbound = inbound_of(conversation_id, channel, text.lstrip(" /") if is_resume(text) else text, now, message_id)
        inbound.title = title
        inbound.metadata = metadata or {}
        async with tracing.around("inbox.receive", channel=channel), self._uow() as uow:
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
                    self.wake(conversation_id)
                return known.id
            shown = text if title is None else title
            facts = {**(custom or {}), **_client_id(message_id)}
            message = Message(conversation_id, Author.CUSTOMER, shown, now, custom=facts)
            await uow.messages.add(message)
            if within is not None:
                await within(uow)
            await uow.commit()
        metrics.RECEIVED.labels(channel).inc()
        self._observed.note(inbound.id)
        self.feed.publish(conversation_id, {"type": "message", "message": message.as_json()})
        self._waiter(conversation_id, inbound.id)
        self.wake(conversation_id)
        return inbound.id

    async def answer_to(self, inbound_id: str, conversation_id: str) -> list[Message]:
        """Return the answer to a received message once it is durable; empty while a person handles it."""
        work = self._work.get(conversation_id)
        waiter = work.waiters.get(inbound_id) if work else None
        if waiter is not None and (answer := await asyncio.shield(waiter)) is not None:
            return answer
        async with self._uow() as uow:
            return await uow.messages.replies_to(inbound_id)

    async def recover(self, before: datetime | None = None) -> int:
        """Take up what another process received, before a moment, and did not finish; return how many conversations."""
        async with self._uow() as uow:
            waiting = await uow.inbox.conversations_waiting(before)
        for conversation_id in waiting:
            self.wake(conversation_id)
        return len(waiting)

    async def close(self) -> None:
        """Let the running turns end."""
        tasks = [work.task for work in self._work.values() if work.task]
        if tasks:
            await asyncio.wait(tasks, timeout=10)
        await self.delivery.close()

    # --- people ---------------------------------------------------------------------------------------------------

    def phrase(self, response: str, language: str, values: dict[str, Any]) -> str:
        """Return what the bot would say by a response name, for people who suggest or repeat it."""
        return self._bot.say(response, language, **values).text

    # --- inside ---------------------------------------------------------------------------------------------------

    def _waiter(self, conversation_id: str, inbound_id: str) -> None:
        work = self._work.setdefault(conversation_id, _Work())
        # A second delivery waits for the same answer as the first.
        work.waiters.setdefault(inbound_id, asyncio.get_running_loop().create_future())

    def wake(self, conversation_id: str) -> None:
        """Have answered what waits in a conversation."""
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
            answer = await self._observed.run(inbound, self._process(inbound))
            if answer is None:
                # The failed message comes first again, so that order holds.
                work.is_dirty = True
                return
            waiter = work.waiters.pop(inbound.id, None)
            if waiter is not None and not waiter.done():
                waiter.set_result(answer)

    async def _process(self, inbound: InboundMessage) -> list[Message] | None:
        """Have a message answered and return the answer; return None when it must be tried again."""
        async with self._turns.of(inbound.conversation_id):
            async with self._uow() as uow:
                conversation = await self.sender.conversation(uow, inbound.conversation_id)
                escalation = await uow.escalations.open_of(conversation.id)
            # What a message led to in a process that died is its own doing: whoever tries again is still the bot.
            is_with_bot = handler_of(escalation) is HandledBy.BOT or _was_queued_by(inbound, escalation)
            turn = await self._answered(inbound, conversation, is_with_bot=is_with_bot)
            if turn is None:
                return None
            heard = None if is_with_bot else await customer_language.changed(self.hears, conversation, inbound)
            turn = await self._stored(inbound, conversation, turn, heard)
            if turn is None:
                return None
        self.sender.publish(turn.messages)
        if heard is not None:
            # Whoever has it open sees the new language, and so does everybody who looks at an inbox.
            for kind in ("note", "marks"):
                self.feed.publish(conversation.id, {"type": kind})
        if any("handoff" in message.custom for message in turn.messages):
            self.sender.publish_state(conversation.id, HandledBy.QUEUED)
            self.handling.on_change()
        self.announced()
        return turn.messages

    async def _answered(self, inbound: InboundMessage, conversation: Conversation, *, is_with_bot: bool) -> Turn | None:
        if inbound.attempts >= MAX_ATTEMPTS:
            # The last try was the last, also where what the customer is told of it could not be stored.
            return await self._given_up(inbound, conversation)
        try:
            with metrics.stage("prepare"):
                ready = await self.prepare(conversation, inbound)
            if ready is not None:
                return ready
            # Some buttons work whoever handles the conversation.
            pressed = await self._pressed(inbound, conversation, is_with_bot=is_with_bot)
            if pressed is not None:
                return pressed
            if not is_with_bot:
                if await count_papers(self._uow, inbound, self._clock()):
                    self.feed.publish(conversation.id, {"type": "note"})
                return Turn([], [], None)
            async with self._pace.turn():
                with metrics.stage("dialogue"):
                    return await self._bot.answer(conversation, inbound)
        except Exception:
            self._bot.forget(conversation.id)
            log.exception("router.turn_failed", conversation_id=conversation.id, attempt=inbound.attempts + 1)
            return await self._failed(inbound, conversation)

    async def _pressed(self, inbound: InboundMessage, conversation: Conversation, *, is_with_bot: bool) -> Turn | None:
        if self.buttons is None:
            return None
        turn = await self.buttons.turn(self._bot, conversation, inbound, is_with_bot=is_with_bot)
        if turn is not None:
            # Whoever looks at the case sees what the customer decided.
            self.feed.publish(conversation.id, {"type": "note"})
        return turn

    async def _failed(self, inbound: InboundMessage, conversation: Conversation) -> Turn | None:
        """Count a failed turn, and return nothing so that it is tried again, or the end after the last try."""
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
        return await self._given_up(inbound, conversation)

    async def _given_up(self, inbound: InboundMessage, conversation: Conversation) -> Turn:
        """Hand over to a person instead of leaving the customer alone, and return what the customer is told."""
        language = conversation.language or conversation.locale or "en"
        async with self._uow() as uow:
            place = await escalations.hand_over(
                uow,
                conversation.id,
                EscalationReason.NOT_UNDERSTOOD,
                language,
                self._clock(),
                facts={"message": inbound.id},
                priority=Priority.HIGH,
                levels=self._levels,
            )
        message = self._bot.say("utter_internal_error", language)
        message.conversation_id, message.at = conversation.id, self._clock()
        if place.state is EscalationState.QUEUED:
            message.custom = {"handoff": {"state": HandledBy.QUEUED.value}}
        return Turn([message], [], None)

    async def _stored(
        self, inbound: InboundMessage, conversation: Conversation, turn: Turn, heard: customer_language.Heard | None
    ) -> Turn | None:
        """Make a turn durable, or the one that takes its place where it cannot be; None means to try again."""
        try:
            with metrics.stage("store"):
                await self._finish(inbound, conversation, turn, heard)
            return turn
        except Exception:
            if inbound.attempts >= MAX_ATTEMPTS:
                raise
            log.exception("router.not_stored", conversation_id=conversation.id, attempt=inbound.attempts + 1)
        # While the database is away this raises too: nothing is counted, and everything waits for it.
        instead = await self._failed(inbound, conversation)
        if instead is not None:
            with metrics.stage("store"):
                await self._finish(inbound, conversation, instead, None)
        return instead

    async def _finish(
        self, inbound: InboundMessage, conversation: Conversation, turn: Turn, heard: customer_language.Heard | None
    ) -> None:
        """Make the answer, the dialogue's memory and the end of the inbound message durable in one transaction."""
        now = self._clock()
        try:
            async with self._uow() as uow:
                kept = await self.sender.conversation(uow, conversation.id)
                kept.language = turn.language or kept.language
                if heard is not None:
                    await customer_language.change(uow, kept, inbound, heard)
                for message in turn.messages:
                    message.reply_to = inbound.id
                await self.sender.keep(uow, kept, turn.messages)
                if turn.events:
                    await uow.dialogue.append(conversation.id, turn.events)
                # Whoever made it ready may have put it off.
                state = inbound.state if inbound.state is InboxState.PUT_OFF else InboxState.PROCESSED
                await uow.inbox.update(replace(inbound, state=state, processed_at=now))
                await uow.commit()
        except Exception:
            # The live dialogue is ahead of the database now: the next try must not see this turn.
            self._bot.forget(conversation.id)
            raise


async def _as_it_is(conversation: Conversation, inbound: InboundMessage) -> Turn | None:
    return None


def _was_queued_by(inbound: InboundMessage, escalation: Escalation | None) -> bool:
    """Tell whether this message itself led to the handoff, in a process that ended before the customer was told."""
    return (
        escalation is not None
        and escalation.state is EscalationState.QUEUED
        and escalation.facts.get("message") == inbound.id
    )


def _client_id(message_id: str | None) -> dict[str, Any]:
    return {"client_message_id": message_id} if message_id else {}
