"""The bot's answers, translated by machine, in languages that it understands but does not speak; marked as such."""

from __future__ import annotations

import asyncio
from typing import Any

from bot.conversations.bot import Bot, Turn
from bot.conversations.model import Conversation, InboundMessage, Message
from bot.conversations.translating import Translator
from bot.translation.result import Translation

PATIENCE_SECONDS = 2.0
"""How long an answer waits for its translation; what takes longer is sent without, and is remembered for next time."""

SHOWN_IN = "shown_in"
"""In ``custom``: the language of ``custom.translation`` that the customer reads first."""


class TranslatedBot:
    """A bot whose answers carry translations for customers who write what it does not speak.

    The answer itself stays in the language it is spoken in: that text was written by people, and it holds when the
    translation is doubted. Without an engine for the pair of languages nothing changes.
    """

    def __init__(self, bot: Bot, translator: Translator, patience_seconds: float = PATIENCE_SECONDS) -> None:
        self._bot = bot
        self._translator = translator
        self._patience_seconds = patience_seconds
        self._late: set[asyncio.Task[Any]] = set()

    async def answer(self, conversation: Conversation, inbound: InboundMessage) -> Turn:
        """Return the bot's answer, with translations where the customer needs them and an engine is in time."""
        turn = await self._bot.answer(conversation, inbound)
        written = turn.written
        if written is None:
            return turn
        tasks = {
            asyncio.create_task(self._translated(message, written)): message
            for message in turn.messages
            if self._translator.order(message.language or "", written)
        }
        if not tasks:
            return turn
        done, late = await asyncio.wait(tasks, timeout=self._patience_seconds)
        for task in done:
            if made := task.result():
                custom = tasks[task].custom
                custom["translation"] = {**custom.get("translation", {}), written: made}
                custom[SHOWN_IN] = written
        for task in late:
            # Left to end by itself, so that the cache has it the next time.
            self._late.add(task)
            task.add_done_callback(self._late.discard)
        return turn

    def forget(self, conversation_id: str) -> None:
        """Drop what the bot keeps in memory of a conversation."""
        self._bot.forget(conversation_id)

    def say(self, response: str, language: str, **values: Any) -> Message:
        """Return a message of the bot; who reads it is not known yet."""
        return self._bot.say(response, language, **values)

    async def _translated(self, message: Message, target: str) -> dict[str, Any] | None:
        """Return text, engine and the titles of the buttons in a language; None where the text is not to be had.

        A title that cannot be translated stays as it is.
        """
        source = message.language or ""
        texts = [message.text, *(button["title"] for button in message.buttons)]
        text, *titles = await asyncio.gather(*(self._translator.translate(each, source, target) for each in texts))
        if not isinstance(text, Translation):
            return None
        pairs = zip(titles, texts[1:], strict=True)
        named = [title.text if isinstance(title, Translation) else original for title, original in pairs]
        return {"text": text.text, "engine": text.engine, **({"buttons": named} if named else {})}
