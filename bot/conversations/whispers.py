"""Whispers: what a supervisor tells the agent who holds a conversation, unseen by everybody else."""

from __future__ import annotations

from datetime import datetime

from bot.aftersales.audit import AuditEvent
from bot.conversations.model import Author, Message
from bot.conversations.ports import UnitOfWork
from bot.errors import ConflictError, NotFoundError


async def whisper(uow: UnitOfWork, conversation_id: str, author_id: str, text: str, now: datetime) -> Message:
    """Add a whisper to the agent who holds a conversation; commits nothing.

    Raises NotFoundError where the bot has the conversation, ConflictError where nobody or the author holds it.
    """
    handoff = await uow.escalations.open_of(conversation_id)
    if handoff is None:
        raise NotFoundError("open handoff", conversation_id)
    if handoff.agent_id in (None, author_id):
        raise ConflictError(conversation=conversation_id)
    custom = {"whisper": {"to": handoff.agent_id}}
    message = Message(conversation_id, Author.NOTE, text, now, custom=custom, agent_id=author_id)
    await uow.messages.add(message)
    event = AuditEvent(
        now, f"agent:{author_id}", "conversation.whispered", f"conversation:{conversation_id}", conversation_id,
        {"to": handoff.agent_id, "message": message.id},
    )  # fmt: skip
    uow.audit.add(event)
    return message


def may_read(message: Message, agent_id: str) -> bool:
    """Tell whether somebody at the desk may read a message: everything but whispers between two others."""
    whispered = message.custom.get("whisper")
    return whispered is None or agent_id in (whispered.get("to"), message.agent_id)
