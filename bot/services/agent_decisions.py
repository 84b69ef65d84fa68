"""Decisions of agents about cases, each within the own limit: what is above waits for a supervisor's approval."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from bot.aftersales.approval import Approval, ApprovalKind
from bot.aftersales.case import Case
from bot.aftersales.labels import Priority, Remedy
from bot.aftersales.money import Money
from bot.aftersales.offer import Offer, OfferState, Proposer
from bot.aftersales.policy import Policy
from bot.aftersales.return_ import Refusal, ReturnState
from bot.errors import (
    IllegalStateError,
    InvalidInputError,
    NotFoundError,
    OutOfStockError,
    PolicyRefusalError,
    RefundTooHighError,
)
from bot.services import agent_limits, agent_offers, agent_terms, approvals, case_verdicts, deciding, lifecycle, reviews
from bot.services.agent_terms import Wanted
from bot.services.deciding import Decider
from bot.services.ports import UnitOfWork
from bot.services.remedies import Outcome


async def approve(
    uow: UnitOfWork,
    policy: Policy,
    case_number: str,
    by: Decider,
    now: datetime,
    *,
    seen: int | None = None,
    reason: str = "",
) -> Outcome | Approval:
    """Let what a case asks for be carried out, or ask for approval where it is above the limit; commits.

    Raises what ``reviews.approve`` raises, and InvalidInputError where an approval is asked for without a reason.
    """
    case = await deciding.taken_up(uow, case_number, seen)
    await deciding.require_no_approval(uow, case)
    if await reviews.return_awaiting(uow, case) is None and case.offers and case.offers[-1].agent_id is not None:
        # What an agent offered is the customer's to accept, and what was paid is not paid once more.
        raise IllegalStateError("offer", case.offers[-1].state.value, "approved")
    cost = await at_stake(uow, policy, case, now)
    if cost is not None and not await agent_limits.may_give(uow, policy, case, by, cost, now):
        asked = await approvals.ask(uow, case, ApprovalKind.CASE, cost, {}, reason, by, now)
        await uow.commit()
        return asked
    case.decisions += 1
    return await reviews.approve(uow, policy, case_number, by.id, now, cost=cost)


async def decline(
    uow: UnitOfWork, case_number: str, by: Decider, reason: Refusal, now: datetime, *, seen: int | None = None
) -> Case:
    """Refuse what a case asks for, as ``reviews.decline`` does; commits."""
    case = await deciding.taken_up(uow, case_number, seen)
    await deciding.require_no_approval(uow, case)
    case.decisions += 1
    return await reviews.decline(uow, case_number, by.id, reason, now)


async def settle(
    uow: UnitOfWork,
    policy: Policy,
    case_number: str,
    by: Decider,
    amount: Decimal,
    reason: str,
    now: datetime,
    *,
    seen: int | None = None,
) -> Approval | None:
    """Settle a disputed return for an amount, or ask for approval where that is above the limit; commits."""
    case = await deciding.taken_up(uow, case_number, seen)
    await deciding.require_no_approval(uow, case)
    return_ = await reviews.return_awaiting(uow, case)
    if return_ is None or return_.state is not ReturnState.INSPECTED:
        raise IllegalStateError("case", case.state.value, "settled")
    money = Money(amount, return_.refund.currency)
    if not await agent_limits.may_give(uow, policy, case, by, money, now):
        asked = await approvals.ask(uow, case, ApprovalKind.SETTLEMENT, money, {}, reason, by, now)
        await uow.commit()
        return asked
    case.decisions += 1
    await reviews.settle(uow, case_number, by.id, amount, reason, now)
    return None


async def refund(
    uow: UnitOfWork,
    policy: Policy,
    case_number: str,
    by: Decider,
    amount: Decimal,
    reason: str,
    now: datetime,
    *,
    seen: int | None = None,
) -> Outcome | Approval:
    """Pay an amount, in the order's currency, back at once, or ask for approval where an offer would; commits.

    Raises InvalidInputError for nothing or without a reason, RefundTooHighError above what is left of what the
    customer paid, and what ``deciding.taken_up`` raises.
    """
    case = await deciding.taken_up(uow, case_number, seen)
    await deciding.require_no_approval(uow, case)
    reason = deciding.reason_of(reason)
    found, _, _ = await agent_offers.price(uow, policy, case, Wanted(Remedy.REFUND_PARTIAL, amount=amount), now)
    is_within = await agent_limits.may_give(uow, policy, case, by, found.cost, now, replaces_offer=True)
    if found.is_beyond_policy or not is_within:
        asked = await approvals.ask(uow, case, ApprovalKind.REFUND, found.cost, {}, reason, by, now)
        await uow.commit()
        return asked
    outcome = await _pay(uow, policy, case, by.id, found.cost, reason, now)
    await uow.commit()
    return outcome


async def prioritise(
    uow: UnitOfWork, case_number: str, by: Decider, priority: Priority, now: datetime, *, seen: int | None = None
) -> Case:
    """Make a case more or less pressing, and with it the handoff that is about it; commits."""
    case = await deciding.taken_up(uow, case_number, seen)
    if case.priority is priority:
        return case
    before, case.priority = case.priority, priority
    handoff = await uow.escalations.open_of(case.conversation_id)
    if handoff is not None and handoff.case_number in (None, case.number):
        handoff.priority = priority
    deciding.note(uow, case, by, "case.prioritised", now, before=before.value, priority=priority.value)
    await uow.commit()
    return case


async def reopen(uow: UnitOfWork, case_number: str, by: Decider, now: datetime, *, seen: int | None = None) -> Case:
    """Take a case that has ended up again; commits; raises IllegalStateError for one that has not."""
    case = await deciding.taken_up(uow, case_number, seen)
    case.reopen()
    deciding.note(uow, case, by, "case.reopened", now)
    await uow.commit()
    return case


async def grant(uow: UnitOfWork, policy: Policy, approval_id: int, by: Decider, now: datetime) -> Approval:
    """Say yes to what an agent asked for and carry it out in the same transaction; commits.

    Raises InvalidInputError to one's own request or above one's own limit, IllegalStateError where it is decided
    already or would cost something else by now, and whatever stands against carrying it out.
    """
    approval = await approvals.get(uow, approval_id)
    approvals.require_another(approval, by)
    case = await deciding.taken_up(uow, approval.case_number, None)
    if not await may_grant(uow, policy, approval, case, by, now):
        raise InvalidInputError("approval", "above_limit")
    _require_same(approval, await _cost_of(uow, policy, approval, case, now))
    await approvals.grant(uow, approval, by, now)
    asker, amount = approval.asked_by, approval.amount
    if approval.kind is ApprovalKind.REFUND:
        await _pay(uow, policy, case, asker, amount, approval.reason, now)
    elif approval.kind is ApprovalKind.OFFER:
        if not case.is_open:
            raise IllegalStateError("case", case.state.value, "offered")
        wanted = Wanted.of(Remedy(approval.terms["remedy"]), approval.terms, amount)
        await agent_offers.make(uow, policy, case, asker, wanted, approval.reason, now)
    elif approval.kind is ApprovalKind.SETTLEMENT:
        # Reviews commit, and with them everything above.
        await reviews.settle(uow, case.number, asker, amount.amount, approval.reason, now)
    else:
        await reviews.approve(uow, policy, case.number, asker, now, cost=amount)
    await uow.commit()
    return approval


async def may_grant(
    uow: UnitOfWork, policy: Policy, approval: Approval, case: Case, by: Decider, now: datetime
) -> bool:
    """Tell whether what an approval costs is within the limit of somebody who would grant it."""
    replaces = approval.kind in (ApprovalKind.REFUND, ApprovalKind.OFFER)
    return await agent_limits.may_give(uow, policy, case, by, approval.amount, now, replaces_offer=replaces)


async def at_stake(uow: UnitOfWork, policy: Policy, case: Case, now: datetime) -> Money | None:
    """Return what approving a case would cost by what is known now; None where nothing waits for that."""
    waiting = await reviews.return_awaiting(uow, case)
    if waiting is not None and waiting.state is ReturnState.MANUAL_REVIEW:
        return waiting.refund
    offer = case.offers[-1] if case.offers else None
    if offer is None:
        return None
    order = await lifecycle.order_of(uow, case.order_number)
    verdict = await agent_offers.verdict_on(uow, policy, case, order, now)
    if offer.remedy is Remedy.REFUND_PARTIAL:
        # What is owed is paid whatever was offered, and what was offered is paid as it was told.
        return verdict.owed if verdict.owed is not None and offer.agent_id is None else offer.amount
    try:
        return (await agent_terms.priced(uow, case, order, verdict, Wanted.of(offer.remedy, offer.terms))).cost
    except (InvalidInputError, PolicyRefusalError, RefundTooHighError, NotFoundError, OutOfStockError):
        # Whoever approves it is told what stands against it.
        return offer.amount


async def _cost_of(uow: UnitOfWork, policy: Policy, approval: Approval, case: Case, now: datetime) -> Money | None:
    """Return what carrying out an approval would cost now."""
    if approval.kind is ApprovalKind.CASE:
        return await at_stake(uow, policy, case, now)
    if approval.kind is ApprovalKind.SETTLEMENT:
        return_ = await reviews.return_awaiting(uow, case)
        return Money(approval.amount.amount, return_.refund.currency) if return_ is not None else None
    remedy = Remedy(approval.terms["remedy"]) if approval.kind is ApprovalKind.OFFER else Remedy.REFUND_PARTIAL
    wanted = Wanted.of(remedy, approval.terms, approval.amount)
    found, _, _ = await agent_offers.price(uow, policy, case, wanted, now)
    return found.cost


def _require_same(approval: Approval, cost: Money | None) -> None:
    if cost != approval.amount:
        raise IllegalStateError("approval", "outdated", "approved")


async def _pay(
    uow: UnitOfWork, policy: Policy, case: Case, agent_id: str, amount: Money, reason: str, now: datetime
) -> Outcome:
    """Pay an amount back and keep it in the offer ledger, where caps and statistics find it; commits nothing."""
    order = await lifecycle.order_of(uow, case.order_number)
    verdict = await agent_offers.verdict_on(uow, policy, case, order, now)
    deciding.replace_open(case, now)
    paid = Offer(
        Remedy.REFUND_PARTIAL,
        Proposer.AGENT,
        now,
        amount,
        ["goodwill"],
        state=OfferState.ACCEPTED,
        agent_id=agent_id,
        answered_at=now,
        note=reason,
    )
    case.offers.append(paid)
    data = {"amount": str(amount), **case_verdicts.trace(verdict)}
    deciding.note(uow, case, Decider(agent_id), "case.refunded", now, **data)
    lifecycle.begin(case)
    key = agent_terms.key_of(case, len(case.offers))
    return await agent_offers.carry_out(uow, case, order, case_verdicts.by_person(verdict, case, now), now, key=key)
