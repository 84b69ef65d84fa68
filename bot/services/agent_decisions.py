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
from bot.errors import IllegalStateError, InvalidInputError, RefundTooHighError
from bot.services import agent_offers, approvals, case_verdicts, deciding, lifecycle, refunds, reviews
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
    cost = await at_stake(uow, case)
    if cost is not None and not by.may_give(cost, policy.exchange_rates):
        asked = await approvals.ask(uow, case, ApprovalKind.CASE, cost, {}, reason, by, now)
        await uow.commit()
        return asked
    case.decisions += 1
    return await reviews.approve(uow, policy, case_number, by.id, now)


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
    if not by.may_give(money, policy.exchange_rates):
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
    """Pay an amount, in the order's currency, back at once, or ask for approval where it is above the limit; commits.

    Raises InvalidInputError for nothing or without a reason, RefundTooHighError above what is left of what the
    customer paid, and what ``deciding.taken_up`` raises.
    """
    case = await deciding.taken_up(uow, case_number, seen)
    await deciding.require_no_approval(uow, case)
    reason = deciding.reason_of(reason)
    order = await lifecycle.order_of(uow, case.order_number)
    money = Money(amount, order.currency)
    if not Money.zero(order.currency) < money:
        raise InvalidInputError("amount", "not_positive")
    left = await refunds.left(uow, order)
    if left < money:
        raise RefundTooHighError(order.number, str(money), str(left))
    if not by.may_give(money, policy.exchange_rates):
        asked = await approvals.ask(uow, case, ApprovalKind.REFUND, money, {}, reason, by, now)
        await uow.commit()
        return asked
    outcome = await _pay(uow, policy, case, by.id, money, reason, now)
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
    already, and whatever stands against carrying it out by now.
    """
    approval = await approvals.get(uow, approval_id)
    approvals.require_another(approval, by)
    if not by.may_give(approval.amount, policy.exchange_rates):
        raise InvalidInputError("approval", "above_limit")
    case = await deciding.taken_up(uow, approval.case_number, None)
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
        await _require_same_stake(uow, case, approval)
        await reviews.approve(uow, policy, case.number, asker, now)
    await uow.commit()
    return approval


async def at_stake(uow: UnitOfWork, case: Case) -> Money | None:
    """Return the money that approving a case would cost; None where it costs none."""
    waiting = await reviews.return_awaiting(uow, case)
    if waiting is not None and waiting.state is ReturnState.MANUAL_REVIEW:
        return waiting.refund
    offer = case.offers[-1] if case.offers else None
    return offer.amount if offer is not None else None


async def _require_same_stake(uow: UnitOfWork, case: Case, approval: Approval) -> None:
    if await at_stake(uow, case) != approval.amount:
        raise IllegalStateError("approval", "outdated", "approved")


async def _pay(
    uow: UnitOfWork, policy: Policy, case: Case, agent_id: str, amount: Money, reason: str, now: datetime
) -> Outcome:
    """Pay an amount back and keep it in the offer ledger, where caps and statistics find it; commits nothing."""
    order = await lifecycle.order_of(uow, case.order_number)
    verdict = await agent_offers.verdict_on(uow, policy, case, order, now)
    agent_offers.replace_open(case, now)
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
    deciding.note(uow, case, Decider(agent_id), "case.refunded", now, amount=str(amount))
    lifecycle.begin(case)
    key = f"case:{case.number}:offer:{len(case.offers)}"
    return await agent_offers.carry_out(uow, case, order, case_verdicts.by_person(verdict, case, now), now, key=key)
