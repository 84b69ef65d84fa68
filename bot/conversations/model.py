"""Conversations, their messages, and the work lists inbox and outbox."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.aftersales.labels import Label


class Author(Label):
    """Who wrote a message."""

    CUSTOMER = "customer"
    BOT = "bot"
    AGENT = "agent"
    SYSTEM = "system"
    NOTE = "note"
    """An agent's internal note: never leaves the desk."""


class HandledBy(Label):
    """Who answers the customer now."""

    BOT = "bot"
    QUEUED = "queued"
    HUMAN = "human"


class InboxState(Label):
    """How far an inbound message has come."""

    RECEIVED = "received"
    PROCESSED = "processed"
    FAILED = "failed"
    PUT_OFF = "put_off"
    """Its file is not to be had yet: the conversation goes on without it, and it is taken up again."""


class OutboxState(Label):
    """How far an outbound message has come."""

    PENDING = "pending"
    SENT = "sent"
    FAILED = "failed"


DESK_ONLY = frozenset({"translation", "original", "mentions"})
"""Facts of messages that no customer gets to see."""


@dataclass(eq=False)
class Conversation:
    """One customer on one channel; ``id`` is the sender id, ``language`` BCP 47 or None until known."""

    id: str
    channel: str
    created_at: datetime
    last_message_at: datetime
    language: str | None = None
    locale: str | None = None


@dataclass(eq=False)
class Message:
    """One entry of a transcript.

    ``response`` is the response name a bot message came from. ``reply_to`` is the id of the inbound message that
    caused it. ``buttons`` are ``{"title", "payload"}``, ``custom`` holds machine-readable facts.
    """

    conversation_id: str
    author: Author
    text: str
    at: datetime
    response: str | None = None
    language: str | None = None
    buttons: list[dict[str, str]] = field(default_factory=list)
    image: str | None = None
    custom: dict[str, Any] = field(default_factory=dict)
    reply_to: str | None = None
    agent_id: str | None = None
    id: int | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the message as channels' clients see it (the message contract)."""
        return {
            "recipient_id": self.conversation_id,
            "message_id": str(self.id),
            "author": self.author.value,
            "response": self.response,
            "language": self.language,
            "text": self.text,
            "buttons": self.buttons,
            "image": self.image,
            "custom": self._facts_for_customers(),
            "at": self.at.isoformat(),
        }

    def _facts_for_customers(self) -> dict[str, Any]:
        facts = {key: value for key, value in self.custom.items() if key not in DESK_ONLY}
        shown_in = self.custom.get("shown_in")
        made = self.custom.get("translation", {}).get(shown_in) if shown_in else None
        # Of the translations that were made for people, the customer gets the one that was made for the customer.
        return {**facts, "translation": {shown_in: made}} if made else facts


@dataclass(eq=False)
class InboundMessage:
    """What a customer sent, kept before anything else happens.

    ``platform_message_id`` is unique within a channel; ``text`` may be a button payload (``/affirm``), ``title``
    then is what the customer saw on the button. ``metadata`` is what the channel knows (``language``: prior).
    """

    id: str
    conversation_id: str
    channel: str
    platform_message_id: str
    text: str
    received_at: datetime
    metadata: dict[str, Any] = field(default_factory=dict)
    title: str | None = None
    state: InboxState = InboxState.RECEIVED
    attempts: int = 0
    processed_at: datetime | None = None
    position: int | None = None


@dataclass(eq=False)
class OutboundMessage:
    """A transcript message on its way to the customer.

    ``platform_message_id`` is what the platform calls it once it is sent, ``error`` the code of what went wrong last.
    ``next_attempt_at`` of what was given up is when that was. ``delivered_at`` is when it reached the customer, on
    platforms that tell; whoever sends it again keeps that moment.
    """

    message_id: int
    conversation_id: str
    channel: str
    next_attempt_at: datetime
    state: OutboxState = OutboxState.PENDING
    attempts: int = 0
    sent_at: datetime | None = None
    platform_message_id: str | None = None
    error: str | None = None
    delivered_at: datetime | None = None


@dataclass(frozen=True)
class OutboxDepth:
    """How many messages of a channel are in a state, and when the first of them is to be tried next."""

    channel: str
    state: OutboxState
    messages: int
    next_attempt_at: datetime


@dataclass(frozen=True)
class DeadGroup:
    """How many messages of a channel were given up for one reason, a code."""

    channel: str
    reason: str
    messages: int


@dataclass(eq=False)
class Correspondent:
    """Whom to write to in a conversation on a messaging platform.

    ``address`` is the platform's (a chat, a phone number, an e-mail address), ``facts`` is what the platform needs
    beside it, ``heard_at`` when the customer wrote last.
    """

    conversation_id: str
    channel: str
    address: str
    heard_at: datetime
    facts: dict[str, Any] = field(default_factory=dict)
