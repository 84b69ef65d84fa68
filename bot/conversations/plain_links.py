"""Links to documents as text, for channels that show nothing else of a message."""

from __future__ import annotations

from typing import Any

from bot.conversations.bot import Bot, Turn
from bot.conversations.model import Conversation, InboundMessage, Message

_SHOWN_BY = frozenset({"web"})
"""Channels whose clients make a link of ``custom.document`` themselves."""


def append_link(message: Message, channel: str, public_url: str | None) -> None:
    """Write the address of a message's document on a line of its own under the text.

    Nothing is appended where the channel's client shows documents itself, or without the shop's public address: a path
    alone leads nowhere outside of a page.
    """
    paper = message.custom.get("document")
    if paper and public_url and channel not in _SHOWN_BY:
        message.text = f"{message.text}\n{public_url}{paper['url']}"


class PlainLinks:
    """A bot whose answers carry links to documents in their text, where the channel needs that."""

    def __init__(self, bot: Bot, public_url: str) -> None:
        self._bot = bot
        self._public_url = public_url

    async def answer(self, conversation: Conversation, inbound: InboundMessage) -> Turn:
        """Return the bot's answer with its links."""
        turn = await self._bot.answer(conversation, inbound)
        for message in turn.messages:
            append_link(message, conversation.channel, self._public_url)
        return turn

    def forget(self, conversation_id: str) -> None:
        """Drop what the bot keeps in memory of a conversation."""
        self._bot.forget(conversation_id)

    def say(self, response: str, language: str, **values: Any) -> Message:
        """Return a message of the bot; nobody knows yet on which channel it is said."""
        return self._bot.say(response, language, **values)
