"""Registering complaints, telling how cases are going, and taking them back."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions import bargaining, facts
from actions.context import context
from actions.escalation import hand_over, hand_over_hazard
from actions.exchanges import open_exchange
from actions.intake import Intake, finished, forget_answers
from actions.outcomes import complaint_of, say_outcome
from actions.progress import say_status
from actions.refusals import refuse_late
from actions.returns import open_return
from actions.turn import Turn
from bot.aftersales.escalation import EscalationReason
from bot.aftersales.labels import IssueType, Remedy
from bot.errors import IllegalStateError, NotIdentifiedError, PolicyRefusalError
from bot.services import cases, remedies
from bot.services.progress import progress_of


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
            if remedy is Remedy.RETURN_REFUND and intake["offer"] is None:
                return await open_return(dispatcher, intake)
            return await self._register(dispatcher, intake, remedy)
        except PolicyRefusalError as error:
            await refuse_late(dispatcher, intake, "utter_complaint_refused", remedy, error)
            return forget_answers()

    async def _register(self, dispatcher: CollectingDispatcher, intake: Intake, remedy: Remedy) -> list[EventType]:
        verdict = await intake.verdict()
        # A complaint to which policy owes nothing is kept for a person to look at.
        wish = remedy if verdict.allows(remedy) else None
        is_over = intake["offer"] == bargaining.OVER and remedy is Remedy.APOLOGY
        async with intake.context.uow() as uow:
            outcome = await remedies.register(
                uow,
                intake.context.policy,
                complaint_of(intake, None if is_over else wish),
                intake.context.clock(),
                offers=bargaining.ledger(intake),
            )
        say_outcome(dispatcher, intake, outcome, verdict)
        case, events = outcome.case, [*forget_answers(), *bargaining.forget_offers(intake)]
        if is_over and case.issue_type is not IssueType.SAFETY_HAZARD:
            reason = EscalationReason.POLICY_REFUSAL
            return events + await hand_over(dispatcher, intake.turn, reason, case_number=case.number)
        return events + await hand_over_hazard(dispatcher, intake.turn, case)


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
                progress = [await progress_of(uow, case) for case in found[:3]]
        except NotIdentifiedError:
            dispatcher.utter_message(response="utter_status_not_identified")
            return finished(turn)
        if not found:
            ways_on = [facts.intent_choice(intent) for intent in ("track_order", "complain")]
            dispatcher.utter_message(response="utter_case_none", order_number=number, choices=ways_on)
        for told in progress:
            say_status(dispatcher, told)
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
                choices=[facts.person_choice()],
            )
            return forget_answers()
        dispatcher.utter_message(
            response="utter_case_withdrawn", case=case.number, facts={"case": facts.case_fact(case)}
        )
        return forget_answers()
