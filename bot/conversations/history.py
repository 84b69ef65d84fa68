"""Reading a conversation page by page, as clients that were away do."""

from __future__ import annotations

from bot.conversations.model import Message
from bot.conversations.ports import UnitOfWork

PAGE = 500
"""How many messages are read at once."""


async def page(uow: UnitOfWork, conversation_id: str, after: int | None) -> list[Message]:
    """Return what comes next after a message, or the newest messages where none is named; oldest first, without notes.

    The newest after an absence would leave a gap that nobody sees.
    """
    if after is None:
        return await uow.messages.of(conversation_id, limit=PAGE)
    return await uow.conversation_export.messages(conversation_id, after, PAGE)
