"""Opening returns."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.context import context
from actions.escalation import hand_over_hazard
from actions.intake import Intake, forget_answers
from actions.outcomes import complaint_of, say_outcome, say_return_opened
from actions.refusals import refuse_late
from actions.turn import Turn
from bot.aftersales.labels import Remedy
from bot.errors import PolicyRefusalError
from bot.services import remedies, returns


class ActionOpenReturn(Action):
    """Open the return that the customer confirmed."""

    def name(self) -> str:
        return "action_open_return"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        intake = Intake(Turn(tracker), context())
        try:
            return await open_return(dispatcher, intake)
        except PolicyRefusalError as error:
            await refuse_late(dispatcher, intake, "utter_return_refused", Remedy.RETURN_REFUND, error)
            return forget_answers()


async def open_return(dispatcher: CollectingDispatcher, intake: Intake) -> list[EventType]:
    """Open the return of the chosen pieces and tell its numbers; raises PolicyRefusalError where it is not open.

    Goods that are not worth the way back are refunded and stay with the customer.
    """
    verdict = await intake.verdict()
    if verdict.goods_stay and verdict.allows(Remedy.REFUND_FULL):
        async with intake.context.uow() as uow:
            outcome = await remedies.register(
                uow, intake.context.policy, complaint_of(intake, Remedy.REFUND_FULL), intake.context.clock()
            )
        say_outcome(dispatcher, intake, outcome, verdict)
        return [*forget_answers(), *await hand_over_hazard(dispatcher, intake.turn, outcome.case)]
    async with intake.context.uow() as uow:
        case, return_ = await returns.open_return(
            uow, intake.context.policy, complaint_of(intake, Remedy.RETURN_REFUND), intake.context.clock()
        )
    say_return_opened(dispatcher, intake, case, return_)
    return [*forget_answers(), *await hand_over_hazard(dispatcher, intake.turn, case)]
