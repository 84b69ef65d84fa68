"""What an event tells its subscribers: numbers, states, amounts and dates, never words or names of people.

Fields are named one by one, so that a new field of ours stays inside until somebody decides otherwise. Tracking
numbers, coupon codes, conversation ids and free texts are left out on purpose: who has them learns or gets more.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from bot.aftersales.audit import AuditEvent
from bot.aftersales.case import Case
from bot.aftersales.escalation import Escalation
from bot.aftersales.money import Money
from bot.aftersales.offer import Offer
from bot.services.ports import UnitOfWork
from bot.services.webhooks_ports import StateChange

# Facts of an audit event that are codes or figures, by the name they have outside.
_DETAILS = {
    "case.rated": ("rating",),
    "case.merged": ("into",),
    "case.prioritised": ("before", "priority"),
    "warranty.extended": ("line", "months", "until"),
    "sla.warned": ("metric", "due_at"),
    "sla.breached": ("metric", "due_at"),
    "pattern.found": ("by", "key", "issue", "complaints", "orders", "rate_before", "rate_of_peers"),
}


@dataclass(frozen=True)
class Facts:
    """The data of an event, and the thread in which it has to keep its place."""

    data: dict[str, Any]
    thread: str


async def of_event(uow: UnitOfWork, event: AuditEvent) -> Facts:
    """Return what an audit event tells outside, with everything as it stands now."""
    kind, _, number = event.subject.partition(":")
    look = _LOOK.get(kind)
    about, case_number = await look(uow, number) if look else ({}, None)
    case_number = case_number or event.data.get("case")
    case = await uow.cases.get(str(case_number)) if case_number else None
    if case is not None and case.offers and event.action.startswith("offer."):
        about["offer"] = _offer(case.offers[-1])
    details = _details(event)
    data = {**_case_of(case), **about, **({"details": details} if details else {})}
    thread = f"case:{case.number}" if case else _thread_of(about) or event.subject
    return Facts(data, thread)


async def of_change(uow: UnitOfWork, change: StateChange) -> Facts:
    """Return what a case's change of state tells outside."""
    case = await uow.cases.get(change.case_number)
    details = {"before": change.before.value, "after": change.after.value}
    return Facts({**_case_of(case), "details": details}, f"case:{change.case_number}")


_About = tuple[dict[str, Any], str | None]


def _details(event: AuditEvent) -> dict[str, Any]:
    found = {name: event.data[name] for name in _DETAILS.get(event.action, ()) if name in event.data}
    if event.action == "order.items_changed" and "difference" in event.data:
        difference = Money.from_minor(int(event.data["difference"]), event.data.get("currency"))
        found["price_difference"] = _money(difference)
    return found


async def _case(uow: UnitOfWork, number: str) -> _About:
    return {}, number


async def _order(uow: UnitOfWork, number: str) -> _About:
    return {"order": {"number": number}}, None


async def _return(uow: UnitOfWork, rma: str) -> _About:
    found = await uow.returns.get(rma)
    if found is None:
        return {}, None
    about: dict[str, Any] = {
        "return": {
            "rma": found.rma,
            "order": found.order_number,
            "state": found.state.value,
            "method": found.method.value,
            "deadline": _day(found.deadline),
            "refund": _money(found.refund),
            "decline_reason": found.decline_reason.value if found.decline_reason else None,
            "lines": [
                {
                    "line": line.position,
                    "quantity": line.quantity,
                    "received": line.received,
                    "damaged": line.damaged,
                }
                for line in found.lines
            ],
        }
    }
    # An exchange is named as the return it belongs to.
    exchange = await uow.exchanges.of_return(rma)
    if exchange is not None:
        about["exchange"] = {
            "state": exchange.state.value,
            "sku": exchange.sku,
            "quantity": exchange.quantity,
            "price_difference": _money(exchange.price_difference),
            "difference_settled": exchange.difference_settled,
            "in_advance": exchange.in_advance,
        }
    return about, found.case_number


async def _repair(uow: UnitOfWork, number: str) -> _About:
    found = await uow.repairs.get(number)
    if found is None:
        return {}, None
    facts = {
        "number": found.number,
        "order": found.order_number,
        "line": found.position,
        "quantity": found.quantity,
        "state": found.state.value,
        "in_warranty": found.in_warranty,
        "quote": _money(found.quote),
        "is_repaired": found.is_repaired,
        "decline_reason": found.decline_reason.value if found.decline_reason else None,
    }
    return {"repair": facts}, found.case_number


async def _reshipment(uow: UnitOfWork, number: str) -> _About:
    found = await uow.reshipments.get(number)
    if found is None:
        return {}, None
    lines = [{"line": line, "quantity": quantity} for line, quantity in sorted(found.lines.items())]
    facts = {"number": found.number, "order": found.order_number, "state": found.state.value, "lines": lines}
    return {"reshipment": facts}, found.case_number


async def _customs(uow: UnitOfWork, number: str) -> _About:
    found = await uow.customs.get(number)
    if found is None:
        return {}, None
    facts = {
        "number": found.number,
        "order": found.order_number,
        "state": found.state.value,
        "papers": [paper.value for paper in found.papers],
        "due_on": _day(found.due_on),
        "payer": found.payer.value,
        "charges": _money(found.charges),
    }
    return {"customs": facts}, found.case_number


async def _refund(uow: UnitOfWork, number: str) -> _About:
    found = await uow.refunds.get(number)
    if found is None:
        return {}, None
    facts = {
        "number": found.number,
        "order": found.order_number,
        "state": found.state.value,
        "amount": _money(found.amount),
        "failure": found.failure,
        "sent_at": _moment(found.sent_at),
        "arrives_by": _day(found.arrives_by),
        "parts": [
            {
                "key": found.key_of(part),
                "payment": part.payment_id,
                "method": part.method,
                "amount": _money(part.amount),
                "reference": part.reference,
            }
            for part in found.parts
        ],
    }
    return {"refund": facts}, found.case_number


async def _coupon(uow: UnitOfWork, number: str) -> _About:
    found = await uow.coupons.get(number)
    if found is None:
        return {}, None
    facts = {
        "number": found.number,
        "state": found.state.value,
        "percent": str(found.percent) if found.percent is not None else None,
        "amount": _money(found.amount),
        "expires_at": _moment(found.expires_at),
    }
    return {"coupon": facts}, found.case_number


async def _handoff(uow: UnitOfWork, conversation_id: str) -> _About:
    found = await uow.escalations.latest_of(conversation_id)
    return ({}, None) if found is None else ({"handoff": handoff(found)}, found.case_number)


_LOOK: dict[str, Callable[[UnitOfWork, str], Awaitable[_About]]] = {
    "case": _case,
    "order": _order,
    "return": _return,
    "repair": _repair,
    "reshipment": _reshipment,
    "customs": _customs,
    "refund": _refund,
    "coupon": _coupon,
    "conversation": _handoff,
}


def handoff(found: Escalation) -> dict[str, Any]:
    """Return what may be told of a handoff."""
    return {
        "id": found.id,
        "state": found.state.value,
        "reason": found.reason.value,
        "priority": found.priority.value,
        "language": found.language,
        "team": found.team,
        "opened_at": _moment(found.opened_at),
        "ended_at": _moment(found.ended_at),
    }


def _case_of(case: Case | None) -> dict[str, Any]:
    if case is None:
        return {}
    facts = {
        "number": case.number,
        "order": case.order_number,
        "state": case.state.value,
        "issue": case.issue_type.value,
        "priority": case.priority.value,
        "language": case.language,
        "channel": case.channel,
        "opened_at": _moment(case.opened_at),
        "resolved_at": _moment(case.resolved_at),
        "merged_into": case.merged_into,
    }
    return {"case": facts}


def _offer(offer: Offer) -> dict[str, Any]:
    return {
        "remedy": offer.remedy.value,
        "proposed_by": offer.proposed_by.value,
        "state": offer.state.value,
        "amount": _money(offer.amount),
    }


def _thread_of(about: dict[str, Any]) -> str | None:
    found = about.get("handoff")
    # Not the conversation, whose id may be the customer's on a platform.
    return f"handoff:{found['id']}" if found else None


def _money(money: Money | None) -> dict[str, str] | None:
    return {"amount": str(money.amount), "currency": money.currency} if money is not None else None


def _moment(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment is not None else None


def _day(day: date | None) -> str | None:
    return day.isoformat() if day is not None else None
