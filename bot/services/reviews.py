"""Reviews: what an agent decides about cases that policy leaves to a person."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.aftersales.case import Case, CaseState
from bot.aftersales.offer import OfferState
from bot.aftersales.policy import Policy
from bot.aftersales.return_ import Refusal, Return, ReturnState
from bot.errors import IllegalStateError, PolicyRefusalError
from bot.services import cases, evidence, lifecycle, remedies, returns, tasks, wording
from bot.services.notifications import notify
from bot.services.ports import UnitOfWork
from bot.services.remedies import Outcome

_WAITS = frozenset({CaseState.INVESTIGATING, CaseState.ESCALATED, CaseState.OFFERED, CaseState.COUNTERED})


async def approve(uow: UnitOfWork, policy: Policy, case_number: str, agent_id: str, now: datetime) -> Outcome:
    """Let the newest offer of a case be carried out, tell the customer, and commit.

    What it comes to is worked out anew, because the customer may have had something else meanwhile. Raises
    NotFoundError for no case, IllegalStateError where nothing waits for a decision, PolicyRefusalError where law and
    policy no longer allow it.
    """
    case = await lifecycle.case_of(uow, case_number)
    actor = f"agent:{agent_id}"
    waiting = await _return_in_review(uow, case)
    if waiting is not None:
        await returns.approve(uow, waiting.rma, now, actor=actor)
        outcome = await remedies.outcome_of(uow, case)
    else:
        outcome = await _carry_out(uow, policy, case, now)
        key = f"case:{case.number}:approved"
        remedy = wording.label(f"label_remedy_{case.offers[-1].remedy}")
        await notify(uow, case, "utter_notify_case_approved", key, now, case=case.number, remedy=remedy)
    lifecycle.record(uow, actor, "case.approved", f"case:{case.number}", case, now)
    await _close_tasks(uow, case, now)
    await uow.commit()
    return outcome


async def decline(uow: UnitOfWork, case_number: str, agent_id: str, reason: Refusal, now: datetime) -> Case:
    """Refuse what a case asks for, tell the customer why, and commit; raises as ``approve`` does."""
    case = await lifecycle.case_of(uow, case_number)
    actor = f"agent:{agent_id}"
    waiting = await _return_in_review(uow, case)
    if waiting is not None:
        await returns.decline(uow, waiting.rma, reason, now, actor=actor)
    else:
        _require_waiting(case)
        if case.offers and case.offers[-1].state is OfferState.PROPOSED:
            case.offers[-1].decline()
        case.resolve(now)
        key = f"case:{case.number}:declined"
        why = wording.label(f"label_refusal_{reason}")
        await notify(uow, case, "utter_notify_case_declined", key, now, case=case.number, reason=why)
    lifecycle.record(uow, actor, "case.declined", f"case:{case.number}", case, now, reason=reason.value)
    await _close_tasks(uow, case, now)
    await uow.commit()
    return case


async def _carry_out(uow: UnitOfWork, policy: Policy, case: Case, now: datetime) -> Outcome:
    _require_waiting(case)
    offer = case.offers[-1] if case.offers else None
    if offer is None or offer.state not in (OfferState.PROPOSED, OfferState.ACCEPTED):
        raise IllegalStateError("case", case.state.value, "approved")
    order = await lifecycle.order_of(uow, case.order_number)
    given = bool(await evidence.of_case(uow, case.number))
    # The customer came in time, however long the decision took; deadlines count from now.
    came = case.opened_at
    verdict = await cases.decide(uow, policy, order, case.issue_type, case.lines, came, evidence_given=given)
    verdict = replace(verdict, send_by=now.date() + (verdict.send_by - came.date()))
    if not verdict.allows(offer.remedy):
        raise PolicyRefusalError(verdict.reasons)
    case.agree()
    case.execute()
    outcome = Outcome(case)
    await remedies.carry_out(uow, outcome, order, verdict, now)
    return outcome


def _require_waiting(case: Case) -> None:
    if case.state not in _WAITS:
        raise IllegalStateError("case", case.state.value, "decided")


async def _return_in_review(uow: UnitOfWork, case: Case) -> Return | None:
    for return_ in await uow.returns.of_order(case.order_number):
        if return_.case_number == case.number and return_.state is ReturnState.MANUAL_REVIEW:
            return return_
    return None


async def _close_tasks(uow: UnitOfWork, case: Case, now: datetime) -> None:
    """Call off the tasks that led to this decision."""
    for _, what in {*remedies.LOOKED_INTO.values(), remedies.DECIDE}:
        await tasks.cancel_by_key(uow, f"case:{case.number}:{what}", now)
