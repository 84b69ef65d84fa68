"""The queue: which conversations need a person, in the order in which they need one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timezone

from bot.aftersales.escalation import Escalation, EscalationReason, EscalationState
from bot.aftersales.labels import Label, Priority
from bot.aftersales.order import Customer
from bot.conversations.model import Author, Conversation, HandledBy, Message
from bot.conversations.ports import UnitOfWork
from bot.conversations.router import handler_of

_RECENT = 60
_PREVIEW = 120
_END_OF_TIME = datetime.max.replace(tzinfo=timezone.utc)


class Tab(Label):
    """Which conversations the queue shows."""

    WAITING = "waiting"
    MINE = "mine"
    OPEN = "open"
    BOT = "bot"


@dataclass(frozen=True)
class Row:
    """One conversation in the queue.

    ``waiting_since`` is set while the customer waits for a person: to be taken over, or to be answered.
    ``is_overdue`` tells that something has taken longer than the service levels allow.
    """

    conversation_id: str
    name: str
    language: str | None
    handled_by: HandledBy
    holder: str | None
    is_mine: bool
    priority: Priority | None
    reason: EscalationReason | None
    waiting_since: datetime | None
    preview: str
    preview_by: Author | None
    newest_at: datetime
    is_overdue: bool = False


@dataclass(frozen=True)
class Queue:
    """What one tab of the queue shows, and how many conversations the others hold (``bot`` is not counted)."""

    tab: Tab
    rows: list[Row]
    counts: dict[Tab, int]


async def load(uow: UnitOfWork, agent_id: str, tab: Tab) -> Queue:
    """Return a tab of the queue as an agent sees it: waiting first, then the agent's own, then colleagues'."""
    handoffs = await uow.escalations.queue()
    waiting = [e for e in handoffs if e.state is EscalationState.QUEUED]
    mine = [e for e in handoffs if e.state is EscalationState.ASSIGNED and e.agent_id == agent_id]
    counts = {Tab.WAITING: len(waiting), Tab.MINE: len(mine), Tab.OPEN: len(handoffs)}
    if tab is Tab.BOT:
        held = {handoff.conversation_id for handoff in handoffs}
        recent = [c for c in await uow.conversations.recent(_RECENT) if c.id not in held]
        return Queue(tab, await _rows(uow, agent_id, (), recent), counts)
    shown = {Tab.WAITING: waiting, Tab.MINE: mine, Tab.OPEN: handoffs}[tab]
    rows = await _rows(uow, agent_id, shown, ())
    return Queue(tab, sorted(rows, key=_order), counts)


async def _rows(
    uow: UnitOfWork,
    agent_id: str,
    handoffs: Sequence[Escalation],
    by_bot: Sequence[Conversation],
) -> list[Row]:
    ids = [handoff.conversation_id for handoff in handoffs] + [conversation.id for conversation in by_bot]
    if not ids:
        return []
    newest = await uow.messages.newest_in(ids)
    customers = await uow.customers.proved_in(ids)
    overdue = await uow.service_clocks.breached_in([handoff.conversation_id for handoff in handoffs])
    names = {account.id: account.display_name for account in await uow.accounts.all()}
    rows = []
    for handoff in handoffs:
        message = newest.get(handoff.conversation_id)
        rows.append(
            Row(
                conversation_id=handoff.conversation_id,
                name=_name(customers, handoff.conversation_id),
                language=handoff.language,
                handled_by=handler_of(handoff),
                holder=names.get(handoff.agent_id or ""),
                is_mine=handoff.agent_id == agent_id,
                priority=handoff.priority,
                reason=handoff.reason,
                waiting_since=_waiting_since(handoff, message),
                preview=_preview(message),
                preview_by=message.author if message else None,
                newest_at=message.at if message else handoff.opened_at,
                is_overdue=handoff.conversation_id in overdue,
            )
        )
    for conversation in by_bot:
        message = newest.get(conversation.id)
        rows.append(
            Row(
                conversation_id=conversation.id,
                name=_name(customers, conversation.id),
                language=conversation.language or conversation.locale,
                handled_by=HandledBy.BOT,
                holder=None,
                is_mine=False,
                priority=None,
                reason=None,
                waiting_since=None,
                preview=_preview(message),
                preview_by=message.author if message else None,
                newest_at=conversation.last_message_at,
            )
        )
    return rows


def _preview(message: Message | None) -> str:
    if message is None:
        return ""
    attachment = message.custom.get("attachment")
    named = {"image": "Photo", "document": "Document"}.get(attachment["kind"], "") if attachment else ""
    return message.text[:_PREVIEW] or named


def visitor_name(conversation_id: str) -> str:
    """Return what somebody who has not proved an order is called, the same in every place."""
    return f"Visitor {conversation_id[-4:]}"


def _name(customers: dict[str, Customer], conversation_id: str) -> str:
    customer = customers.get(conversation_id)
    return customer.name if customer else visitor_name(conversation_id)


def _waiting_since(handoff: Escalation, newest: Message | None) -> datetime | None:
    if handoff.state is EscalationState.QUEUED:
        return handoff.opened_at
    return newest.at if newest and newest.author is Author.CUSTOMER else None


def _order(row: Row) -> tuple[int, bool, int, datetime, str]:
    group = 0 if row.handled_by is HandledBy.QUEUED else 1 if row.is_mine else 2
    rank = row.priority.rank if row.priority else len(Priority)
    return group, not row.is_overdue, rank, row.waiting_since or _END_OF_TIME, row.conversation_id
