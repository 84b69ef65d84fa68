"""Reviews: what an agent decides about cases that policy leaves to a person."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from bot.aftersales.case import Case, CaseState
from bot.aftersales.labels import Label
from bot.aftersales.money import Money
from bot.aftersales.offer import OfferState
from bot.aftersales.policy import Policy
from bot.aftersales.return_ import Refusal, Return, ReturnState
from bot.aftersales.task import LEADS_TO_DECISION
from bot.errors import IllegalStateError, PolicyRefusalError
from bot.services import (
    case_verdicts,
    cases,
    customs,
    inspections,
    lifecycle,
    outcome_news,
    remedies,
    repairs,
    returns,
    tasks,
    wording,
)
from bot.services.notifications import notify
from bot.services.ports import UnitOfWork
from bot.services.remedies import Outcome

_WAITS = frozenset({CaseState.INVESTIGATING, CaseState.ESCALATED, CaseState.OFFERED, CaseState.COUNTERED})


async def approve(
    uow: UnitOfWork, policy: Policy, case_number: str, agent_id: str, now: datetime, *, cost: Money | None = None
) -> Outcome:
    """Let the newest offer of a case be carried out, tell the customer, and commit.

    What it comes to is worked out anew, because the customer may have had something else meanwhile; ``cost`` is kept
    with the record of it. Raises NotFoundError for no case, IllegalStateError where nothing waits for a decision,
    PolicyRefusalError where law and policy no longer allow it.
    """
    case = await lifecycle.case_of(uow, case_number)
    actor = f"agent:{agent_id}"
    waiting = await return_awaiting(uow, case)
    if waiting is not None:
        await end_what_led_here(uow, case, actor, now)
        await returns.approve(uow, waiting.rma, now, actor=actor)
        outcome = await remedies.outcome_of(uow, case)
    else:
        outcome = await _carry_out(uow, policy, case, actor, now)
        key = f"case:{case.number}:approved"
        remedy = wording.label(f"label_remedy_{case.offers[-1].remedy}")
        facts = _facts(outcome)
        await notify(uow, case, "utter_notify_case_approved", key, now, case=case.number, remedy=remedy, facts=facts)
        await outcome_news.tell_grant(uow, outcome, now, key=f"{key}:given")
        if outcome.return_ is not None:
            await returns.tell_approved(uow, outcome.return_, case, now)
        if outcome.repair is not None:
            await repairs.tell_approved(uow, outcome.repair, case, now)
    data: dict[str, Any] = {"amount": str(cost)} if cost else {}
    data |= case_verdicts.trace_kept(case)
    lifecycle.record(uow, actor, "case.approved", f"case:{case.number}", case, now, **data)
    await uow.commit()
    return outcome


async def decline(uow: UnitOfWork, case_number: str, agent_id: str, reason: Refusal, now: datetime) -> Case:
    """Refuse what a case asks for, tell the customer why, and commit; raises as ``approve`` does."""
    case = await lifecycle.case_of(uow, case_number)
    actor = f"agent:{agent_id}"
    waiting = await return_awaiting(uow, case)
    if waiting is not None:
        await inspections.decline(uow, waiting.rma, reason, now, actor=actor)
    else:
        _require_waiting(case)
        if case.offers and case.offers[-1].state is OfferState.PROPOSED:
            case.offers[-1].decline()
        case.resolve(now)
        key = f"case:{case.number}:declined"
        why = wording.label(f"label_refusal_{reason}")
        await notify(uow, case, "utter_notify_case_declined", key, now, case=case.number, reason=why)
    data = {"reason": reason.value, **case_verdicts.trace_kept(case)}
    lifecycle.record(uow, actor, "case.declined", f"case:{case.number}", case, now, **data)
    await end_what_led_here(uow, case, actor, now)
    await uow.commit()
    return case


async def settle(
    uow: UnitOfWork, case_number: str, agent_id: str, amount: Decimal, reason: str, now: datetime
) -> Return:
    """Pay an amount, in the order's currency, for what came otherwise than agreed, end the return, and commit.

    Raises NotFoundError for no case, IllegalStateError where no return of it is disputed, InvalidInputError without a
    reason or for more than the disputed pieces cost.
    """
    case = await lifecycle.case_of(uow, case_number)
    return_ = await return_awaiting(uow, case)
    if return_ is None or return_.state is not ReturnState.INSPECTED:
        raise IllegalStateError("case", case.state.value, "settled")
    money = Money(amount, return_.refund.currency)
    await inspections.settle(uow, return_.rma, money, reason, now, actor=f"agent:{agent_id}")
    await uow.commit()
    return return_


def awaits_decision(case: Case) -> bool:
    """Tell whether a case itself, rather than a return of it, waits for a person to approve or decline it."""
    return case.state in _WAITS


async def return_awaiting(uow: UnitOfWork, case: Case) -> Return | None:
    """Return the return of a case that a person has to decide about, before it travels or after it was inspected."""
    for return_ in await uow.returns.of_order(case.order_number):
        is_disputed = return_.state is ReturnState.INSPECTED and return_.is_disputed
        if return_.case_number == case.number and (return_.state is ReturnState.MANUAL_REVIEW or is_disputed):
            return return_
    return None


async def end_what_led_here(uow: UnitOfWork, case: Case, actor: str, now: datetime) -> None:
    """Call off the tasks that led to a decision, and close the customs matters that waited for it; commits nothing."""
    await tasks.cancel_kinds(uow, case.number, LEADS_TO_DECISION, now)
    await customs.close_decided(uow, case, now, actor=actor)


async def _carry_out(uow: UnitOfWork, policy: Policy, case: Case, actor: str, now: datetime) -> Outcome:
    _require_waiting(case)
    offer = case.offers[-1] if case.offers else None
    if offer is None or offer.state not in (OfferState.PROPOSED, OfferState.ACCEPTED):
        raise IllegalStateError("case", case.state.value, "approved")
    order = await lifecycle.order_of(uow, case.order_number)
    found = await cases.decide_again(uow, policy, case, order)
    if not found.allows(offer.remedy):
        raise PolicyRefusalError(found.reasons)
    case_verdicts.keep(case, found, now)
    verdict = case_verdicts.by_person(found, case, now)
    # First, because what is carried out may open such tasks anew.
    await end_what_led_here(uow, case, actor, now)
    case.agree()
    case.execute()
    outcome = Outcome(case)
    await remedies.carry_out(uow, outcome, order, verdict, now)
    return outcome


def _facts(outcome: Outcome) -> dict[str, dict[str, str]]:
    """Return the numbers of what was started, as clients see them."""
    found: dict[str, tuple[str, Label] | None] = {
        "return": (outcome.return_.rma, outcome.return_.state) if outcome.return_ else None,
        "repair": (outcome.repair.number, outcome.repair.state) if outcome.repair else None,
        "reship": (outcome.reshipment.number, outcome.reshipment.state) if outcome.reshipment else None,
        "refund": (outcome.refund.number, outcome.refund.state) if outcome.refund else None,
    }
    facts = {"case": {"number": outcome.case.number, "state": outcome.case.state.value}}
    for name, thing in found.items():
        if thing is not None:
            facts[name] = {"rma" if name == "return" else "number": thing[0], "state": thing[1].value}
    return facts


def _require_waiting(case: Case) -> None:
    if not awaits_decision(case):
        raise IllegalStateError("case", case.state.value, "decided")
