"""Remedies: registering what both sides agreed on, and carrying it out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timezone
from decimal import Decimal

from bot.aftersales.case import Case
from bot.aftersales.customs import CustomsMatter
from bot.aftersales.grant import Coupon, WarrantyExtension
from bot.aftersales.labels import WHOLE_ORDER, IssueType, Remedy
from bot.aftersales.ladder import GOODWILL
from bot.aftersales.money import Money
from bot.aftersales.offer import Offer, OfferState, Proposer
from bot.aftersales.order import Order
from bot.aftersales.policy import Policy
from bot.aftersales.refund import Refund, RefundBreakdown, breakdown, part_of_price
from bot.aftersales.repair import Repair
from bot.aftersales.reship import Reshipment
from bot.aftersales.return_ import Return, ReturnMethod
from bot.aftersales.verdict import Verdict
from bot.errors import InvalidInputError
from bot.services import cases, customs, grants, lifecycle, refunds, repairs, reshipments, returns
from bot.services.cases import Complaint
from bot.services.identification import proved_order
from bot.services.ports import UnitOfWork

_APPROVED_IN_ADVANCE = GOODWILL | {Remedy.WARRANTY_EXTENSION, Remedy.APOLOGY}
"""What of a ladder needs no person: no goods travel for it, and not all of the money is paid."""

_BY_STEPS = GOODWILL | {Remedy.WARRANTY_EXTENSION}
"""What means nothing without the step of a ladder that says how much."""

_HUNDRED = Decimal(100)


@dataclass
class Outcome:
    """A registered case with what was started for it; what does not apply is None."""

    case: Case
    return_: Return | None = None
    refund: Refund | None = None
    coupon: Coupon | None = None
    extension: WarrantyExtension | None = None
    reshipment: Reshipment | None = None
    repair: Repair | None = None
    customs: CustomsMatter | None = None


async def register(
    uow: UnitOfWork, policy: Policy, complaint: Complaint, now: datetime, *, offers: Sequence[Offer] = ()
) -> Outcome:
    """Register a complaint with the offers made so far, and carry out what was agreed; a second run finds the first.

    The newest of ``offers`` counts as agreed where it is accepted, otherwise the complaint's wish does. Without one, or
    where nothing says how much of it, a person looks at it. Who wants what is to be sent again anyway gets the case
    that sends it. Raises PolicyRefusalError where the wished remedy is not open, NotIdentifiedError without proof.
    """
    known = await uow.cases.by_source_message(complaint.message_id)
    if known is not None:
        return await outcome_of(uow, known)
    agreed = offers[-1] if offers and offers[-1].state is OfferState.ACCEPTED else None
    if agreed is not None:
        complaint = replace(complaint, wish=agreed.remedy)
    sender = await _sender(uow, complaint, now) if complaint.wish is Remedy.RESHIP else None
    if sender is not None:
        return await outcome_of(uow, sender)
    case, verdict, order = await cases.draft(uow, policy, complaint, now)
    _enter(case, offers)
    is_vague = agreed is None and complaint.wish in _BY_STEPS and verdict.owed is None
    if agreed is None and complaint.wish is not None and not is_vague:
        cases.agree(case, complaint.wish, verdict, now)
    outcome = Outcome(case)
    if complaint.issue is IssueType.CUSTOMS_HOLD and complaint.wish is not Remedy.REFUND_FULL:
        outcome.customs = await customs.add_matter(uow, case, order, now, payer=verdict.duties)
    if complaint.wish is None or is_vague or _needs_person(complaint.issue, complaint.wish, verdict, agreed):
        await lifecycle.look_into(uow, case, now)
    else:
        case.agree()
        case.execute()
        await carry_out(uow, outcome, order, verdict, now, method=complaint.return_method)
    await uow.commit()
    return outcome


async def carry_out(
    uow: UnitOfWork,
    outcome: Outcome,
    order: Order,
    verdict: Verdict,
    now: datetime,
    *,
    key: str | None = None,
    method: ReturnMethod = ReturnMethod.DROP_OFF,
) -> None:
    """Start what a case's newest offer promises and note it in the outcome; commits nothing.

    Every step has a key, the case's own unless another is given, so that it is started once.
    """
    case, offer = outcome.case, outcome.case.offers[-1]
    key = key or f"case:{case.number}:{offer.remedy}"
    if offer.remedy is Remedy.REFUND_FULL:
        outcome.refund = await refunds.agree(uow, case, verdict.breakdown, "agreed", now, key=key)
    elif offer.remedy is Remedy.REFUND_PARTIAL:
        part = await _part(uow, case, order, verdict, offer)
        outcome.refund = await refunds.agree(uow, case, part, "agreed", now, key=key)
    elif offer.remedy is Remedy.RETURN_REFUND:
        outcome.return_ = await returns.add_return(uow, case, verdict, order, now, method=method)
    elif offer.remedy is Remedy.COUPON:
        outcome.coupon = await grants.issue_coupon(uow, case, Decimal(offer.terms["percent"]), now, key=key)
    elif offer.remedy is Remedy.WARRANTY_EXTENSION:
        months = int(offer.terms["months"])
        position, after = min(case.lines), verdict.guaranteed_until
        outcome.extension = await grants.extend_warranty(uow, case, position, months, now, key=key, after=after)
    elif offer.remedy is Remedy.RESHIP:
        until = _end_of(verdict) if _is_searching(verdict, now) else None
        outcome.reshipment = await reshipments.add_reshipment(uow, case, order, now, search_until=until)
    elif offer.remedy is Remedy.REPAIR:
        outcome.repair = await repairs.add_repair(uow, case, order, now, in_warranty=True, deadline=verdict.send_by)
    await lifecycle.finish(uow, case, now)


async def outcome_of(uow: UnitOfWork, case: Case) -> Outcome:
    """Return a case with what was started for it earlier."""

    def mine(things: Sequence[object]) -> object | None:
        return next((thing for thing in things if getattr(thing, "case_number", None) == case.number), None)

    order = case.order_number
    outcome = Outcome(case)
    found = {
        "return_": mine(await uow.returns.of_order(order)),
        "refund": mine(await uow.refunds.of_order(order)),
        "coupon": mine(await uow.coupons.of_case(case.number)),
        "extension": mine(await uow.warranty_extensions.of_order(order)),
        "reshipment": mine(await uow.reshipments.of_order(order)),
        "repair": mine(await uow.repairs.of_order(order)),
        "customs": mine(await uow.customs.of_order(order)),
    }
    for name, thing in found.items():
        setattr(outcome, name, thing)
    return outcome


def _enter(case: Case, offers: Sequence[Offer]) -> None:
    """Enter the ledger of a conversation into the case."""
    for offer in offers:
        state, offer.state = offer.state, OfferState.PROPOSED
        if offer.proposed_by is Proposer.CUSTOMER and state is not OfferState.ACCEPTED:
            case.counter(offer)
        else:
            case.offer(offer)
        # What was accepted is so once the case says that both sides agreed.
        if state is not OfferState.ACCEPTED:
            offer.state = state


async def _sender(uow: UnitOfWork, complaint: Complaint, now: datetime) -> Case | None:
    """Join the case that is to send all pieces of a complaint again anyway; commits; return None without one."""
    order = await proved_order(uow, complaint.conversation_id, complaint.order_number, is_to_change=True)
    found = set(await reshipments.coming(uow, order, complaint.lines))
    again = found.pop() if len(found) == 1 else None
    case = await uow.cases.get(again.case_number) if again is not None else None
    if case is None or not case.is_open:
        return None
    return await cases.join(uow, complaint.conversation_id, case.number, complaint.channel, now)


def _needs_person(issue: IssueType, wish: Remedy, verdict: Verdict, agreed: Offer | None) -> bool:
    if agreed is not None and wish in GOODWILL and not _is_still_open(agreed, verdict):
        return True
    if agreed is not None and wish in _APPROVED_IN_ADVANCE and verdict.ladder_approved:
        return False
    is_searched = issue is IssueType.LOST_PARCEL and verdict.awaits_search and verdict.searched_until is not None
    if is_searched and wish is Remedy.RESHIP and wish not in verdict.reviewed:
        # While the carrier searches, the new parcel is promised for the end of the search.
        return False
    return verdict.needs_review_for(wish)


def _is_still_open(offer: Offer, verdict: Verdict) -> bool:
    """Tell whether an offer gives no more than the ladder does now: other conversations may have used goodwill up."""
    most = max((step.amount for step in verdict.ladder if step.remedy in GOODWILL and step.amount), default=None)
    return most is not None and offer.amount is not None and offer.amount <= most


async def _part(uow: UnitOfWork, case: Case, order: Order, verdict: Verdict, offer: Offer) -> RefundBreakdown | Money:
    # What an agent decided to give is given as decided.
    if verdict.owed is not None and offer.agent_id is None:
        return RefundBreakdown.of_overpaid(verdict.owed)
    if offer.amount is None:
        raise InvalidInputError("amount", "missing")
    percent = offer.terms.get("percent")
    if percent is None and case.issue_type in WHOLE_ORDER:
        # A sum for a parcel, a payment or a service is the price of no goods.
        return offer.amount
    chosen, earlier = cases.selections(order, case.lines), await refunds.earlier(uow, order.number)
    if percent is not None:
        share = Decimal(percent) / _HUNDRED
        found = breakdown(order, chosen, outbound_shipping=False, duties=False, share=share, earlier=earlier)
        if found.total == offer.amount:
            return found
    # A figure in money is no whole percentage of the price, but a part of it all the same.
    return part_of_price(order, chosen, offer.amount, earlier=earlier)


def _is_searching(verdict: Verdict, now: datetime) -> bool:
    return verdict.searched_until is not None and now.date() <= verdict.searched_until


def _end_of(verdict: Verdict) -> datetime:
    assert verdict.searched_until is not None
    return datetime.combine(verdict.searched_until, time.max, timezone.utc)
