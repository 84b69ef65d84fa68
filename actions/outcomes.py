"""Telling the customer what was written, with numbers, dates and facts."""

from __future__ import annotations

from typing import Any

from rasa_sdk.executor import CollectingDispatcher

from actions import facts
from actions.intake import Intake
from bot.aftersales.case import Case
from bot.aftersales.labels import IssueType, Payer, Remedy
from bot.aftersales.reship import ReshipState
from bot.aftersales.return_ import Return, ReturnMethod, ReturnState
from bot.aftersales.verdict import Verdict
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
        return_method=ReturnMethod(intake["return_method"] or ReturnMethod.DROP_OFF),
    )


def say_return_opened(
    dispatcher: CollectingDispatcher, intake: Intake, case: Case, return_: Return, more: dict[str, Any]
) -> None:
    """Tell that a return is open, with its papers, or that a person has to look at it first."""
    now, language = intake.context.clock(), intake.turn.language
    document = intake.context.links.link(DocumentKind.RETURN, return_.rma, language, now)
    known = {"case": facts.case_fact(case), **more}
    if return_.state is ReturnState.MANUAL_REVIEW:
        dispatcher.utter_message(
            response="utter_return_in_review",
            rma=return_.rma,
            case=case.number,
            until=facts.moment(case.next_contact_by),
            facts=known,
        )
        return
    known["document"] = {"kind": "return", "url": document}
    exchange = "exchange" in more
    response = "utter_exchange_opened" if exchange else "utter_return_opened"
    payer = "own" if return_.return_shipping is Payer.CUSTOMER else "free"
    dispatcher.utter_message(
        response=response,
        rma=return_.rma,
        case=case.number,
        refund=facts.money(return_.refund),
        deadline=facts.day(return_.deadline),
        shipping=facts.label(f"label_shipping_{payer}"),
        facts=known,
    )


def say_outcome(dispatcher: CollectingDispatcher, intake: Intake, outcome: Outcome, verdict: Verdict) -> None:
    """Tell that a complaint is registered, and what happens now."""
    case = outcome.case
    if outcome.return_ is not None:
        say_return_opened(dispatcher, intake, case, outcome.return_, {"return": facts.return_fact(outcome.return_)})
        return
    known: dict[str, Any] = {"case": facts.case_fact(case)}
    values: dict[str, Any] = {"case": case.number, "until": facts.moment(case.next_contact_by)}
    response = "utter_complaint_registered"
    values["issue"] = facts.label(f"label_issue_{case.issue_type}")
    if outcome.refund is not None:
        keeps = case.offers[-1].remedy is Remedy.REFUND_FULL and verdict.goods_stay
        response = "utter_refund_keeps_goods" if keeps else "utter_complaint_refund_agreed"
        values |= {"refund": facts.money(outcome.refund.amount), "days": verdict.days_to_refund}
        known["refund"] = facts.refund_fact(outcome.refund)
    elif outcome.coupon is not None and outcome.coupon.percent is not None:
        response = "utter_coupon_issued"
        percent = f"{outcome.coupon.percent.normalize():f}"
        values |= {"code": outcome.coupon.code, "percent": percent, "until": facts.day(outcome.coupon.expires_at)}
        known["coupon"] = {"code": outcome.coupon.code, "percent": percent}
    elif outcome.extension is not None:
        response = "utter_warranty_extended"
        values["until"] = facts.day(outcome.extension.until)
    elif outcome.reshipment is not None:
        reshipment = outcome.reshipment
        response = "utter_reship_opened"
        if reshipment.state is ReshipState.SEARCHING and reshipment.search_until is not None:
            response = "utter_reship_searching"
            values["until"] = facts.day(reshipment.search_until)
        known["reship"] = {"number": reshipment.number, "state": reshipment.state.value}
    elif outcome.repair is not None:
        response = "utter_repair_opened"
        payer = "own" if verdict.return_shipping is Payer.CUSTOMER else "free"
        values |= {
            "repair": outcome.repair.number,
            "deadline": facts.day(outcome.repair.deadline),
            "shipping": facts.label(f"label_shipping_{payer}"),
        }
        known["repair"] = {"number": outcome.repair.number, "state": outcome.repair.state.value}
    elif outcome.customs is not None:
        response = "utter_customs_opened"
        known["customs"] = {"number": outcome.customs.number, "state": outcome.customs.state.value}
    dispatcher.utter_message(response=response, facts=known, **values)
