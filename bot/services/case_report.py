"""Everything about an order's cases, for people and for outside tools."""

from __future__ import annotations

from typing import Any

from bot.aftersales.case import Case
from bot.aftersales.exchange import Exchange
from bot.aftersales.money import Money
from bot.aftersales.return_ import Return
from bot.services.ports import UnitOfWork


async def report(uow: UnitOfWork, order_number: str) -> dict[str, Any]:
    """Return an order's cases, newest first, with returns, exchanges and offers, ready for JSON."""
    returns = await uow.returns.of_order(order_number)
    exchanges = await uow.exchanges.of_order(order_number)
    return {
        "order": order_number,
        "cases": [
            {
                **_case(case),
                "returns": [_return(found) for found in returns if found.case_number == case.number],
                "exchanges": [_exchange(found) for found in exchanges if found.case_number == case.number],
            }
            for case in await uow.cases.of_order(order_number)
        ],
    }


def _case(case: Case) -> dict[str, Any]:
    return {
        "number": case.number,
        "issue_type": case.issue_type.value,
        "state": case.state.value,
        "priority": case.priority.value,
        "liability": case.liability.value,
        "wish": case.wish.value if case.wish else None,
        "lines": [{"line": line, "quantity": quantity} for line, quantity in case.lines.items()],
        "story": case.story,
        "language": case.language,
        "channel": case.channel,
        "opened_at": case.opened_at.isoformat(),
        "next_contact_by": case.next_contact_by.isoformat(),
        "policy_version": case.policy_version,
        "offers": [
            {
                "remedy": offer.remedy.value,
                "state": offer.state.value,
                "proposed_by": offer.proposed_by.value,
                "reasons": offer.reasons,
                **_money(offer.amount),
            }
            for offer in case.offers
        ],
    }


def _return(found: Return) -> dict[str, Any]:
    return {
        "rma": found.rma,
        "state": found.state.value,
        "method": found.method.value,
        "deadline": found.deadline.isoformat(),
        "return_shipping": found.return_shipping.value,
        "refund": _money(found.refund),
        "lines": [
            {
                "line": line.position,
                "quantity": line.quantity,
                "reason": line.reason.value,
                "received": line.received,
                "damaged": line.damaged,
            }
            for line in found.lines
        ],
    }


def _exchange(found: Exchange) -> dict[str, Any]:
    return {
        "rma": found.rma,
        "sku": found.sku,
        "quantity": found.quantity,
        "state": found.state.value,
        "price_difference": _money(found.price_difference),
        "reserved_until": found.reserved_until.isoformat(),
    }


def _money(amount: Money | None) -> dict[str, str | None]:
    return {"amount": str(amount.amount) if amount else None, "currency": amount.currency if amount else None}
