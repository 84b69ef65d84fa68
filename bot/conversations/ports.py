"""What conversations need of a database, a bot and the channels."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, Protocol

from bot.conversations.export import ConversationExport
from bot.conversations.model import (
    Conversation,
    Correspondent,
    DeadGroup,
    InboundMessage,
    Message,
    OutboundMessage,
    OutboxDepth,
)
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
        self,
        conversation_id: str,
        *,
        after: int = 0,
        before: int | None = None,
        with_notes: bool = False,
        limit: int = 500,
    ) -> list[Message]:
        """Return a conversation's messages with ids between two, oldest first; the newest ``limit`` of them."""

    async def newest_in(self, conversation_ids: Collection[str]) -> dict[str, Message]:
        """Return, by conversation, the newest message that the customer can see."""

    async def last_heard(self, conversation_ids: Collection[str]) -> str | None:
        """Return the conversation in which a customer wrote last, or None where none has written."""

    async def get(self, message_id: int, *, to_change: bool = False) -> Message | None:
        """Return a message, or None; ``to_change`` keeps others from changing it meanwhile, so ask that first."""

    async def some(self, conversation_id: str, message_ids: Collection[int]) -> list[Message]:
        """Return those of a conversation's messages that have one of some ids, oldest first, notes included."""

    async def change(self, message: Message) -> None:
        """Write a message's text, image and custom facts anew."""

    async def keep_language(self, conversation_id: str, language: str, *, until: datetime) -> None:
        """Note the language of what a customer wrote until a moment, where none is noted yet."""

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

    async def conversations_waiting(self, before: datetime | None = None) -> list[str]:
        """Return the conversations that have unprocessed messages, or such from before a moment; oldest first."""

    async def put_off(self, limit: int) -> list[InboundMessage]:
        """Return messages whose files are not to be had yet, those first that were tried the longest ago."""

    async def claim_put_off(self, message: InboundMessage, now: datetime) -> bool:
        """Note that a message that was put off is tried now; False where somebody else tried it or took it up."""

    async def take_up(self, inbound_id: str) -> bool:
        """Let a message that was put off wait for its answer again; False where it is not put off any more."""

    async def depth(self) -> tuple[int, datetime | None]:
        """Return how many messages are unprocessed, and when the oldest of them was received."""


class Outbox(Protocol):
    """Messages to be delivered."""

    def add(self, message: OutboundMessage) -> None:
        """Queue a transcript message for delivery."""

    async def pending(self, conversation_id: str) -> list[OutboundMessage]:
        """Return a conversation's undelivered messages, oldest first."""

    async def mark_sent(self, message_ids: list[int], now: datetime) -> None:
        """Record that messages reached the customer."""

    async def due(self, channels: Collection[str], now: datetime, limit: int = 200) -> list[str]:
        """Return conversations of some channels whose oldest undelivered message is due, longest due first."""

    async def claim(self, conversation_id: str, now: datetime, until: datetime) -> OutboundMessage | None:
        """Take a conversation's oldest undelivered message for oneself until a moment, where it is due, and count it.

        Whoever dies meanwhile leaves it to the next who asks after that moment.
        """

    async def settle(self, message: OutboundMessage, *, is_claimed: bool = False) -> None:
        """Write a message's state, attempts, next attempt, end, platform id and error.

        What was claimed is settled only where nobody else has settled it since.
        """

    async def get(self, message_id: int, *, to_change: bool = False) -> OutboundMessage | None:
        """Return the outbox entry of a message, or None; ``to_change`` keeps others from claiming it meanwhile."""

    async def some(self, message_ids: Collection[int]) -> list[OutboundMessage]:
        """Return the outbox entries of some messages, oldest first; not all messages have one."""

    async def by_platform_id(self, channel: str, platform_message_id: str) -> list[OutboundMessage]:
        """Return the messages that a platform knows by an id, oldest first."""

    async def mark_delivered(self, message_ids: Collection[int], at: datetime) -> int:
        """Record when messages reached their customer, and return of how many that was not known; the first stays."""

    async def last_delivered_in(self, conversation_id: str) -> tuple[int, datetime] | None:
        """Return the newest of a conversation's messages that reached its customer, and when, where one is known to."""

    async def dead(self, limit: int = 200, before: int | None = None) -> list[OutboundMessage]:
        """Return what was given up, newest first; only what was said before a message, where one is given."""

    async def dead_groups(self) -> list[DeadGroup]:
        """Return how much was given up on each channel for each reason, the most first."""

    async def revive(self, channel: str, reason: str, now: datetime, limit: int) -> list[OutboundMessage]:
        """Let what a channel gave up for a reason be tried again from now on; return it, oldest first."""

    async def depths(self) -> list[OutboxDepth]:
        """Return, by channel and state, how much is undelivered or was given up."""

    async def failed_in(self, conversation_id: str) -> dict[int, str]:
        """Return the error codes of a conversation's messages that were given up, by message id."""


class Correspondents(Protocol):
    """Whom to write to on messaging platforms."""

    async def get(self, conversation_id: str) -> Correspondent | None:
        """Return a conversation's correspondent, or None."""

    async def at(self, channel: str, address: str, limit: int = 50) -> list[Correspondent]:
        """Return who has an address on a channel, newest first."""

    async def answers_to(self, channel: str, address: str, since: datetime) -> int:
        """Return how many letters that no person wrote went to an address, or its ``+tags``, since a moment."""

    async def keep(self, correspondent: Correspondent) -> None:
        """Write a correspondent, new or known."""


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
    correspondents: Correspondents
    dialogue: DialogueLog
    conversation_export: ConversationExport
