"""What all forms do: read each message into slots, and decide which question comes next."""

from __future__ import annotations

import re
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import choices, facts, reading
from actions.context import context
from actions.empathy import react, soothe
from actions.escalation import hand_over
from actions.evidence import still_asked
from actions.intake import Intake, forget_answers
from actions.ratings import rating_in
from actions.turn import Turn
from bot.aftersales.escalation import EscalationReason
from bot.aftersales.labels import IssueType

#: Messages that are something else than an answer; a form leaves them to the rules unless they also answer it.
_DIGRESSIONS = re.compile(
    r"ask_.*|track_order|check_case|withdraw_case|greet|goodbye|thank|stop|out_of_scope"
    r"|change_language|cancel_order|change_address|change_items|resume|evidence_uploaded|solved|rate"
)
#: Messages that a form never swallows, whatever it asked.
_ALWAYS_LEFT = frozenset({"stop", "ask_human", "change_language"})

_COURTESIES = frozenset({"greet", "thank", "goodbye"})

_READERS: dict[str, reading.Reader] = {
    "order_number": reading.read_order_number,
    "verification": reading.read_verification,
    "reason": reading.read_reason,
    "sealed": reading.read_sealed,
    "details": reading.read_details,
    "items": reading.read_items,
    "quantity": reading.read_quantity,
}


class Form(Action):
    """Reads each message into the form's slots and decides which question comes next.

    Returning no event tells Rasa that the message answered nothing, so that the rules can answer it and the form
    asks the same question again.
    """

    form = ""
    questions: tuple[str, ...] = ()
    left_to_rules: frozenset[str] = frozenset()
    """Intents that start another process rather than answer this form."""
    starts: frozenset[str] = frozenset()
    """Intents that begin this form; in the middle of it they change what it is about."""
    soothes = False
    """Whether a complaint that answers nothing is anger in the middle of this form, not a process of its own."""

    def name(self) -> str:
        return f"validate_{self.form}"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        turn = Turn(tracker)
        intake = Intake(turn, context())
        asked = turn.requested_slot
        is_resumed = turn.was_rejected_by(self.form)
        if not is_resumed:
            if asked and not self._concerns_us(turn, asked) and not self._is_picked(intake):
                return []
            await self._read(dispatcher, intake, asked)
            if asked and not intake.updates and self._is_picked(intake):
                await self._read(dispatcher, intake, asked)
            if asked and not intake.updates and not intake.failed_proof and not intake.is_locked:
                if not (self.soothes and turn.intent == "complain" and not turn.is_payload):
                    return []
                if turn.issue == IssueType.SAFETY_HAZARD:
                    dispatcher.utter_message(response="utter_safety_stop_using")
                    return [*self._saved(intake), *await hand_over(dispatcher, turn, EscalationReason.SAFETY)]
                soothe(dispatcher, intake)
        if intake.is_locked:
            reasons = ["identification_locked"]
            dispatcher.utter_message(response="utter_identification_locked", facts={"reasons": reasons})
            return [*self._saved(intake), *forget_answers(), *ended("ended", order_number=None)]
        if intake.failed_proof and not intake["verification"]:
            dispatcher.utter_message(response="utter_identification_failed")
        if not asked and "verification" in self.questions:
            # Whoever comes back to the same conversation has proved the order before.
            await intake.note_contact()
        if self.soothes:
            _tell_of_known_case(dispatcher, intake)
        if not asked:
            await self.on_start(dispatcher, intake)
        if self.soothes and "reason" in intake.updates:
            react(dispatcher, intake)
        if (events := await self.on_answers(dispatcher, intake)) is not None:
            return [*self._saved(intake), *events]
        asks_for_photos = asked == "evidence" and "evidence" in self.questions
        if asks_for_photos and await still_asked(intake, is_resumed=is_resumed):
            return [*self._saved(intake), SlotSet("requested_slot", asked)]
        if intake["change"]:
            intake.clear(*_cleared_by(intake["change"]), "confirmation", "change")
        return await self._next(dispatcher, intake)

    async def on_start(self, dispatcher: CollectingDispatcher, intake: Intake) -> None:
        """Say or set what belongs before the first question."""

    async def on_answers(self, dispatcher: CollectingDispatcher, intake: Intake) -> list[EventType] | None:
        """Act on what was read just now; return what ends the form, or None to go on."""
        return None

    async def read_own(self, dispatcher: CollectingDispatcher, intake: Intake, asked: str | None) -> None:
        """Read the slots that only this form has."""

    async def reads(self, intake: Intake, slot: str) -> bool:
        """Tell whether what messages say about a slot means anything to this form now."""
        return True

    async def is_needed(self, dispatcher: CollectingDispatcher, intake: Intake, slot: str) -> bool:
        """Tell whether a slot must be asked for; may fill it from what is known."""
        return intake[slot] is None

    async def refuse(self, dispatcher: CollectingDispatcher, intake: Intake) -> bool:
        """Tell the customer why it cannot be done and return True, where that is so."""
        return False

    @staticmethod
    def _is_picked(intake: Intake) -> bool:
        """Read the message as the button that it names, and tell whether it names one."""
        found = choices.picked(intake.turn)
        intake.turn = found or intake.turn
        return found is not None

    def _concerns_us(self, turn: Turn, asked: str) -> bool:
        if turn.is_payload:
            return turn.intent in _ANSWERS.get(asked, ()) or turn.intent.startswith(("choose_", "inform"))
        # A bare number answers what was asked, whatever menu of a hotline it reminds of.
        if turn.confidence >= 0.5 and turn.intent in _ALWAYS_LEFT and not turn.text.isdigit():
            return False
        if turn.intent in self.left_to_rules and turn.confidence >= 0.6 and asked != "details":
            return False
        if _DIGRESSIONS.fullmatch(turn.intent) and turn.intent not in self.starts:
            return _answers_directly(turn, asked)
        return True

    async def _read(self, dispatcher: CollectingDispatcher, intake: Intake, asked: str | None) -> None:
        for slot in self.questions:
            if (reader := _READERS.get(slot)) and await self.reads(intake, slot):
                await reader(intake, asked == slot)
        if not intake.turn.is_payload or intake.turn.intent == "choose_change":
            if asked == "confirmation" and intake.turn.intent == "deny" and not intake.updates:
                intake.set("confirmation", "no")
            if asked == "change":
                _read_change(intake)
        if asked == "confirmation":
            # "Maybe", "yes, if it is free" and "is that right?" get the summary again.
            if intake.turn.agrees and not intake.updates:
                intake.set("confirmation", "yes")
            elif intake.turn.is_payload and intake.turn.intent == "deny":
                intake.set("confirmation", "no")
        await self.read_own(dispatcher, intake, asked)

    async def _next(self, dispatcher: CollectingDispatcher, intake: Intake) -> list[EventType]:
        if intake["confirmation"] == "no":
            intake.clear("confirmation")
            return [*self._saved(intake), SlotSet("requested_slot", "change")]
        if intake["confirmation"] == "yes" and await _is_written(intake):
            return [*self._saved(intake), *ended("confirmed")]
        for slot in self.questions:
            if await self.is_needed(dispatcher, intake, slot):
                return [*self._saved(intake), SlotSet("requested_slot", slot)]
            if slot == self._decided_after and await self.refuse(dispatcher, intake):
                return [*self._saved(intake), *forget_answers(keep=("items", "quantity")), *ended("ended")]
        return [*self._saved(intake), *ended("confirmed")]

    _decided_after = ""
    """The slot after which policy can tell whether the wish is open at all."""

    @staticmethod
    def _saved(intake: Intake) -> list[EventType]:
        # Rasa takes a form that sets no slot at all for one that could not use the message.
        updates = intake.updates or {"order_number": intake["order_number"]}
        return [SlotSet(slot, value) for slot, value in updates.items()]


class OrderForm(Form):
    """A form about pieces of an order."""

    async def is_needed(self, dispatcher: CollectingDispatcher, intake: Intake, slot: str) -> bool:
        if slot in ("order_number", "verification", "confirmation"):
            return intake[slot] is None
        if slot == "items":
            return await self._items_needed(intake)
        if slot == "quantity":
            return await self._quantity_needed(intake)
        if slot == "sealed":
            return await reading.seal_needed(intake)
        return intake[slot] is None

    async def _items_needed(self, intake: Intake) -> bool:
        if intake["items"] is None:
            order = await intake.load_order()
            if order is not None and len(order.lines) == 1:
                intake.set("items", [order.lines[0].position])
        return intake["items"] is None

    async def _quantity_needed(self, intake: Intake) -> bool:
        order = await intake.load_order()
        if intake["quantity"] is not None or order is None:
            return False
        lines = [line for position in intake["items"] or [] if (line := order.line(int(position)))]
        if len(lines) == 1 and lines[0].quantity > 1:
            return True
        intake.set("quantity", {str(line.position): line.quantity for line in lines})
        return False


async def _is_written(intake: Intake) -> bool:
    """Tell whether this very yes was carried out already, by a process that ended before it could say so.

    What it wrote must not speak against it now: the pieces it took would count as returned before.
    """
    async with intake.context.uow() as uow:
        return await uow.cases.by_source_message(intake.turn.message_id) is not None


def _tell_of_known_case(dispatcher: CollectingDispatcher, intake: Intake) -> None:
    """Say that the customer wrote about the order before, where a case of it is still open."""
    known = next((case for case in intake.known_cases if case.is_open), None)
    if known is not None:
        case = facts.case_fact(known)
        dispatcher.utter_message(response="utter_known_case", case=known.number, facts={"case": case})


def ended(outcome: str, **slots: Any) -> list[EventType]:
    """Return the events that end a form."""
    return [
        SlotSet("outcome", outcome),
        *(SlotSet(slot, value) for slot, value in slots.items()),
        SlotSet("requested_slot", None),
    ]


def _cleared_by(change: str) -> tuple[str, ...]:
    if change == "order":
        return ("order_number", "verification", "items", "quantity", "same_case", "sealed", "variant")
    if change == "items":
        return ("items", "quantity", "same_case", "sealed", "variant")
    return (change,)


def _read_change(intake: Intake) -> None:
    chosen = str(intake.turn.value("change") or "")
    if chosen in ("order", "items", "quantity", "reason", "remedy", "variant", "address", "return_method"):
        intake.set("change", chosen)


_ANSWERS = {
    "confirmation": ("affirm", "deny"),
    "same_case": ("affirm", "deny"),
    "sealed": ("affirm", "deny"),
    "remedy": ("return_item", "exchange_item", "repair_item", "reship_item", "refund_order"),
    "evidence": ("affirm", "deny", "evidence_uploaded"),
    "offer": ("affirm", "deny", "return_item", "exchange_item", "repair_item", "reship_item", "refund_order"),
    "solved": ("affirm", "deny", "solved"),
    "rating": ("rate",),
    "rating_comment": ("deny",),
}
"""Buttons besides ``choose_…`` that answer a question."""


def _answers_directly(turn: Turn, asked: str) -> bool:
    """Tell whether a message that looks like a digression still holds what was asked."""
    if asked == "order_number":
        return bool(turn.order_number or turn.case_number)
    if asked == "verification":
        return bool(turn.factors) or (len(turn.text.split()) <= 2 and any(c.isdigit() for c in turn.text))
    if asked == "quantity":
        return turn.value("quantity") is not None or reading.is_count(turn.text)
    if asked == "evidence":
        return turn.intent == "evidence_uploaded"
    if asked == "offer":
        # "I keep it if I get 60 % back" is a counter-offer, whatever else it sounds like.
        return turn.value("share") is not None or turn.money is not None
    if asked == "solved":
        return turn.intent == "thank"
    if asked == "rating":
        return rating_in(turn) is not None
    if asked == "rating_comment":
        return not turn.intent.startswith(("ask_", "track", "check", "stop"))
    if asked in ("confirmation", "change"):
        # "Sorry, two, not one" sounds polite above all, and corrects the summary.
        return turn.intent in _COURTESIES and bool(turn.value("quantity") is not None or turn.order_number)
    if asked in ("items", "variant"):
        return bool(turn.values("ordinal") or turn.values("size") or turn.values("color") or turn.text.isdigit())
    if asked == "reason":
        # "I changed my mind" is a reason here, not the wish to take a case back.
        return turn.issue is not None or turn.likeliest_issue == IssueType.CHANGED_MIND
    return asked == "details" and turn.is_story and not turn.intent.startswith("ask_")
