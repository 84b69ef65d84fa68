"""What conversations need of a bot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from bot.conversations.model import Conversation, InboundMessage, Message


@dataclass
class Turn:
    """What the bot says and remembers in answer to one message; nothing of it is durable yet.

    ``written`` is the language of a customer who writes one that the bot does not speak, and chose no other.
    """

    messages: list[Message]
    events: list[dict[str, Any]]
    language: str | None
    written: str | None = None


class Bot(Protocol):
    """Something that answers customers."""

    async def answer(self, conversation: Conversation, inbound: InboundMessage) -> Turn:
        """Return the answer to a message, or raise after forgetting the turn."""

    def forget(self, conversation_id: str) -> None:
        """Drop what is kept in memory of a conversation; the next answer starts from the database."""

    def say(self, response: str, language: str, **values: Any) -> Message:
        """Return a message by response name, for what happens outside of a turn."""
