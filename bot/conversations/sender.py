"""Writing messages that no turn of the bot led to, and telling who looks on."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bot import metrics
from bot.conversations.feed import Feed
from bot.conversations.model import Conversation, HandledBy, Message, OutboundMessage
from bot.conversations.ports import UnitOfWork
from bot.services.ports import Clock


class Sender:
    """Puts messages into transcripts and onto their way to customers, in a transaction of its own or of its caller."""

    def __init__(self, uow: Callable[[], UnitOfWork], feed: Feed, clock: Clock) -> None:
        self._uow = uow
        self._feed = feed
        self._clock = clock

    async def send(self, message: Message) -> None:
        """Make a message durable and publish it."""
        async with self._uow() as uow:
            await self.keep(uow, await self.conversation(uow, message.conversation_id), [message])
            await uow.commit()
        self.publish([message])

    async def keep(self, uow: UnitOfWork, conversation: Conversation, messages: Sequence[Message]) -> None:
        """Add messages for the customer to a transaction; commits nothing, so publish them once it is durable."""
        for message in messages:
            await uow.messages.add(message)
            assert message.id is not None
            uow.outbox.add(OutboundMessage(message.id, conversation.id, conversation.channel, message.at))
            metrics.SENT.labels(conversation.channel, message.author.value).inc()
        if messages:
            conversation.last_message_at = messages[-1].at

    async def conversation(self, uow: UnitOfWork, conversation_id: str) -> Conversation:
        """Return a conversation, added to the transaction where it is new."""
        conversation = await uow.conversations.get(conversation_id)
        if conversation is None:
            conversation = Conversation(conversation_id, "web", self._clock(), self._clock())
            uow.conversations.add(conversation)
        return conversation

    def publish(self, messages: Sequence[Message]) -> None:
        """Tell whoever listens of messages that are durable."""
        for message in messages:
            self._feed.publish(message.conversation_id, {"type": "message", "message": message.as_json()})

    def publish_note(self, conversation_id: str) -> None:
        """Tell the desk that there is something new to read; customers hear nothing of it."""
        self._feed.publish(conversation_id, {"type": "note"})

    def publish_state(self, conversation_id: str, handler: HandledBy) -> None:
        """Tell whoever listens who handles a conversation now."""
        self._feed.publish(conversation_id, {"type": "state", "handled_by": handler.value})
