"""Opening exchanges."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import facts
from actions.context import context
from actions.escalation import hand_over_hazard
from actions.intake import Intake, forget_answers
from actions.outcomes import complaint_of, say_return_opened
from actions.refusals import refuse_late
from actions.turn import Turn
from bot.aftersales.labels import Remedy
from bot.errors import OutOfStockError, PolicyRefusalError
from bot.services import exchanges


class ActionOpenExchange(Action):
    """Open the exchange that the customer confirmed."""

    def name(self) -> str:
        return "action_open_exchange"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        return await open_exchange(dispatcher, Intake(Turn(tracker), context()))


async def open_exchange(dispatcher: CollectingDispatcher, intake: Intake) -> list[EventType]:
    """Reserve the chosen variant and open the return; the last piece may have gone since it was offered."""
    try:
        async with intake.context.uow() as uow:
            case, return_, exchange = await exchanges.open_exchange(
                uow,
                intake.context.policy,
                complaint_of(intake, Remedy.EXCHANGE),
                intake["variant"],
                intake.context.clock(),
            )
    except OutOfStockError:
        dispatcher.utter_message(
            response="utter_exchange_just_sold_out",
            facts={"reasons": ["out_of_stock"]},
            choices=[
                facts.choice(facts.label("label_choice_exchange"), "/exchange_item"),
                facts.choice(facts.label("label_choice_return"), "/return_item"),
            ],
        )
        return [SlotSet("variant", None), SlotSet("confirmation", None), SlotSet("outcome", None)]
    except PolicyRefusalError as error:
        await refuse_late(dispatcher, intake, "utter_exchange_refused", Remedy.EXCHANGE, error)
        return forget_answers()
    say_return_opened(dispatcher, intake, case, return_, exchange)
    return [*forget_answers(), *await hand_over_hazard(dispatcher, intake.turn, case)]
