"""The questions of a complaint."""

from __future__ import annotations

from rasa_sdk.executor import CollectingDispatcher

from actions import facts
from actions.forms import OrderForm
from actions.intake import Intake
from actions.refusals import say_refusal
from actions.replacement import open_variants, read_variant
from bot.aftersales.labels import WHOLE_ORDER, IssueType, Remedy

_WISHES = {
    "return_item": "return",
    "exchange_item": "exchange",
    "repair_item": "repair",
    "reship_item": "reship",
    "refund_order": "refund",
}
_MEANT_BY = {
    "return": (Remedy.RETURN_REFUND,),
    "exchange": (Remedy.EXCHANGE,),
    "repair": (Remedy.REPAIR,),
    "reship": (Remedy.RESHIP,),
    "refund": (Remedy.REFUND_FULL, Remedy.RETURN_REFUND, Remedy.REFUND_PARTIAL),
}


class ValidateComplaintForm(OrderForm):
    """The complaint form: what happened to which pieces, what the customer would like, and an explicit yes."""

    form = "complaint_form"
    soothes = True
    questions = (
        "order_number",
        "verification",
        "details",
        "reason",
        "items",
        "quantity",
        "remedy",
        "variant",
        "confirmation",
    )
    _decided_after = "quantity"

    async def on_start(self, dispatcher: CollectingDispatcher, intake: Intake) -> None:
        wish = _WISHES.get(intake.turn.intent)
        if wish:
            intake.set("wish", wish)
        if intake.issue is IssueType.SAFETY_HAZARD:
            dispatcher.utter_message(response="utter_safety_stop_using")
        elif intake.turn.issue:
            dispatcher.utter_message(response="utter_sorry")

    async def read_own(self, intake: Intake, asked: str | None) -> None:
        turn = intake.turn
        chosen = turn.value("remedy")
        if chosen in set(Remedy):
            intake.set("remedy", chosen)
            intake.clear("variant", "confirmation")
        elif asked in ("remedy", "confirmation") and (wish := _WISHES.get(turn.intent)) and turn.confidence >= 0.5:
            intake.set("wish", wish)
            if asked == "confirmation" and intake["remedy"]:
                intake.clear("remedy", "confirmation")
        if asked == "reason" and "reason" in intake.updates and intake.issue is IssueType.SAFETY_HAZARD:
            intake.set("wish", None)
        await read_variant(intake, asked == "variant")

    async def is_needed(self, dispatcher: CollectingDispatcher, intake: Intake, slot: str) -> bool:
        if slot == "details":
            # Whoever named the problem in a few words has told enough to go on.
            return intake["details"] is None and intake["reason"] is None
        if slot in ("items", "quantity") and intake.issue in WHOLE_ORDER:
            return False
        if slot == "remedy":
            return await self._remedy_needed(dispatcher, intake)
        if slot == "variant":
            return await self._variant_needed(intake)
        return await super().is_needed(dispatcher, intake, slot)

    async def refuse(self, dispatcher: CollectingDispatcher, intake: Intake) -> bool:
        verdict = await intake.verdict()
        if verdict.remedies:
            return False
        if "not_delivered_yet" in verdict.reasons or "order_canceled" in verdict.reasons:
            say_refusal(dispatcher, "utter_complaint_refused", verdict)
            return True
        if intake["remedy"] is None:
            # Nothing is owed, but a complaint is registered all the same and a person looks at it.
            say_refusal(dispatcher, "utter_complaint_review", verdict, with_choices=False)
            intake.set("remedy", Remedy.APOLOGY.value)
        return False

    async def _remedy_needed(self, dispatcher: CollectingDispatcher, intake: Intake) -> bool:
        if intake.issue is IssueType.SAFETY_HAZARD and intake["remedy"] is None:
            intake.set("remedy", Remedy.APOLOGY.value)
        if intake["remedy"] is not None:
            return False
        verdict = await intake.verdict()
        wished = [remedy for remedy in _MEANT_BY.get(intake["wish"] or "", ()) if verdict.allows(remedy)]
        if intake["wish"] and wished:
            intake.set("remedy", wished[0].value)
            return False
        if intake["wish"] and not wished:
            dispatcher.utter_message(response="utter_wish_not_open", wish=facts.label(f"label_wish_{intake['wish']}"))
            intake.set("wish", None)
        return True

    async def _variant_needed(self, intake: Intake) -> bool:
        if intake["remedy"] != Remedy.EXCHANGE.value or intake["variant"] is not None:
            return False
        if len(intake["items"] or []) == 1 and await open_variants(intake):
            return True
        intake.set("remedy", None)
        intake.set("remedy", Remedy.RETURN_REFUND.value)
        return False
