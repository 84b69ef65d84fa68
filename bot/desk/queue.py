"""The inbox as the desk shows it: a page of conversations, what changed in it, and what was found."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.aftersales.escalation import EscalationState
from bot.aftersales.labels import IssueType
from bot.conversations.model import Author, HandledBy, Message
from bot.conversations.ports import UnitOfWork
from bot.desk.inbox_address import Asked
from bot.services import desk_settings, search
from bot.services.account import Account
from bot.services.desk_settings import Tag
from bot.services.inbox_ports import Choices, EntryKind, Found, Listed, View, Viewer, Wanted
from bot.services.search import Results
from bot.services.search_words import snippet

PAGE = 50
MOST_COUNTED = 1000
"""Closed conversations and those of the bot are not counted further."""

MOST_FOUND = 500
_PREVIEW = 120


@dataclass(frozen=True)
class Row:
    """One conversation in the inbox.

    ``key`` is where it stands, see ``Asked.key``; ``name`` is None for who has not proved an order. ``attachment`` is
    the kind of what came with the newest message, which says nothing more where it ``is_retracted``. ``found`` says why
    a search found it; ``preview`` then is the part of the text around what was searched for.
    """

    listed: Listed
    key: str
    name: str | None
    handled_by: HandledBy
    holder: str | None
    is_mine: bool
    tags: Sequence[Tag]
    preview: str
    preview_by: Author | None
    attachment: str | None
    is_retracted: bool
    found: Found | None = None

    @property
    def conversation_id(self) -> str:
        """Return which conversation it is."""
        return self.listed.conversation_id


@dataclass(frozen=True)
class Queue:
    """A page of the inbox; ``next_key`` leads to the next one, None on the last."""

    asked: Asked
    rows: list[Row]
    counts: Mapping[View, int]
    next_key: str | None


@dataclass(frozen=True)
class Offered:
    """What the filters and the actions on several conversations offer."""

    choices: Choices
    issue_types: Sequence[IssueType]
    agents: Sequence[Account]
    tags: Sequence[Tag]


@dataclass(frozen=True)
class Changes:
    """What became of some conversations: those that are in the view, with how many there are in each."""

    rows: list[Row]
    counts: Mapping[View, int]


@dataclass(frozen=True)
class Marks:
    """What people put on a conversation, and which tags they may put on it."""

    tags: Sequence[Tag]
    others: Sequence[Tag]
    snoozed_until: datetime | None


async def load(uow: UnitOfWork, account: Account, asked: Asked, now: datetime) -> Queue:
    """Return the first page, or the one after ``asked.after``, with the counts of all views."""
    rows, next_key = await more(uow, account, asked, now)
    return Queue(asked, rows, await uow.inboxes.counts(_viewer(account), now, MOST_COUNTED), next_key)


async def more(uow: UnitOfWork, account: Account, asked: Asked, now: datetime) -> tuple[list[Row], str | None]:
    """Return a page of rows, and the key after which the next one begins."""
    if asked.query:
        return await _found(uow, account, asked, now)
    after = asked.place(asked.after) if asked.after else None
    wanted = Wanted(_viewer(account), asked.view, asked.sort, asked.filters, after, limit=PAGE + 1)
    listed = await uow.inboxes.listed(wanted, now)
    rows = await _rows(uow, account, asked, listed[:PAGE])
    return rows, rows[-1].key if len(listed) > PAGE else None


async def changes(
    uow: UnitOfWork, account: Account, asked: Asked, conversation_ids: Collection[str], now: datetime
) -> Changes:
    """Return how some conversations stand now; those that left the view are missing."""
    counts = await uow.inboxes.counts(_viewer(account), now, MOST_COUNTED)
    if asked.query:
        listed = await uow.inboxes.anywhere(conversation_ids, asked.filters, now)
    else:
        ids = conversation_ids
        wanted = Wanted(_viewer(account), asked.view, asked.sort, asked.filters, None, ids, limit=len(ids))
        listed = await uow.inboxes.listed(wanted, now)
    return Changes(await _rows(uow, account, asked, listed), counts)


async def offered(uow: UnitOfWork) -> Offered:
    """Return what the filters and the actions on several conversations offer."""
    settings = await desk_settings.read(uow)
    agents = [account for account in await uow.accounts.all() if account.is_active]
    return Offered(await uow.inboxes.choices(), list(IssueType), agents, settings.tags)


async def marks(uow: UnitOfWork, conversation_id: str, now: datetime) -> Marks:
    """Return what people put on a conversation."""
    given = (await uow.tags.of([conversation_id])).get(conversation_id, [])
    known = {tag.id: tag for tag in (await desk_settings.read(uow)).tags}
    others = [tag for id, tag in known.items() if id not in given]
    until = await uow.snoozes.until(conversation_id, now)
    return Marks([known.get(tag, Tag(tag, tag)) for tag in given], others, until)


async def _found(uow: UnitOfWork, account: Account, asked: Asked, now: datetime) -> tuple[list[Row], str | None]:
    results = await search.find(uow, asked.query, MOST_FOUND)
    by_id = {one.conversation_id: one for one in await uow.inboxes.anywhere(results.entries, asked.filters, now)}
    ids = [id for id in results.conversation_ids if id in by_id]
    start = int(asked.after) if asked.after and re.fullmatch("[0-9]{1,4}", asked.after) else 0
    rows = await _rows(uow, account, asked, [by_id[id] for id in ids[start : start + PAGE]], results)
    return rows, str(start + PAGE) if len(ids) > start + PAGE else None


async def _rows(
    uow: UnitOfWork, account: Account, asked: Asked, listed: Sequence[Listed], results: Results | None = None
) -> list[Row]:
    ids = [one.conversation_id for one in listed]
    if not ids:
        return []
    newest = await uow.messages.newest_in(ids)
    customers = await uow.customers.proved_in(ids)
    given = await uow.tags.of(ids)
    known = {tag.id: tag for tag in (await desk_settings.read(uow)).tags}
    names = {one.id: one.display_name for one in await uow.accounts.all()}
    reasons = await search.reasons(uow, results, ids) if results else {}
    rows = []
    for one in listed:
        message = newest.get(one.conversation_id)
        found = reasons.get(one.conversation_id)
        rows.append(
            Row(
                listed=one,
                key=asked.key(one.place),
                name=customers[one.conversation_id].name if one.conversation_id in customers else None,
                handled_by=_handled_by(one),
                holder=names.get(one.agent_id or ""),
                is_mine=one.agent_id == account.id and one.state is EscalationState.ASSIGNED,
                tags=[known.get(tag, Tag(tag, tag)) for tag in given.get(one.conversation_id, [])],
                preview=snippet(found.text, results.terms) if results and found and found.text else _preview(message),
                preview_by=None if found and found.kind is not EntryKind.ORDER else message.author if message else None,
                attachment=_attachment(message),
                is_retracted=message is not None and "retracted" in message.custom,
                found=found,
            )
        )
    return rows


def _viewer(account: Account) -> Viewer:
    return Viewer(account.id, frozenset(account.teams))


def _handled_by(one: Listed) -> HandledBy:
    if one.state is None:
        return HandledBy.BOT
    return HandledBy.HUMAN if one.state is EscalationState.ASSIGNED else HandledBy.QUEUED


def _preview(message: Message | None) -> str:
    if message is None:
        return ""
    return message.text[:_PREVIEW]


def _attachment(message: Message | None) -> str | None:
    attachment = message.custom.get("attachment") if message else None
    return str(attachment["kind"]) if attachment else None
