"""A conversation's transcript as one agent reads it: translated, with what was edited, and how far people have read."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aiohttp import web

from bot.conversations.model import Author, Message
from bot.conversations.ports import UnitOfWork
from bot.conversations.translating import Translating, foreign, is_same, reading
from bot.conversations.whispers import may_read
from bot.conversations.words import CHANGEABLE_FOR, CHANGING_CHANNELS
from bot.desk.engines import ENGINES
from bot.desk.keys import visitor_of
from bot.desk.pages import texts_of
from bot.desk.workspace import Workspace
from bot.services.account import Account
from bot.services.words_model import CUSTOMER

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


@dataclass(frozen=True)
class Reader:
    """Who looks at a transcript: the account, and the language of its desk."""

    account: Account
    language: str

    def knows(self, language: str | None) -> bool:
        """Tell whether this person reads a language without help; one that nobody knows counts as read."""
        return language is None or any(is_same(language, known) for known in (self.language, *self.account.languages))


@dataclass(frozen=True)
class Transcript:
    """The entries of a page or of an update.

    ``changed`` are older messages that were edited or retracted since revision ``last_change`` of the page.
    ``read`` is how far the customer has read, ``unread_after`` how far this agent had, None on a first visit.
    The conversation ``is_other`` where its language is not that of the agent's desk, and ``is_foreign`` where the agent
    does not know it; ``can_translate`` tells whether there is an engine.
    """

    entries: list[Entry]
    changed: list[Entry]
    last_change: int
    read: tuple[int, datetime] | None
    unread_after: int | None
    language: str | None
    is_other: bool
    is_foreign: bool
    can_translate: bool


def reader_of(request: web.Request) -> Reader:
    """Return who looks at a transcript by a request."""
    return Reader(visitor_of(request).account, texts_of(request).language)


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
        changed = [message for message in known if may_read(message, reader.account.id)]
    states = {state.reader: state for state in await uow.read_states.of_conversation(conversation.id)}
    by_customer, mine = states.get(CUSTOMER), states.get(reader.account.id)
    language = conversation.language or conversation.locale
    return Transcript(
        entries=entries(work, work.messages, reader, now),
        changed=entries(work, changed, reader, now),
        last_change=(revisions[-1].id or 0) if revisions else changes or 0,
        read=(by_customer.message_id, by_customer.at) if by_customer else None,
        unread_after=mine.message_id if mine else None,
        language=language,
        is_other=language is not None and not is_same(language, reader.language),
        is_foreign=not reader.knows(language),
        can_translate=language is not None and translating.is_possible(language, reader.language),
    )


def entries(work: Workspace, messages: Iterable[Message], reader: Reader, now: datetime) -> list[Entry]:
    """Return messages of a conversation as entries."""
    default = work.conversation.language or work.conversation.locale
    channel = work.conversation.channel
    return [_entry(message, default, channel, reader, now) for message in messages]


def _entry(message: Message, default: str | None, channel: str, reader: Reader, now: datetime) -> Entry:
    known = reading(message, reader.language)
    is_mine = message.agent_id == reader.account.id
    can_change = message.author is Author.NOTE or (message.author is Author.AGENT and channel in CHANGING_CHANNELS)
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
