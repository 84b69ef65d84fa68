"""The questions of an exchange."""

from __future__ import annotations

from rasa_sdk.executor import CollectingDispatcher

from actions import facts
from actions.evidence import evidence_needed, read_evidence
from actions.forms import OrderForm
from actions.intake import Intake
from actions.refusals import refuse
from actions.replacement import open_variants, read_variant, recall_variant, take_one_by_one
from bot.aftersales.labels import IssueType, Remedy


class ValidateExchangeForm(OrderForm):
    """The exchange form: which pieces, why, for which variant, and an explicit yes."""

    form = "exchange_form"
    soothes = True
    questions = (
        "order_number",
        "verification",
        "items",
        "quantity",
        "reason",
        "sealed",
        "evidence",
        "variant",
        "confirmation",
    )
    left_to_rules = frozenset({"return_item", "refund_order", "repair_item", "reship_item"})
    _decided_after = "sealed"

    async def read_own(self, dispatcher: CollectingDispatcher, intake: Intake, asked: str | None) -> None:
        await read_evidence(dispatcher, intake, asked == "evidence")
        if intake["reason"] is None and self._named_size(intake):
            intake.set("reason", IssueType.WRONG_SIZE.value)
        await recall_variant(intake)
        await read_variant(intake, asked == "variant")

    async def is_needed(self, dispatcher: CollectingDispatcher, intake: Intake, slot: str) -> bool:
        if slot == "items" and intake["items"] and len(intake["items"]) > 1:
            take_one_by_one(dispatcher, intake)
            return True
        if slot == "evidence":
            return await evidence_needed(intake)
        return await super().is_needed(dispatcher, intake, slot)

    @staticmethod
    def _named_size(intake: Intake) -> bool:
        """Tell whether another size is wanted, said now or before the order was known."""
        earlier = intake.turn.earlier if "verification" in intake.updates else []
        return any(said.value("size") for said in (*earlier, intake.turn))

    async def refuse(self, dispatcher: CollectingDispatcher, intake: Intake) -> bool:
        if not (await intake.verdict()).allows(Remedy.EXCHANGE):
            await refuse(dispatcher, intake, "utter_exchange_refused", Remedy.EXCHANGE)
            return True
        if not await open_variants(intake):
            is_hazard = intake.issue is IssueType.SAFETY_HAZARD
            if is_hazard or not (await intake.verdict()).allows(Remedy.RETURN_REFUND):
                await refuse(dispatcher, intake, "utter_exchange_refused", Remedy.EXCHANGE, reasons=("out_of_stock",))
                return True
            dispatcher.utter_message(
                response="utter_exchange_out_of_stock",
                facts={"reasons": ["out_of_stock"]},
                choices=[
                    facts.choice(facts.label("label_choice_return"), "/return_item"),
                    facts.person_choice(),
                ],
            )
            return True
        return False
