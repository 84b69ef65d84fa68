"""The questions of a complaint."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions import bargaining, facts
from actions.bargaining import ACCEPTED, BARGAINED, OVER
from actions.evidence import evidence_needed, read_evidence
from actions.forms import OrderForm, ended
from actions.intake import Intake, forget_answers
from actions.joining import join_case
from actions.lookup import tell_what_is_known
from actions.quotes import answer_quote_in_words, may_be_about_quote
from actions.refusals import MEANT_BY, leave_excepted_out, refuse, say_refusal, wish_of
from actions.replacement import open_variants, read_variant, take_one_by_one
from actions.turn import HALF_GUESSED, NOT_UNDERSTOOD, SURE, Turn
from bot.aftersales.labels import PARCEL, WHOLE_ORDER, IssueType, Remedy
from bot.aftersales.verdict import Verdict

_WISHES = {
    "return_item": "return",
    "exchange_item": "exchange",
    "repair_item": "repair",
    "reship_item": "reship",
    "refund_order": "refund",
    "cancel_order": "refund",
}
_OF_ONE = frozenset({"exchange", "repair"})
"""Wishes, and remedies, that are for one product at a time."""

_WHOLE = 100


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
        "sealed",
        "same_case",
        "evidence",
        "remedy",
        "variant",
        "offer",
        "confirmation",
    )
    starts = frozenset({"cancel_order"})
    _decided_after = "same_case"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        turn, is_new = Turn(tracker), not tracker.get_slot("requested_slot")
        if is_new and may_be_about_quote(turn) and await answer_quote_in_words(dispatcher, turn):
            return [*forget_answers(), *ended("ended")]
        return await super().run(dispatcher, tracker, domain)

    async def on_start(self, dispatcher: CollectingDispatcher, intake: Intake) -> None:
        bargaining.set_aside(intake)
        wish = _WISHES.get(intake.turn.intent)
        if wish:
            intake.set("wish", wish)

    async def reads(self, intake: Intake, slot: str) -> bool:
        # "That is all correct" names no goods where the whole order is meant.
        return slot not in ("items", "quantity") or await self._is_about_lines(intake)

    async def read_own(self, dispatcher: CollectingDispatcher, intake: Intake, asked: str | None) -> None:
        turn = intake.turn
        if asked == "same_case" and turn.intent in ("affirm", "deny") and not intake.updates:
            intake.set("same_case", "yes" if turn.intent == "affirm" else "no")
        await read_evidence(dispatcher, intake, asked == "evidence")
        await bargaining.read_answer(intake, asked == "offer")
        chosen = turn.value("remedy")
        if chosen in set(Remedy):
            intake.set("remedy", chosen)
            intake.clear("variant", "confirmation")
        elif asked and (wish := await self._wish_instead(intake, asked)):
            intake.set("wish", wish)
            if intake["remedy"]:
                intake.clear("remedy", "confirmation")
        if asked == "reason" and "reason" in intake.updates and intake.issue is IssueType.SAFETY_HAZARD:
            intake.set("wish", None)
        await read_variant(intake, asked == "variant")

    async def on_answers(self, dispatcher: CollectingDispatcher, intake: Intake) -> list[EventType] | None:
        if len(intake["items"] or []) > 1 and (intake["remedy"] in _OF_ONE or intake["wish"] in _OF_ONE):
            take_one_by_one(dispatcher, intake)
        if intake["same_case"] != "yes" or (case := await intake.same_matter()) is None:
            return None
        await join_case(dispatcher, intake, case)
        return [*forget_answers(), *ended("ended")]

    async def is_needed(self, dispatcher: CollectingDispatcher, intake: Intake, slot: str) -> bool:
        if slot == "details":
            # Whoever named the problem in a few words has told enough to go on.
            return intake["details"] is None and intake["reason"] is None
        if slot in ("items", "quantity") and not await self._is_about_lines(intake):
            return False
        if slot == "items" and intake["items"] == []:
            intake.clear("items")
        if slot == "same_case":
            return intake["same_case"] is None and await intake.same_matter() is not None
        if slot == "evidence":
            return await evidence_needed(intake)
        if slot == "remedy":
            return await self._remedy_needed(dispatcher, intake)
        if slot == "variant":
            return intake["remedy"] == Remedy.EXCHANGE.value and intake["variant"] is None
        if slot == "offer":
            return bargaining.open_offer(intake) is not None
        return await super().is_needed(dispatcher, intake, slot)

    async def refuse(self, dispatcher: CollectingDispatcher, intake: Intake) -> bool:
        await leave_excepted_out(dispatcher, intake)
        verdict = await intake.verdict()
        await tell_what_is_known(dispatcher, intake, verdict)
        if verdict.remedies:
            return False
        is_over = "not_delivered_yet" in verdict.reasons or "order_canceled" in verdict.reasons
        if is_over and intake.issue is not IssueType.SAFETY_HAZARD:
            await refuse(dispatcher, intake, "utter_complaint_refused", self._wished(intake))
            return True
        if intake["remedy"] is None:
            # Nothing is owed, but a complaint is registered all the same and a person looks at it.
            say_refusal(dispatcher, "utter_complaint_review", verdict)
            intake.set("remedy", Remedy.APOLOGY.value)
        return False

    @staticmethod
    async def _is_about_lines(intake: Intake) -> bool:
        """Tell whether a complaint concerns some lines: of parcels that fare differently only the customer knows."""
        if intake.issue not in WHOLE_ORDER:
            return True
        order = await intake.load_order() if intake.issue in PARCEL else None
        return order is not None and order.is_split and len(order.lines) > 1

    @staticmethod
    def _wished(intake: Intake) -> Remedy | None:
        """Return the solution that was chosen or named, or None."""
        if intake["remedy"]:
            return Remedy(intake["remedy"])
        return MEANT_BY[intake["wish"]][0] if intake["wish"] else None

    async def _wish_instead(self, intake: Intake, asked: str) -> str | None:
        """Return the solution that the message names, where it does not argue about the one on the table, or None."""
        turn = intake.turn
        is_unsure = turn.confidence < SURE and intake.updates.keys() <= {"demand"}
        if asked == "remedy" and is_unsure and (guessed := await self._guessed_wish(intake)):
            return guessed
        if turn.intent not in _WISHES or turn.confidence < 0.5 or (asked == "offer" and turn.intent == "refund_order"):
            return None
        is_asked = asked in ("offer", "remedy", "confirmation") or intake["remedy"] is None
        return _WISHES[turn.intent] if is_asked else None

    @staticmethod
    async def _guessed_wish(intake: Intake) -> str | None:
        """Return the wish that an unsure answer to "what would you like" comes down to among those open, or None."""
        likely = [found for found in intake.turn.intent_ranking if found["name"] != NOT_UNDERSTOOD]
        if not likely or likely[0]["name"] not in _WISHES:
            return None
        verdict = await intake.verdict()
        wishes = [
            (float(found["confidence"]), wish)
            for found in likely
            if (wish := _WISHES.get(found["name"])) and any(verdict.allows(remedy) for remedy in MEANT_BY[wish])
        ]
        first, second = [*wishes, (0.0, ""), (0.0, "")][:2]
        # One that is not open must not be much likelier: then the customer hears why it is not.
        stands_out = first[0] >= 2 * second[0] and 2 * first[0] >= float(likely[0]["confidence"])
        return first[1] if first[0] >= HALF_GUESSED and stands_out else None

    async def _remedy_needed(self, dispatcher: CollectingDispatcher, intake: Intake) -> bool:
        if intake.issue is IssueType.SAFETY_HAZARD and intake["remedy"] is None:
            intake.set("remedy", Remedy.APOLOGY.value)
        verdict = await intake.verdict()
        if intake["remedy"] is None:
            await self._remedy_of_wish(dispatcher, intake, verdict)
        self._check_choice(dispatcher, intake, verdict)
        if intake["remedy"] == Remedy.EXCHANGE.value and not intake["variant"] and not await open_variants(intake):
            self._without_stock(dispatcher, intake, verdict)
        if intake["remedy"] is None:
            return True
        if Remedy(intake["remedy"]) in BARGAINED and intake["offer"] != ACCEPTED and not verdict.owed:
            return not await self._bargain(dispatcher, intake, verdict)
        return False

    async def _remedy_of_wish(self, dispatcher: CollectingDispatcher, intake: Intake, verdict: Verdict) -> None:
        wish = intake["wish"]
        if not wish:
            return
        demand = intake["demand"] or {}
        wants_part = bool(demand.get("amount") or int(demand.get("share") or _WHOLE) < _WHOLE)
        meant = (Remedy.REFUND_PARTIAL,) if wish == "refund" and wants_part else MEANT_BY[wish]
        open_now = [remedy for remedy in meant if verdict.allows(remedy)]
        if open_now:
            intake.set("remedy", open_now[0].value)
            return
        against = list(dict.fromkeys(reason for remedy in meant for reason in verdict.reasons_against(remedy)))
        self._say_not_open(dispatcher, intake, verdict, wish, against)

    def _say_not_open(
        self, dispatcher: CollectingDispatcher, intake: Intake, verdict: Verdict, wish: str, against: list[str]
    ) -> None:
        said = facts.label(f"label_wish_{wish}")
        if intake.turn.was_told("utter_wish_not_open", wish=said, facts={"reasons": against}):
            # Who insists would only hear the same again.
            self._leave_to_person(intake)
            return
        say_refusal(dispatcher, "utter_wish_not_open", verdict, reasons=against, wish=said)
        intake.set("wish", None)

    async def _bargain(self, dispatcher: CollectingDispatcher, intake: Intake, verdict: Verdict) -> bool:
        """Return False where something else has to be asked for, because the ladder has just ended."""
        if not verdict.ladder and not bargaining.ledger(intake):
            # There is no step that could be offered here: a person decides about the wish.
            return True
        was_over = intake["offer"] == OVER
        if not was_over and await bargaining.next_offer(dispatcher, intake, verdict):
            return True
        if not was_over and any(remedy not in BARGAINED for remedy in verdict.remedies):
            intake.set("remedy", None)
            intake.set("wish", None)
            return False
        self._leave_to_person(intake)
        return True

    @staticmethod
    def _leave_to_person(intake: Intake) -> None:
        """Have the complaint registered with the offers made, and a person take over: nothing is left to offer."""
        intake.set("remedy", Remedy.APOLOGY.value)
        intake.set("offer", OVER)
        intake.set("confirmation", "yes")

    def _check_choice(self, dispatcher: CollectingDispatcher, intake: Intake, verdict: Verdict) -> None:
        """Tell why a remedy that was chosen, by a button of another question, is not open."""
        chosen = Remedy(intake["remedy"]) if intake["remedy"] else Remedy.APOLOGY
        if chosen is Remedy.APOLOGY or not verdict.remedies or verdict.allows(chosen):
            return
        intake.clear("remedy")
        self._say_not_open(dispatcher, intake, verdict, wish_of(chosen), list(verdict.reasons_against(chosen)))

    def _without_stock(self, dispatcher: CollectingDispatcher, intake: Intake, verdict: Verdict) -> None:
        """Go on with a return where that is open, else with whatever is, because there is nothing to exchange for."""
        intake.clear("remedy")
        if verdict.allows(Remedy.RETURN_REFUND):
            dispatcher.utter_message(response="utter_exchange_out_of_stock", facts={"reasons": ["out_of_stock"]})
            intake.set("remedy", Remedy.RETURN_REFUND.value)
        else:
            self._say_not_open(dispatcher, intake, verdict, "exchange", ["out_of_stock"])
