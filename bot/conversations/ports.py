"""What conversations need of a database, a bot and the channels."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, Protocol

from bot.conversations.model import Conversation, InboundMessage, Message, OutboundMessage
from bot.services import ports


class Conversations(Protocol):
    """All conversations."""

    def add(self, conversation: Conversation) -> None:
        """Keep a new conversation."""

    async def get(self, conversation_id: str) -> Conversation | None:
        """Return a conversation, or None."""

    async def recent(self, limit: int = 50) -> list[Conversation]:
        """Return the conversations with the newest messages, newest first."""


class Messages(Protocol):
    """All transcripts."""

    async def add(self, message: Message) -> None:
        """Append a message and give it its id; ids grow within a conversation."""

    async def of(
        self, conversation_id: str, *, after: int = 0, with_notes: bool = False, limit: int = 500
    ) -> list[Message]:
        """Return a conversation's messages with a larger id, oldest first; the newest ``limit`` of them."""

    async def newest_in(self, conversation_ids: Collection[str]) -> dict[str, Message]:
        """Return, by conversation, the newest message that the customer can see."""

    async def get(self, message_id: int, *, to_change: bool = False) -> Message | None:
        """Return a message, or None; ``to_change`` keeps others from changing it meanwhile, so ask that first."""

    async def some(self, conversation_id: str, message_ids: Collection[int]) -> list[Message]:
        """Return those of a conversation's messages that have one of some ids, oldest first, notes included."""

    async def change(self, message: Message) -> None:
        """Write a message's text, image and custom facts anew."""

    async def replies_to(self, inbound_id: str) -> list[Message]:
        """Return what was answered to an inbound message, oldest first."""


class Inbox(Protocol):
    """Messages received, in the order of arrival."""

    async def add(self, message: InboundMessage) -> bool:
        """Keep a new message and give it its position, or return False where the channel delivered it before."""

    async def get(self, inbound_id: str) -> InboundMessage | None:
        """Return an inbound message, or None."""

    async def by_platform_id(self, channel: str, platform_message_id: str) -> InboundMessage | None:
        """Return the message a channel delivered under an id, or None."""

    async def update(self, message: InboundMessage) -> None:
        """Write a message's state, attempts and end of processing."""

    async def waiting(self, conversation_id: str) -> list[InboundMessage]:
        """Return a conversation's unprocessed messages, oldest first."""

    async def conversations_waiting(self) -> list[str]:
        """Return the conversations that have unprocessed messages, longest waiting first."""


class Outbox(Protocol):
    """Messages to be delivered."""

    def add(self, message: OutboundMessage) -> None:
        """Queue a transcript message for delivery."""

    async def pending(self, conversation_id: str) -> list[OutboundMessage]:
        """Return a conversation's undelivered messages, oldest first."""

    async def mark_sent(self, message_ids: list[int], now: datetime) -> None:
        """Record that messages reached the customer."""


class DialogueLog(Protocol):
    """The dialogue events of each conversation, one entry a turn."""

    async def append(self, conversation_id: str, events: list[dict[str, Any]]) -> None:
        """Keep the events of a turn."""

    async def load(self, conversation_id: str) -> list[dict[str, Any]]:
        """Return all events of a conversation, oldest first."""


class UnitOfWork(ports.UnitOfWork, Protocol):
    """One transaction over business and conversation repositories."""

    conversations: Conversations
    messages: Messages
    inbox: Inbox
    outbox: Outbox
    dialogue: DialogueLog
