"""Registering complaints, telling how cases are going, and taking them back."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions import facts
from actions.context import context
from actions.escalation import hand_over
from actions.exchanges import open_exchange
from actions.intake import Intake, finished, forget_answers
from actions.outcomes import complaint_of
from actions.refusals import say_refusal
from actions.returns import open_return
from actions.turn import Turn
from bot.aftersales.case import Case
from bot.aftersales.escalation import EscalationReason
from bot.aftersales.labels import IssueType, Remedy
from bot.aftersales.return_ import Return, ReturnState
from bot.errors import IllegalStateError, NotIdentifiedError, PolicyRefusalError
from bot.services import cases


class ActionRegisterComplaint(Action):
    """Register the complaint that the customer confirmed and start its remedy."""

    def name(self) -> str:
        return "action_register_complaint"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        intake = Intake(Turn(tracker), context())
        remedy = Remedy(intake["remedy"])
        try:
            if remedy is Remedy.EXCHANGE:
                return await open_exchange(dispatcher, intake)
            if remedy is Remedy.RETURN_REFUND:
                return await open_return(dispatcher, intake)
            return await self._register(dispatcher, intake, remedy)
        except PolicyRefusalError:
            say_refusal(dispatcher, "utter_complaint_refused", await intake.verdict())
            return forget_answers()

    async def _register(self, dispatcher: CollectingDispatcher, intake: Intake, remedy: Remedy) -> list[EventType]:
        verdict = await intake.verdict()
        # A complaint to which policy owes nothing is kept for a person to look at.
        wish = remedy if verdict.allows(remedy) else None
        async with intake.context.uow() as uow:
            case = await cases.register(uow, intake.context.policy, complaint_of(intake, wish), intake.context.clock())
        amount = case.offers[-1].amount if case.offers else None
        response = "utter_complaint_registered"
        if wish in (Remedy.REFUND_FULL, Remedy.REFUND_PARTIAL) and not verdict.needs_review and amount:
            response = "utter_complaint_refund_agreed"
        dispatcher.utter_message(
            response=response,
            case=case.number,
            issue=facts.label(f"label_issue_{case.issue_type}"),
            until=facts.moment(case.next_contact_by),
            refund=facts.money(amount) if amount else "",
            days=verdict.days_to_refund,
            facts={"case": facts.case_fact(case)},
        )
        events = forget_answers()
        if case.issue_type is IssueType.SAFETY_HAZARD:
            events += await hand_over(dispatcher, intake.turn, EscalationReason.SAFETY, case_number=case.number)
        return events


class ActionCaseStatus(Action):
    """Tell how the cases of a proved order are going."""

    def name(self) -> str:
        return "action_case_status"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        turn, known = Turn(tracker), context()
        number = tracker.get_slot("order_number")
        try:
            async with known.uow() as uow:
                found = await cases.of_order(uow, turn.conversation_id, number or "")
                returns_found = {r.case_number: r for r in await uow.returns.of_order(number or "")}
        except NotIdentifiedError:
            dispatcher.utter_message(response="utter_status_not_identified")
            return finished(turn)
        if not found:
            dispatcher.utter_message(response="utter_case_none", order_number=number)
        for case in found[:3]:
            return_ = returns_found.get(case.number)
            dispatcher.utter_message(
                response=_status_response(case, return_),
                case=case.number,
                issue=facts.label(f"label_issue_{case.issue_type}"),
                state=facts.label(f"label_case_state_{case.state}"),
                until=facts.moment(case.next_contact_by),
                rma=return_.rma if return_ else "",
                return_state=facts.label(f"label_return_state_{return_.state}") if return_ else "",
                deadline=facts.day(return_.deadline) if return_ else "",
                facts={
                    "case": facts.case_fact(case),
                    **({"return": facts.return_fact(return_)} if return_ else {}),
                },
            )
        return finished(turn)


class ActionWithdrawCase(Action):
    """Take the case back that the customer confirmed."""

    def name(self) -> str:
        return "action_withdraw_case"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        turn, known = Turn(tracker), context()
        number = str(tracker.get_slot("case_choice"))
        try:
            async with known.uow() as uow:
                case = await cases.withdraw(uow, turn.conversation_id, number, known.clock())
        except IllegalStateError:
            dispatcher.utter_message(
                response="utter_case_withdraw_too_late",
                case=number,
                facts={"reasons": ["goods_underway"]},
                choices=[facts.choice(facts.label("label_choice_human"), "/ask_human")],
            )
            return forget_answers()
        dispatcher.utter_message(
            response="utter_case_withdrawn", case=case.number, facts={"case": facts.case_fact(case)}
        )
        return forget_answers()


def _status_response(case: Case, return_: Return | None) -> str:
    if return_ is None:
        return "utter_case_status" if case.is_open else "utter_case_status_closed"
    if return_.state in (ReturnState.APPROVED, ReturnState.LABEL_ISSUED):
        return "utter_case_status_return_expected"
    return "utter_case_status_return"
