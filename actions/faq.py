"""Answering general questions, with the shop's policy for the customer's country where it is known."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions import facts
from actions.context import context
from actions.turn import Turn
from bot.aftersales.labels import Payer
from bot.aftersales.order import Order
from bot.errors import NotIdentifiedError

_DAYS_A_MONTH = 365.2425 / 12
# Two years are 730 or 731 days, six months 180 to 184: what a policy rounds down is as long as what it means.
_GRACE_DAYS = 3


class ActionAnswerQuestion(Action):
    """Answer the question that the intent names."""

    def name(self) -> str:
        return "action_answer_question"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        turn, known = Turn(tracker), context()
        order = await self._order(turn)
        terms = known.policy.for_country(order.address.country) if order else known.policy.default
        withdrawal, faulty = terms.change_of_mind, terms.faulty
        payer = "own" if withdrawal.return_shipping is Payer.CUSTOMER else "free"
        dispatcher.utter_message(
            response=f"utter_{turn.intent.replace('ask_', 'answer_')}",
            days=withdrawal.days,
            months=whole_months(faulty.days or 0),
            refund_days=terms.days_to_refund,
            shipping=facts.label(f"label_shipping_{payer}"),
            facts={"policy": terms.name, "return_days": withdrawal.days},
        )
        return []

    @staticmethod
    async def _order(turn: Turn) -> Order | None:
        number = turn.tracker.get_slot("order_number")
        if not number:
            return None
        try:
            return await context().proved_order(turn, number)
        except NotIdentifiedError:
            return None


def whole_months(days: int) -> int:
    """Return how many whole months some days are: 730 are 24, and 2192 are 72."""
    return int((days + _GRACE_DAYS) / _DAYS_A_MONTH)
