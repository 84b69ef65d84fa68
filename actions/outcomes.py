"""Telling the customer what was written, with numbers, dates and facts."""

from __future__ import annotations

from typing import Any

from rasa_sdk.executor import CollectingDispatcher

from actions import facts
from actions.intake import Intake
from bot.aftersales.case import Case
from bot.aftersales.labels import IssueType, Payer, Remedy
from bot.aftersales.return_ import Return, ReturnState
from bot.services.cases import Complaint


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
    )


def say_return_opened(dispatcher: CollectingDispatcher, case: Case, return_: Return, more: dict[str, Any]) -> None:
    """Tell that a return is open, or that a person has to look at it first."""
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
