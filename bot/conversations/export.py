"""What exporting conversations needs of a database."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from bot.conversations.model import Conversation, Message
from bot.services.api_ports import Place


class ConversationExport(Protocol):
    """All conversations with what customers can see of them, in the order of their newest message."""

    async def page(self, since: datetime | None, after: Place | None, limit: int) -> list[Conversation]:
        """Return the conversations with a message from a moment on and behind a place, longest silent first."""

    async def exists(self, conversation_id: str) -> bool:
        """Tell whether there is such a conversation."""

    async def messages(self, conversation_id: str, after: int, limit: int) -> list[Message]:
        """Return the oldest messages with a larger id, without notes, oldest first."""
