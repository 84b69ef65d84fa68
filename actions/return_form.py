"""The questions of a return."""

from __future__ import annotations

from rasa_sdk.executor import CollectingDispatcher

from actions.evidence import evidence_needed, read_evidence
from actions.forms import OrderForm
from actions.intake import Intake
from actions.refusals import leave_excepted_out, refuse
from bot.aftersales.labels import Remedy
from bot.aftersales.return_ import ReturnMethod


class ValidateReturnForm(OrderForm):
    """The return form: which pieces, why, whether a seal is unbroken, and an explicit yes."""

    form = "return_form"
    soothes = True
    questions = (
        "order_number",
        "verification",
        "items",
        "quantity",
        "reason",
        "sealed",
        "evidence",
        "return_method",
        "confirmation",
    )
    left_to_rules = frozenset({"exchange_item", "repair_item", "reship_item"})
    _decided_after = "sealed"

    async def read_own(self, dispatcher: CollectingDispatcher, intake: Intake, asked: str | None) -> None:
        await read_evidence(dispatcher, intake, asked == "evidence")
        method = intake.turn.value("return_method")
        if method in set(ReturnMethod):
            intake.set("return_method", method)
            intake.clear("confirmation")

    async def is_needed(self, dispatcher: CollectingDispatcher, intake: Intake, slot: str) -> bool:
        if slot == "evidence":
            return await evidence_needed(intake)
        if slot == "return_method":
            # The usual way is taken unless the customer wants another, so that nobody is asked for nothing.
            return intake.turn.value("change") == "return_method" and intake["return_method"] is None
        return await super().is_needed(dispatcher, intake, slot)

    async def refuse(self, dispatcher: CollectingDispatcher, intake: Intake) -> bool:
        await leave_excepted_out(dispatcher, intake)
        if (await intake.verdict()).allows(Remedy.RETURN_REFUND):
            return False
        await refuse(dispatcher, intake, "utter_return_refused", Remedy.RETURN_REFUND)
        return True
