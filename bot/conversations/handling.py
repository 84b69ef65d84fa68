"""Who handles a conversation: people take it over, pass it on and give it back, and the customer is told."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from bot.aftersales.escalation import Escalation, EscalationState, GivenBy
from bot.conversations import whispers
from bot.conversations.bot import Bot
from bot.conversations.model import Author, Conversation, HandledBy, InboundMessage, Message
from bot.conversations.ports import UnitOfWork
from bot.conversations.sender import Sender
from bot.conversations.turns import Turns
from bot.errors import NotFoundError
from bot.services import escalations
from bot.services.escalations import QueuePlace
from bot.services.instructions import Instruction
from bot.services.ports import Clock

RESUME = "/resume"
"""The payload that tells the bot that a person gave the conversation back to it."""


class Handling:
    """Moves conversations between bot, queue and people.

    What is changed and what the customer is told of it are one transaction: whatever dies in between leaves either
    both or nothing. Each step waits for the turn that the bot is in.
    """

    def __init__(
        self,
        uow: Callable[[], UnitOfWork],
        bot: Bot,
        sender: Sender,
        turns: Turns,
        clock: Clock,
        wake: Callable[[str], None],
    ) -> None:
        self._uow = uow
        self._bot = bot
        self._sender = sender
        self._turns = turns
        self._clock = clock
        self._wake = wake
        self.on_change: Callable[[], None] = lambda: None
        """Called after a place in the queue or with an agent became free."""

    async def handled_by(self, conversation_id: str) -> HandledBy:
        """Return who answers the customer now."""
        async with self._uow() as uow:
            return handler_of(await uow.escalations.open_of(conversation_id))

    async def take_over(
        self, conversation_id: str, agent_id: str, agent_name: str, *, seen_with: str | None = None
    ) -> None:
        """Give the conversation to an agent who asked for it, and tell the customer.

        Raises NotFoundError where there is none, ConflictError where somebody else has it than the agent saw
        (``seen_with``, see ``escalations.holder_key``).
        """
        async with self._turns.of(conversation_id), self._uow() as uow:
            conversation = await self._known(uow, conversation_id)
            language = _language(conversation)
            await escalations.take_over(uow, conversation_id, agent_id, language, self._clock(), seen_with=seen_with)
            joined = await self._tell(uow, conversation, "utter_handoff_joined", HandledBy.HUMAN, agent_id, agent_name)
            await uow.commit()
        self._publish(joined, HandledBy.HUMAN)

    async def give(
        self, conversation_id: str, agent_id: str, agent_name: str, given_by: GivenBy, actor: str, seen_with: str
    ) -> None:
        """Give the conversation to an agent who did not ask for it, and tell the customer.

        Raises ConflictError where the conversation is not with ``seen_with`` any more.
        """
        async with self._turns.of(conversation_id), self._uow() as uow:
            conversation = await self._known(uow, conversation_id)
            await escalations.give(uow, conversation_id, agent_id, given_by, actor, self._clock(), seen_with=seen_with)
            joined = await self._tell(uow, conversation, "utter_handoff_joined", HandledBy.HUMAN, agent_id, agent_name)
            await uow.commit()
        self._publish(joined, HandledBy.HUMAN)

    async def release(
        self, conversation_id: str, actor: str, why: str, *, seen_with: str, passes_over: bool = False,
        team: str | None = None,
    ) -> QueuePlace:  # fmt: skip
        """Put the conversation back into the queue, of another ``team`` where one is given, and tell the customer.

        Raises ConflictError where the conversation is not with ``seen_with`` any more.
        """
        async with self._turns.of(conversation_id), self._uow() as uow:
            conversation = await self._known(uow, conversation_id)
            place = await escalations.release(
                uow, conversation_id, actor, why, self._clock(),
                seen_with=seen_with, passes_over=passes_over, team=team,
            )  # fmt: skip
            moved = await self._tell(uow, conversation, "utter_handoff_requeued", HandledBy.QUEUED)
            await uow.commit()
        self._publish(moved, HandledBy.QUEUED)
        self.on_change()
        return place

    async def tell_place(self, conversation_id: str, place: QueuePlace, *, told_at: datetime | None) -> None:
        """Tell a customer who still waits the new place in the queue, unless one was told after ``told_at``."""
        async with self._turns.of(conversation_id), self._uow() as uow:
            handoff = await uow.escalations.open_of(conversation_id)
            if handoff is None or handoff.id is None or handoff.state is not EscalationState.QUEUED:
                return
            conversation = await self._known(uow, conversation_id)
            told = place.position, place.expected_wait_seconds
            if not await uow.routing.claim_notice(handoff.id, told_at, *told, self._clock()):
                return
            message = self._say(conversation, "utter_handoff_place", **place.values)
            message.custom = {"handoff": place.as_fact()}
            await self._sender.keep(uow, conversation, [message])
            await uow.commit()
        self._sender.publish([message])

    async def return_to_bot(
        self,
        conversation_id: str,
        agent_id: str,
        instruction: Instruction | None = None,
        *,
        first: Callable[[UnitOfWork], Awaitable[bool]] | None = None,
    ) -> None:
        """Give the conversation back to the bot, which goes on where it was or does as it is told.

        ``first`` does what comes before that in the same transaction, and tells whether the bot may have the
        conversation; otherwise it stays with the agent, and what was done is kept. Raises ConflictError where a
        colleague has it, NotFoundError where the bot has it.
        """
        async with self._turns.of(conversation_id), self._uow() as uow:
            await escalations.held_by(uow, conversation_id, agent_id)
            if first is not None and not await first(uow):
                await uow.commit()
                return
            await escalations.return_to_bot(uow, conversation_id, agent_id, self._clock(), instruction)
            conversation = await self._sender.conversation(uow, conversation_id)
            await uow.inbox.add(inbound_of(conversation_id, conversation.channel, RESUME, self._clock()))
            await uow.commit()
        self._sender.publish_state(conversation_id, HandledBy.BOT)
        self._wake(conversation_id)
        self.on_change()

    async def resolve(self, conversation_id: str, agent_id: str) -> None:
        """End the handoff and tell the customer; the bot answers what comes next."""
        async with self._turns.of(conversation_id), self._uow() as uow:
            await escalations.resolve(uow, conversation_id, agent_id, self._clock())
            conversation = await self._sender.conversation(uow, conversation_id)
            done = await self._tell(uow, conversation, "utter_handoff_resolved", HandledBy.BOT, agent_id)
            await uow.commit()
        self._publish(done, HandledBy.BOT)
        self.on_change()

    async def close(self, conversation_id: str, agent_id: str, *, seen_with: str) -> None:
        """End the handoff for whoever answers for it from now on, without joining first; the bot answers what comes.

        Raises ConflictError where the conversation is not with ``seen_with`` any more, NotFoundError where the bot has
        it.
        """
        async with self._turns.of(conversation_id), self._uow() as uow:
            conversation = await self._known(uow, conversation_id)
            await escalations.close(uow, conversation_id, agent_id, self._clock(), seen_with=seen_with)
            done = await self._tell(uow, conversation, "utter_handoff_resolved", HandledBy.BOT, agent_id)
            await uow.commit()
        self._publish(done, HandledBy.BOT)
        self.on_change()

    async def whisper(self, conversation_id: str, author_id: str, text: str) -> Message:
        """Tell the agent who holds a conversation something that nobody else reads; raises what ``whisper`` raises."""
        async with self._uow() as uow:
            message = await whispers.whisper(uow, conversation_id, author_id, text, self._clock())
            await uow.commit()
        self._sender.publish_note(conversation_id)
        return message

    async def _known(self, uow: UnitOfWork, conversation_id: str) -> Conversation:
        conversation = await uow.conversations.get(conversation_id)
        if conversation is None:
            raise NotFoundError("conversation", conversation_id)
        return conversation

    async def _tell(
        self,
        uow: UnitOfWork,
        conversation: Conversation,
        response: str,
        handler: HandledBy,
        agent_id: str | None = None,
        agent_name: str | None = None,
    ) -> Message:
        values = {} if agent_name is None else {"agent": agent_name}
        message = self._say(conversation, response, agent_id=agent_id, **values)
        message.custom = {"handoff": {"state": handler.value}}
        await self._sender.keep(uow, conversation, [message])
        return message

    def _say(self, conversation: Conversation, response: str, **values: Any) -> Message:
        message = self._bot.say(response, _language(conversation), **values)
        message.conversation_id, message.author, message.at = conversation.id, Author.SYSTEM, self._clock()
        return message

    def _publish(self, message: Message, handler: HandledBy) -> None:
        self._sender.publish([message])
        self._sender.publish_state(message.conversation_id, handler)


def handler_of(escalation: Escalation | None) -> HandledBy:
    """Return who answers a customer whose conversation is in this handoff."""
    if escalation is None:
        return HandledBy.BOT
    return HandledBy.HUMAN if escalation.state is EscalationState.ASSIGNED else HandledBy.QUEUED


def is_resume(text: str) -> bool:
    """Tell whether a text would be read as our own word that a person gave the conversation back."""
    return text.strip().partition("{")[0] == RESUME


def inbound_of(
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


def _language(conversation: Conversation) -> str:
    return conversation.language or conversation.locale or "en"
