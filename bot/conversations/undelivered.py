"""Messages that no platform would take: listed for people, who may send them again, singly or all of a kind."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from bot.aftersales.audit import AuditEvent
from bot.conversations.model import Conversation, Message, OutboundMessage, OutboxState
from bot.conversations.ports import UnitOfWork
from bot.errors import NotFoundError

RESENT = "message.resent"

MOST_AT_ONCE = 200
"""How many messages are sent again at once: one transaction, which keeps no database busy for long."""


@dataclass(frozen=True)
class DeadLetter:
    """A message that did not reach its customer, and why (``entry.error``)."""

    entry: OutboundMessage
    message: Message
    conversation: Conversation


async def dead_letters(uow: UnitOfWork, limit: int, before: int | None = None) -> list[DeadLetter]:
    """Return what was given up, newest first; only what was said before a message, where one is given."""
    found = []
    for entry in await uow.outbox.dead(limit, before):
        message = await uow.messages.get(entry.message_id)
        conversation = await uow.conversations.get(entry.conversation_id)
        if message is not None and conversation is not None:
            found.append(DeadLetter(entry, message, conversation))
    return found


async def resend(uow: UnitOfWork, message_id: int, agent_id: str, now: datetime) -> OutboundMessage:
    """Let a dead message be tried again from now on; the caller commits.

    Raises NotFoundError where it is not dead (any more).
    """
    entry = await uow.outbox.get(message_id)
    if entry is None or entry.state is not OutboxState.FAILED:
        raise NotFoundError("dead message", str(message_id))
    await uow.outbox.settle(replace(entry, state=OutboxState.PENDING, attempts=0, next_attempt_at=now, error=None))
    note_resent(uow, entry, f"agent:{agent_id}", now)
    return entry


async def resend_all(
    uow: UnitOfWork, channel: str, reason: str, agent_id: str, now: datetime, limit: int = MOST_AT_ONCE
) -> list[OutboundMessage]:
    """Let what a channel gave up for a reason be tried again from now on, the oldest first; the caller commits.

    Raises NotFoundError where nothing of it is dead (any more).
    """
    entries = await uow.outbox.revive(channel, reason, now, limit)
    if not entries:
        raise NotFoundError("dead messages", channel)
    for entry in entries:
        note_resent(uow, entry, f"agent:{agent_id}", now)
    return entries


def note_resent(uow: UnitOfWork, entry: OutboundMessage, actor: str, now: datetime) -> None:
    """Keep who let a message be sent again."""
    uow.audit.add(AuditEvent(now, actor, RESENT, _subject(entry), entry.conversation_id, {"channel": entry.channel}))


async def was_resent_by(uow: UnitOfWork, entry: OutboundMessage, actor: str) -> bool:
    """Tell whether somebody has let a message be sent again."""
    told = await uow.audit.of_subject(_subject(entry))
    return any((event.actor, event.action) == (actor, RESENT) for event in told)


def _subject(entry: OutboundMessage) -> str:
    return f"message:{entry.message_id}"
