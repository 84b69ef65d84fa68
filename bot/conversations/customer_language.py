"""Customers who change their language while people answer them, when no turn of the bot would notice."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

import structlog

from bot.conversations.model import Conversation, InboundMessage
from bot.conversations.ports import UnitOfWork

log = structlog.get_logger()

_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True)
class Heard:
    """The language that a message is in, or that it asks for: then the message itself is in the one so far."""

    language: str
    is_wish: bool = False


Hears = Callable[[Conversation, InboundMessage], Awaitable[Heard | None]]
"""Returns what a message says of the customer's language, or None where it says nothing for certain."""


async def hears_nothing(conversation: Conversation, inbound: InboundMessage) -> Heard | None:
    """Say of every message that its language is not known."""
    return None


async def changed(hears: Hears, conversation: Conversation, inbound: InboundMessage) -> Heard | None:
    """Return the language that a conversation goes on in from a message on, or None where it stays as it is.

    A failure to tell is no reason to keep the message from people.
    """
    try:
        heard = await hears(conversation, inbound)
    except Exception:
        log.warning("customer_language.unknown", exc_info=True)
        return None
    return heard if heard is not None and heard.language != conversation.language else None


async def change(uow: UnitOfWork, conversation: Conversation, inbound: InboundMessage, heard: Heard) -> None:
    """Go on in another language: translations, whoever is to answer, and what the desk shows; commits nothing.

    What the customer wrote before stays in the language it was written in.
    """
    before = conversation.language or conversation.locale
    if before is not None:
        until = inbound.received_at if heard.is_wish else inbound.received_at - _INSTANT
        await uow.messages.keep_language(conversation.id, before, until=until)
    conversation.language = heard.language
    handoff = await uow.escalations.open_of(conversation.id)
    if handoff is not None:
        handoff.language = heard.language
