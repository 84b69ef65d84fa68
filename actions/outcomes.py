"""Telling the customer what was written, with numbers, dates and facts."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from rasa_sdk.executor import CollectingDispatcher

from actions import facts
from actions.intake import Intake
from bot.aftersales.case import Case
from bot.aftersales.customs import CustomsMatter
from bot.aftersales.exchange import Exchange
from bot.aftersales.grant import Coupon
from bot.aftersales.labels import IssueType, Remedy
from bot.aftersales.mood import MoodLevel
from bot.aftersales.refund import Refund
from bot.aftersales.repair import Repair
from bot.aftersales.reship import Reshipment, ReshipState
from bot.aftersales.return_ import Return, ReturnMethod, ReturnState
from bot.aftersales.verdict import Verdict
from bot.services import exchanges, wording
from bot.services.cases import Complaint
from bot.services.document_links import DocumentKind
from bot.services.remedies import Outcome


def complaint_of(intake: Intake, wish: Remedy | None) -> Complaint:
    """Return what the customer has confirmed, as the services take it."""
    turn = intake.turn
    return Complaint(
        conversation_id=turn.conversation_id,
        message_id=turn.message_id,
        channel=turn.channel,
        language=turn.language,
        order_number=intake["order_number"],
        issue=intake.issue or IssueType.OTHER,
        lines=intake.lines,
        story=intake["details"] or "",
        wish=wish,
        evidence_given=intake.evidence_given,
        sealed=intake.sealed,
        return_method=ReturnMethod(intake["return_method"] or ReturnMethod.DROP_OFF),
        is_threatening=turn.is_threatening,
        is_angry=turn.mood.level is MoodLevel.ANGRY,
    )


def say_return_opened(
    dispatcher: CollectingDispatcher, intake: Intake, case: Case, return_: Return, exchange: Exchange | None = None
) -> None:
    """Tell that a return is open, with its papers, or that a person has to look at it first."""
    known = {"case": facts.case_fact(case), "return": facts.return_fact(return_)}
    if exchange is not None:
        known["exchange"] = facts.exchange_fact(exchange)
    if return_.state is ReturnState.MANUAL_REVIEW:
        dispatcher.utter_message(
            response="utter_return_in_review",
            rma=return_.rma,
            case=case.number,
            until=facts.moment(case.next_contact_by),
            facts=known,
        )
        return
    if return_.state is ReturnState.SHIPPED:
        # Nobody received the parcel, and it is on its way back already.
        refund = facts.money(return_.refund)
        dispatcher.utter_message(
            response="utter_return_comes_back", rma=return_.rma, case=case.number, refund=refund, facts=known
        )
        return
    known["document"] = _document(intake, DocumentKind.RETURN, return_.rma)
    shipping = exchanges.shipping_of(return_, exchange)
    if intake.order is not None and intake.order.arrived_at is None:
        shipping = facts.lines(shipping, facts.label("label_refuse_parcel"))
    dispatcher.utter_message(
        response="utter_return_opened" if exchange is None else "utter_exchange_opened",
        rma=return_.rma,
        case=case.number,
        refund=facts.money(return_.refund),
        deadline=facts.day(return_.deadline),
        shipping=shipping,
        facts=known,
    )


def say_outcome(dispatcher: CollectingDispatcher, intake: Intake, outcome: Outcome, verdict: Verdict) -> None:
    """Tell that a complaint is registered, and what happens now."""
    case = outcome.case
    if outcome.return_ is not None:
        say_return_opened(dispatcher, intake, case, outcome.return_)
        return
    started = _started(intake, outcome, verdict) or _News("utter_complaint_registered")
    values = {
        "case": case.number,
        "until": facts.moment(case.next_contact_by),
        "issue": facts.label(f"label_issue_{case.issue_type}"),
        **started.values,
    }
    known = {"case": facts.case_fact(case), **started.facts}
    dispatcher.utter_message(response=started.response, facts=known, **values)


@dataclass(frozen=True)
class _News:
    """What is said of something that was started: the response, what its text needs, and the facts for programs."""

    response: str
    values: dict[str, Any] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)


def _started(intake: Intake, outcome: Outcome, verdict: Verdict) -> _News | None:
    """Return what to say of what was started for a case, or None where nothing was."""
    if outcome.refund is not None:
        return _refund(outcome.refund, outcome.case, verdict)
    if outcome.coupon is not None and outcome.coupon.percent is not None:
        return _coupon(outcome.coupon, outcome.coupon.percent)
    if outcome.extension is not None:
        return _News("utter_warranty_extended", {"until": facts.day(outcome.extension.until)})
    if outcome.reshipment is not None:
        return _reshipment(outcome.reshipment)
    if outcome.repair is not None:
        return _repair(intake, outcome.repair, verdict)
    if outcome.customs is not None:
        return _News("utter_customs_opened", facts={"customs": _fact(outcome.customs)})
    return None


def _refund(refund: Refund, case: Case, verdict: Verdict) -> _News:
    keeps = case.offers[-1].remedy is Remedy.REFUND_FULL and verdict.goods_stay
    response = "utter_refund_keeps_goods" if keeps else "utter_complaint_refund_agreed"
    values = {"refund": facts.money(refund.amount), "days": verdict.days_to_refund}
    return _News(response, values, {"refund": facts.refund_fact(refund)})


def _coupon(coupon: Coupon, share: Decimal) -> _News:
    known = {"code": coupon.code, "percent": f"{share.normalize():f}"}
    return _News("utter_coupon_issued", {**known, "until": facts.day(coupon.expires_at)}, {"coupon": known})


def _reshipment(reshipment: Reshipment) -> _News:
    known = {"reship": _fact(reshipment)}
    if reshipment.state is ReshipState.SEARCHING and reshipment.search_until is not None:
        return _News("utter_reship_searching", {"until": facts.day(reshipment.search_until)}, known)
    return _News("utter_reship_opened", facts=known)


def _repair(intake: Intake, repair: Repair, verdict: Verdict) -> _News:
    values = {
        "repair": repair.number,
        "deadline": facts.day(repair.deadline),
        "shipping": wording.way_back(verdict.return_shipping),
    }
    document = _document(intake, DocumentKind.REPAIR, repair.number)
    return _News("utter_repair_opened", values, {"repair": _fact(repair), "document": document})


def _document(intake: Intake, kind: DocumentKind, number: str) -> dict[str, str]:
    url = intake.context.links.link(kind, number, intake.turn.language, intake.context.clock())
    return {"kind": kind.value, "url": url}


def _fact(thing: Reshipment | Repair | CustomsMatter) -> dict[str, str]:
    return {"number": thing.number, "state": thing.state.value}
