"""Translating what is said in a conversation for the people of the desk, and what they answer for customers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from typing import Any, Protocol

from bot.conversations.model import Author, Message
from bot.conversations.ports import UnitOfWork
from bot.translation.result import Reason, Translation, Unavailable

Outcome = Translation | Unavailable

MOST_AT_ONCE = 50
"""How many messages are translated for one request."""

_ENGINES_AT_ONCE = 4


class Translator(Protocol):
    """Whoever translates texts; ``bot.translation.service.Translations`` does."""

    async def translate(self, text: str, source: str, target: str) -> Outcome:
        """Return a text in another language (BCP 47), or why it is not to be had."""

    def order(self, source: str, target: str) -> tuple[str, ...]:
        """Return the engines that are asked for a pair of languages, in order."""


class Translating:
    """Has messages translated once, and keeps the translations with them."""

    def __init__(self, uow: Callable[[], UnitOfWork], translator: Translator) -> None:
        self._uow = uow
        self._translator = translator

    def is_possible(self, source: str, target: str) -> bool:
        """Tell whether any engine would be asked."""
        return bool(self._translator.order(source, target))

    async def text(self, text: str, source: str, target: str) -> Outcome:
        """Return a text that is not sent yet in another language."""
        return await self._translator.translate(text, source, target)

    async def messages(
        self, conversation_id: str, message_ids: Collection[int], target: str
    ) -> dict[int, Unavailable | None]:
        """Translate some messages into a language and keep that; return why those failed that did, None for the rest.

        Messages that need none are left out: notes, retracted ones, those without words or in that language.
        """
        async with self._uow() as uow:
            conversation = await uow.conversations.get(conversation_id)
            if conversation is None:
                return {}
            known = await uow.messages.some(conversation_id, list(message_ids)[:MOST_AT_ONCE])
        default = conversation.language or conversation.locale
        gate = asyncio.Semaphore(_ENGINES_AT_ONCE)

        async def one(message: Message, source: str) -> tuple[int, Unavailable | None] | None:
            assert message.id is not None
            async with gate:
                outcome = await self._translator.translate(message.text, source, target)
            if isinstance(outcome, Translation):
                return message.id, await self._keep(message, outcome, target)
            if outcome.reason in (Reason.NOTHING_TO_TRANSLATE, Reason.SAME_LANGUAGE):
                return None
            return message.id, outcome

        wanted = [(message, source) for message in known if (source := foreign(message, default, target))]
        found = await asyncio.gather(*(one(message, source) for message, source in wanted))
        return dict(entry for entry in found if entry is not None)

    async def _keep(self, seen: Message, made: Translation, target: str) -> Unavailable | None:
        async with self._uow() as uow:
            assert seen.id is not None
            message = await uow.messages.get(seen.id, to_change=True)
            if message is None or message.text != seen.text:
                # It was edited or retracted meanwhile: what was made is of something else.
                return None
            kept = {**message.custom.get("translation", {}), target: {"text": made.text, "engine": made.engine}}
            message.custom = {**message.custom, "translation": kept}
            await uow.messages.change(message)
            await uow.commit()
        return None


def foreign(message: Message, default: str | None, target: str) -> str | None:
    """Return the language of a message that somebody who reads ``target`` needs translated, or None for all others.

    ``default`` is the language of the conversation, which customers' messages are taken to be in.
    """
    if message.author is Author.NOTE or not message.text.strip() or "original" in message.custom:
        return None
    source = message.language or default
    if source is None or target in message.custom.get("translation", {}) or is_same(source, target):
        return None
    return source


def is_same(one: str, other: str) -> bool:
    """Tell whether whoever reads one language reads the other; Chinese in its two scripts counts as one."""
    return one.split("-")[0] == other.split("-")[0]


def reading(message: Message, target: str) -> dict[str, Any] | None:
    """Return ``text`` and ``engine`` of what the desk shows beside a message in a language, or None.

    For a colleague's translated answer that is what the colleague wrote.
    """
    original = message.custom.get("original")
    if original is not None:
        return {"text": original["text"], "engine": original["engine"], "is_original": True}
    made = message.custom.get("translation", {}).get(target)
    return {**made, "is_original": False} if made else None
