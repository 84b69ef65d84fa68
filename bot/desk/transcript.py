"""A conversation's transcript as one agent reads it: translated, with what was edited, and how far people have read."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from bot.conversations.model import Author, Message
from bot.conversations.ports import UnitOfWork
from bot.conversations.translating import Translating, foreign, is_same, reading
from bot.conversations.whispers import may_read
from bot.conversations.words import CHANGEABLE_FOR
from bot.desk.engines import ENGINES
from bot.desk.keys import desk_of, visitor_of
from bot.desk.pages import texts_of
from bot.desk.workspace import Workspace
from bot.services.account import Account
from bot.services.words_model import CUSTOMER

_LATELY = timedelta(minutes=2)
"""For how long a file is shown anew: a page asks for what is new at least so often."""

_NAME = re.compile(r"(@[\w.-]*\w)")


@dataclass(frozen=True)
class Entry:
    """One message as it is shown.

    ``other`` is its text in the agent's language, with the ``engine`` that made it; for an answer that was translated
    before it was sent it is what its author wrote. ``is_foreign`` asks the page to have it translated.
    ``changeable_seconds`` are left to change one's own message; a
    span, because the clocks of browsers are wrong. ``parts`` are pieces of the text, and whether
    they name somebody.
    """

    message: Message
    other: str | None
    engine: str | None
    is_written_by_agent: bool
    is_foreign: bool
    changeable_seconds: int | None
    parts: list[tuple[str, bool]]

    @property
    def is_retracted(self) -> bool:
        """Tell whether its author took it back."""
        return "retracted" in self.message.custom

    @property
    def is_edited(self) -> bool:
        """Tell whether its author changed it after sending."""
        return "edited" in self.message.custom

    @property
    def is_correction(self) -> bool:
        """Tell whether the customer changed an earlier message on the platform, and this is what it says now."""
        return "edit_of" in self.message.custom

    @property
    def is_awaited_file(self) -> bool:
        """Tell whether it is a customer's file that the platform has not given out."""
        message = self.message
        return message.author is Author.CUSTOMER and not (
            message.text or message.image or message.custom.get("attachment")
        )


@dataclass(frozen=True)
class Reader:
    """Who looks at a transcript: the account, and the language of its desk.

    On ``changing_channels`` what was sent can be changed.
    """

    account: Account
    language: str
    changing_channels: frozenset[str] = frozenset()

    def knows(self, language: str | None) -> bool:
        """Tell whether this person reads a language without help; one that nobody knows counts as read."""
        return language is None or any(is_same(language, known) for known in (self.language, *self.account.languages))


@dataclass(frozen=True)
class Transcript:
    """The entries of a page or of an update.

    ``changed`` are older messages that were edited or retracted since revision ``last_change`` of the page, or whose
    file has just come.
    ``read`` is how far the customer has read, ``delivered`` the newest message that is known to have arrived, each with
    the moment; ``unread_after`` is how far this agent had read, None on a first visit.
    The conversation ``is_other`` where its language is not that of the agent's desk, and ``is_foreign`` where the agent
    does not know it; ``can_translate`` tells whether there is an engine.
    """

    entries: list[Entry]
    changed: list[Entry]
    last_change: int
    read: tuple[int, datetime] | None
    delivered: tuple[int, datetime] | None
    unread_after: int | None
    language: str | None
    is_other: bool
    is_foreign: bool
    can_translate: bool


def reader_of(request: web.Request) -> Reader:
    """Return who looks at a transcript by a request."""
    changing = desk_of(request).router.words.changing_channels
    return Reader(visitor_of(request).account, texts_of(request).language, changing)


async def load(
    uow: UnitOfWork,
    work: Workspace,
    reader: Reader,
    translating: Translating,
    now: datetime,
    *,
    after: int = 0,
    changes: int | None = None,
) -> Transcript:
    """Return the transcript of a loaded workspace; ``changes`` is the last revision that a page knows."""
    conversation = work.conversation
    revisions = await uow.revisions.of_conversation(conversation.id, changes or 0)
    changed: list[Message] = []
    if changes is not None:
        ids = {revision.message_id for revision in revisions if revision.message_id <= after}
        known = await uow.messages.some(conversation.id, ids)
        known += [message for message in await _completed(uow, conversation.id, after, now) if message.id not in ids]
        changed = [message for message in known if may_read(message, reader.account.id)]
    states = {state.reader: state for state in await uow.read_states.of_conversation(conversation.id)}
    by_customer, mine = states.get(CUSTOMER), states.get(reader.account.id)
    language = conversation.language or conversation.locale
    return Transcript(
        entries=entries(work, work.messages, reader, now),
        changed=entries(work, changed, reader, now),
        last_change=(revisions[-1].id or 0) if revisions else changes or 0,
        read=(by_customer.message_id, by_customer.at) if by_customer else None,
        delivered=await uow.outbox.last_delivered_in(conversation.id),
        unread_after=mine.message_id if mine else None,
        language=language,
        is_other=language is not None and not is_same(language, reader.language),
        is_foreign=not reader.knows(language),
        can_translate=language is not None and translating.is_possible(language, reader.language),
    )


async def _completed(uow: UnitOfWork, conversation_id: str, until: int, now: datetime) -> list[Message]:
    """Return the messages up to one whose files came so lately that a page may show them without."""
    sent = await uow.evidence.of_conversation(conversation_id)
    fresh = {piece.id for piece in sent if piece.agent_id is None and piece.received_at > now - _LATELY}
    if not fresh:
        return []
    told = await uow.messages.of(conversation_id, before=until + 1)
    return [message for message in told if message.custom.get("attachment", {}).get("id") in fresh]


def entries(work: Workspace, messages: Iterable[Message], reader: Reader, now: datetime) -> list[Entry]:
    """Return messages of a conversation as entries."""
    default = work.conversation.language or work.conversation.locale
    channel = work.conversation.channel
    return [_entry(message, default, channel, reader, now) for message in messages]


def _entry(message: Message, default: str | None, channel: str, reader: Reader, now: datetime) -> Entry:
    known = reading(message, reader.language)
    is_mine = message.agent_id == reader.account.id
    is_changing = channel in reader.changing_channels
    can_change = message.author is Author.NOTE or (message.author is Author.AGENT and is_changing)
    left = int((message.at + CHANGEABLE_FOR - now).total_seconds())
    return Entry(
        message=message,
        other=known["text"] if known else None,
        engine=ENGINES.get(known["engine"], known["engine"]) if known else None,
        is_written_by_agent=bool(known and known["is_original"]),
        is_foreign=foreign(message, default, reader.language) is not None,
        changeable_seconds=left if is_mine and can_change and left > 0 and not _is_retracted(message) else None,
        parts=_parts(message),
    )


def _is_retracted(message: Message) -> bool:
    return "retracted" in message.custom


def _parts(message: Message) -> list[tuple[str, bool]]:
    names: list[Any] = message.custom.get("mentions", [])
    if not names:
        return [(message.text, False)]
    return [(part, part[1:].casefold() in names and part[0] == "@") for part in _NAME.split(message.text) if part]
