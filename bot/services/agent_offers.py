"""Offers by agents: told to the customer with buttons that work whoever handles the conversation, carried out once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from bot.aftersales.approval import Approval, ApprovalKind
from bot.aftersales.case import Case, CaseState
from bot.aftersales.labels import Remedy
from bot.aftersales.offer import Offer, OfferState, Proposer
from bot.aftersales.order import Order
from bot.aftersales.policy import Policy
from bot.aftersales.task import DECIDE
from bot.aftersales.verdict import Verdict
from bot.errors import IllegalStateError, NotFoundError
from bot.services import (
    agent_limits,
    agent_terms,
    approvals,
    case_verdicts,
    cases,
    deciding,
    exchanges,
    lifecycle,
    outcome_news,
    remedies,
    repairs,
    reviews,
    tasks,
    wording,
)
from bot.services.agent_terms import HOLDS, Priced, Wanted, is_waiting, key_of
from bot.services.deciding import Decider
from bot.services.identification import is_proved
from bot.services.notifications import notify
from bot.services.one_by_one import one_by_one
from bot.services.ports import UnitOfWork
from bot.services.remedies import Outcome


async def propose(
    uow: UnitOfWork,
    policy: Policy,
    case_number: str,
    by: Decider,
    wanted: Wanted,
    reason: str,
    now: datetime,
    *,
    seen: int | None = None,
) -> Offer | Approval:
    """Offer something to the customer, or ask for approval, as ``put_forward`` does; commits."""
    made = await put_forward(uow, policy, case_number, by, wanted, reason, now, seen=seen)
    await uow.commit()
    return made


async def put_forward(
    uow: UnitOfWork,
    policy: Policy,
    case_number: str,
    by: Decider,
    wanted: Wanted,
    reason: str,
    now: datetime,
    *,
    seen: int | None = None,
) -> Offer | Approval:
    """Offer something to the customer, or ask for approval where it is above the limit or beyond policy.

    Commits nothing. Raises what ``deciding.taken_up`` and ``agent_terms.priced`` raise, IllegalStateError for a case
    that has ended or waits for an approval, InvalidInputError without a reason.
    """
    case = await deciding.taken_up(uow, case_number, seen)
    if not case.is_open:
        raise IllegalStateError("case", case.state.value, CaseState.OFFERED.value)
    await deciding.require_no_approval(uow, case)
    reason = deciding.reason_of(reason)
    found, verdict, _ = await price(uow, policy, case, wanted, now)
    if found.is_beyond_policy or not (
        found.is_routine or await agent_limits.may_give(uow, policy, case, by, found.cost, now, replaces_offer=True)
    ):
        terms = {"remedy": wanted.remedy.value, **wanted.terms()}
        return await approvals.ask(uow, case, ApprovalKind.OFFER, found.cost, terms, reason, by, now)
    return await _offer(uow, case, by.id, wanted, found, verdict, reason, now)


async def make(
    uow: UnitOfWork, policy: Policy, case: Case, agent_id: str, wanted: Wanted, reason: str, now: datetime
) -> Offer:
    """Put an offer into the ledger in the place of the last open one, and tell the customer; commits nothing."""
    found, verdict, _ = await price(uow, policy, case, wanted, now)
    return await _offer(uow, case, agent_id, wanted, found, verdict, reason, now)


async def price(
    uow: UnitOfWork, policy: Policy, case: Case, wanted: Wanted, now: datetime
) -> tuple[Priced, Verdict, Order]:
    """Return what an offer comes to now, with what it rests on; raises what ``agent_terms.priced`` raises."""
    order = await lifecycle.order_of(uow, case.order_number)
    verdict = await verdict_on(uow, policy, case, order, now)
    return await agent_terms.priced(uow, case, order, verdict, wanted), verdict, order


def question(case: Case) -> dict[str, Any]:
    """Return the values of the question whether a customer accepts a case's newest offer, with both answers."""
    offer = case.offers[-1]
    return {
        "offer": wording.offered(offer),
        "choices": [
            wording.choice(wording.label("label_choice_accept"), _answer(case, "yes")),
            wording.choice(wording.label("label_choice_decline"), _answer(case, "no")),
        ],
        "facts": {
            "offer": {
                "case": case.number,
                "remedy": offer.remedy.value,
                "amount": str(offer.amount.amount) if offer.amount else None,
                "currency": offer.amount.currency if offer.amount else None,
                "reasons": list(offer.reasons),
                "valid_until": (offer.proposed_at + HOLDS).isoformat(),
                **{name: value for name, value in offer.terms.items() if name != "charged"},
            }
        },
    }


async def waiting_in(uow: UnitOfWork, conversation_id: str, now: datetime) -> Case | None:
    """Return the case of a conversation whose newest offer is an agent's and waits for an answer, or None."""
    for case in await uow.cases.of_conversation(conversation_id):
        if is_waiting(case, now):
            return case
    return None


async def answer(
    uow: UnitOfWork,
    policy: Policy,
    conversation_id: str,
    case_number: str,
    position: int,
    is_accepted: bool,
    now: datetime,
    *,
    actor: str = "customer",
) -> Outcome | None:
    """Take the customer's answer to an offer, carry out what was accepted, and commit; the same answer twice is one.

    ``position`` is the offer's place in the ledger, from 1. Returns what was started, None for a no. Raises
    NotFoundError for a case of somebody else, IllegalStateError where the offer holds no longer, and whatever stands
    against carrying it out by now.
    """
    case = await lifecycle.case_of(uow, case_number)
    is_own = case.conversation_id == conversation_id or await is_proved(uow, conversation_id, case.order_number)
    if not is_own or not 1 <= position <= len(case.offers) or case.offers[position - 1].agent_id is None:
        raise NotFoundError("offer", case_number)
    offer = case.offers[position - 1]
    if offer.state is (OfferState.ACCEPTED if is_accepted else OfferState.DECLINED):
        return await remedies.outcome_of(uow, case) if is_accepted else None
    if position != len(case.offers) or not is_waiting(case, now):
        raise IllegalStateError("offer", offer.state.value, "answered")
    offer.answered_at = now
    case.decisions += 1
    outcome: Outcome | None = None
    data: dict[str, Any] = {"remedy": offer.remedy.value}
    if is_accepted:
        outcome, found = await _accept(uow, policy, case, actor, now)
        data |= case_verdicts.trace(found)
    else:
        await _decline(uow, case, now)
    action = "offer.accepted" if is_accepted else "offer.declined"
    lifecycle.record(uow, actor, action, f"case:{case.number}", case, now, **data)
    await uow.commit()
    return outcome


async def expire_overdue(uow_factory: Callable[[], UnitOfWork], now: datetime) -> int:
    """Let offers that nobody answered in time hold no longer, and return how many; each in its own transaction.

    Whoever decides gets a task: the customer still waits for something.
    """
    async with uow_factory() as uow:
        numbers = [case.number for case in await uow.cases.offered_until(now - HOLDS)]

    async def end(uow: UnitOfWork, number: str) -> None:
        case = await lifecycle.case_of(uow, number)
        offer = case.offers[-1]
        if offer.agent_id is None or offer.state is not OfferState.PROPOSED:
            return
        deciding.replace_open(case, now)
        await _leave_to_person(uow, case, now)
        case.decisions += 1
        subject, remedy = f"case:{case.number}", offer.remedy.value
        lifecycle.record(uow, lifecycle.SYSTEM, "offer.expired", subject, case, now, remedy=remedy)

    return await one_by_one(uow_factory, numbers, end)


async def carry_out(uow: UnitOfWork, case: Case, order: Order, verdict: Verdict, now: datetime, *, key: str) -> Outcome:
    """Start what a case's newest offer, already accepted, promises, and tell the customer; commits nothing."""
    offer, outcome = case.offers[-1], Outcome(case)
    exchange = None
    if offer.remedy is Remedy.EXCHANGE:
        sku = offer.terms["sku"]
        outcome.return_, exchange = await exchanges.add_exchange(uow, case, verdict, order, sku, now)
    elif offer.remedy is Remedy.REPAIR and offer.terms.get("charged") == "yes":
        send_by = verdict.send_by
        outcome.repair = await repairs.add_repair(uow, case, order, now, in_warranty=False, deadline=send_by)
    else:
        await remedies.carry_out(uow, outcome, order, verdict, now, key=key)
    await outcome_news.tell(uow, outcome, verdict, now, key=f"{key}:news", exchange=exchange)
    return outcome


async def verdict_on(uow: UnitOfWork, policy: Policy, case: Case, order: Order, now: datetime) -> Verdict:
    """Return what law and policy say of a case by what is known now, its customer having come when it was opened."""
    return await cases.decide_again(uow, policy, case, order)


async def _offer(
    uow: UnitOfWork,
    case: Case,
    agent_id: str,
    wanted: Wanted,
    found: Priced,
    verdict: Verdict,
    reason: str,
    now: datetime,
) -> Offer:
    reasons = list(verdict.reasons) if verdict.allows(wanted.remedy) else ["goodwill"]
    offer = Offer(
        wanted.remedy, Proposer.AGENT, now, found.amount, reasons, terms=wanted.terms(), agent_id=agent_id, note=reason
    )
    deciding.replace_open(case, now)
    if case.state in (CaseState.AGREED, CaseState.EXECUTING):
        # Something is under way, and more is offered.
        case.escalate()
    case.offer(offer)
    _rest_on(case, verdict, offer, now)
    data = {"remedy": offer.remedy.value, "amount": _text(offer), **offer.terms, **case_verdicts.trace(verdict)}
    deciding.note(uow, case, Decider(agent_id), "offer.made", now, **data)
    key = key_of(case, len(case.offers))
    await notify(uow, case, "utter_ask_offer", key, now, **question(case))
    return offer


def _rest_on(case: Case, verdict: Verdict, offer: Offer, now: datetime) -> None:
    """Let a case rest on the verdict that grants what is offered; goodwill beside it changes nothing about the case."""
    if verdict.allows(offer.remedy):
        case_verdicts.keep(case, verdict, now)


async def _accept(uow: UnitOfWork, policy: Policy, case: Case, actor: str, now: datetime) -> tuple[Outcome, Verdict]:
    offer = case.offers[-1]
    order = await lifecycle.order_of(uow, case.order_number)
    found = await verdict_on(uow, policy, case, order, now)
    wanted = Wanted.of(offer.remedy, offer.terms, offer.amount)
    if (await agent_terms.priced(uow, case, order, found, wanted)).amount != offer.amount:
        # What was offered cannot be given as it was: the goods came back or were paid for meanwhile.
        raise IllegalStateError("offer", "outdated", OfferState.ACCEPTED.value)
    _rest_on(case, found, offer, now)
    verdict = case_verdicts.by_person(found, case, now)
    if not case.is_open:
        # Whoever closed the case left the offer standing, and what was offered is kept.
        case.reopen()
    if case.state is CaseState.EXECUTING:
        offer.accept()
    else:
        case.agree()
        case.execute()
    await reviews.end_what_led_here(uow, case, actor, now)
    return await carry_out(uow, case, order, verdict, now, key=key_of(case, len(case.offers))), found


async def _decline(uow: UnitOfWork, case: Case, now: datetime) -> None:
    case.offers[-1].decline()
    await _leave_to_person(uow, case, now)


async def _leave_to_person(uow: UnitOfWork, case: Case, now: datetime) -> None:
    """Let a case whose offer came to nothing go on with what is under way, or wait for somebody's decision."""
    if not case.is_open:
        return
    if await lifecycle.is_under_way(uow, case):
        lifecycle.begin(case)
    elif await uow.escalations.open_of(case.conversation_id) is not None and case.state is CaseState.OFFERED:
        case.escalate()
    elif case.state is CaseState.OFFERED:
        case.investigate()
    if not await lifecycle.is_under_way(uow, case):
        department, what = DECIDE
        key = f"{key_of(case, len(case.offers))}:over"
        await tasks.open_task(uow, case.number, department, what, key, now)


def _answer(case: Case, said: str) -> str:
    return f'/answer_offer{{"case": "{case.number}", "offer": "{len(case.offers)}", "accepted": "{said}"}}'


def _text(offer: Offer) -> str | None:
    return str(offer.amount) if offer.amount else None
