"""What agents may give alone: a limit is for one order, and everything given for that order before counts."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from decimal import Decimal

from bot.aftersales.approval import Approval, ApprovalKind, ApprovalState
from bot.aftersales.case import Case
from bot.aftersales.labels import Remedy
from bot.aftersales.money import Money
from bot.aftersales.offer import Offer, OfferState
from bot.aftersales.order import Order
from bot.aftersales.policy import Policy
from bot.aftersales.refund import RefundState
from bot.aftersales.verdict import NEEDS_GOODS
from bot.services import agent_terms, lifecycle
from bot.services.deciding import Decider
from bot.services.ports import UnitOfWork

_AT_ONCE = frozenset({ApprovalKind.CASE, ApprovalKind.SETTLEMENT})


async def may_give(
    uow: UnitOfWork,
    policy: Policy,
    case: Case,
    by: Decider,
    cost: Money,
    now: datetime,
    *,
    replaces_offer: bool = False,
) -> bool:
    """Tell whether somebody may give so much more for a case's order alone, after what this person gave before.

    With ``replaces_offer`` it takes the place of the offer of the case that waits for an answer.
    """
    if by.limit is None or not cost:
        return True
    before = await given(uow, case, by.id, now, without_open=replaces_offer)
    return by.may_give(before + cost, policy.exchange_rates)


async def given(uow: UnitOfWork, case: Case, agent_id: str, now: datetime, *, without_open: bool = False) -> Money:
    """Return what somebody gave for the order of a case, in all of its cases and whether asked for or granted.

    That is what this person offered and what may still be accepted, paid, approved or settled; not what was declined,
    called off, or is every customer's right by policy.
    """
    # Read to be changed: of two decisions about one order at the same moment the second one is a conflict.
    order = await lifecycle.order_of(uow, case.order_number)
    refunds = await uow.refunds.of_order(order.number)
    canceled = {refund.key for refund in refunds if refund.state is RefundState.CANCELED}
    total = Money.zero(order.currency)
    for found in await uow.cases.of_order(order.number):
        approvals = [
            each
            for each in await uow.approvals.of_case(found.number)
            if each.decided_by == agent_id and each.state is ApprovalState.APPROVED
        ]
        for position, offer in enumerate(found.offers, 1):
            is_replaced = without_open and found.number == case.number and offer.state is OfferState.PROPOSED
            is_theirs = offer.agent_id == agent_id or any(_granted(offer, approval) for approval in approvals)
            if is_theirs and not is_replaced and _stands(found, position, canceled, now):
                total += _cost(order, found, offer)
        for approval in approvals:
            if approval.kind in _AT_ONCE:
                total += approval.amount
        total += await _recorded(uow, f"case:{found.number}", "case.approved", agent_id, order)
    for return_ in await uow.returns.of_order(order.number):
        total += await _recorded(uow, return_.subject, "return.settled", agent_id, order)
    return total


def _granted(offer: Offer, approval: Approval) -> bool:
    """Tell whether an offer was made with the yes of an approval, which happens in the same moment."""
    return approval.asked_by == offer.agent_id and approval.decided_at == offer.proposed_at


def _stands(case: Case, position: int, canceled: Collection[str], now: datetime) -> bool:
    offer = case.offers[position - 1]
    if offer.state is OfferState.ACCEPTED:
        return agent_terms.key_of(case, position) not in canceled
    return position == len(case.offers) and agent_terms.is_waiting(case, now)


def _cost(order: Order, case: Case, offer: Offer) -> Money:
    if offer.remedy is Remedy.RESHIP:
        return agent_terms.worth(order, case)
    if offer.amount is None or _is_routine(case, offer):
        return Money.zero(order.currency)
    return offer.amount


def _is_routine(case: Case, offer: Offer) -> bool:
    """Tell whether the policy that the case rests on grants by itself that these goods come back."""
    kept, remedy = case.verdict or {}, offer.remedy
    is_open = remedy.value in kept.get("remedies", ()) and remedy.value not in kept.get("reviewed", ())
    return remedy in NEEDS_GOODS and is_open and not kept.get("needs_review", True)


async def _recorded(uow: UnitOfWork, subject: str, action: str, agent_id: str, order: Order) -> Money:
    """Return the money of a person's decisions that leave no offer of that person behind."""
    total = Money.zero(order.currency)
    for event in await uow.audit.of_subject(subject):
        amount, _, currency = str(event.data.get("amount", "")).partition(" ")
        if event.actor == f"agent:{agent_id}" and event.action == action and currency == order.currency:
            total += Money(Decimal(amount), currency)
    return total
