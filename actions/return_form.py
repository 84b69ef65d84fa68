"""The questions of a return."""

from __future__ import annotations

from rasa_sdk.executor import CollectingDispatcher

from actions.forms import OrderForm
from actions.intake import Intake
from actions.refusals import say_refusal
from bot.aftersales.labels import Remedy


class ValidateReturnForm(OrderForm):
    """The return form: which pieces, why, and an explicit yes."""

    form = "return_form"
    soothes = True
    questions = ("order_number", "verification", "items", "quantity", "reason", "confirmation")
    left_to_rules = frozenset({"exchange_item", "repair_item", "reship_item"})
    _decided_after = "reason"

    async def refuse(self, dispatcher: CollectingDispatcher, intake: Intake) -> bool:
        verdict = await intake.verdict()
        if verdict.allows(Remedy.RETURN_REFUND):
            return False
        say_refusal(dispatcher, "utter_return_refused", verdict)
        return True
