"""Repeat contacts: noticing that a customer comes again about the same order, from wherever."""

from __future__ import annotations

from datetime import datetime

from bot.aftersales.audit import AuditEvent
from bot.aftersales.case import Case, CaseState
from bot.aftersales.contact import REPEAT_WITHIN, Contact
from bot.aftersales.labels import Priority
from bot.services.ports import UnitOfWork


async def note_contact(
    uow: UnitOfWork, customer_id: str, order_number: str, channel: str, conversation_id: str, now: datetime
) -> list[Case]:
    """Note that a customer came about an order, and return the earlier cases that make it a repeated contact.

    They come newest first, each time a customer comes and not again while the same conversation goes on; cases that
    are open become at least high in priority. Call it where the order was proved, or is known to be, whatever the
    customer wants with it. Commits nothing.
    """
    contact = await uow.contacts.newest(conversation_id, order_number)
    if contact is not None and contact.goes_on(now):
        contact.last_at = now
        return []
    uow.contacts.add(Contact(customer_id, order_number, channel, conversation_id, now, now))
    known = await earlier_cases(uow, customer_id, order_number, now)
    for case in known:
        if case.is_open and case.priority.rank > Priority.HIGH.rank:
            case.priority = Priority.HIGH
        data = {"channel": channel, "conversation": conversation_id}
        uow.audit.add(AuditEvent(now, "bot", "contact.repeated", f"case:{case.number}", case.conversation_id, data))
    return known


async def earlier_cases(uow: UnitOfWork, customer_id: str, order_number: str, now: datetime) -> list[Case]:
    """Return a customer's cases of an order that are open or were resolved lately, newest first."""
    return [
        case
        for case in await uow.cases.of_order(order_number)
        if case.customer_id == customer_id and (case.is_open or _was_resolved_lately(case, now))
    ]


def _was_resolved_lately(case: Case, now: datetime) -> bool:
    is_done = case.state in (CaseState.RESOLVED, CaseState.CLOSED)
    return is_done and case.resolved_at is not None and now - case.resolved_at <= REPEAT_WITHIN
