"""Handing over to a person, and going on after the person gave the conversation back."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import ActionExecuted, EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import bargaining
from actions.context import context
from actions.evidence import ASK_PHOTO
from actions.intake import FORM_SLOTS, Intake, forget_answers
from actions.turn import Turn
from bot.aftersales.case import Case
from bot.aftersales.escalation import EscalationReason
from bot.aftersales.labels import IssueType, Priority
from bot.aftersales.mood import MoodLevel
from bot.services import cases, escalations, instructions
from bot.services.instructions import InstructionKind


async def hand_over(
    dispatcher: CollectingDispatcher, turn: Turn, reason: EscalationReason, *, case_number: str | None = None
) -> list[EventType]:
    """Queue the conversation for a person with everything known, tell the customer the place, and fall silent."""
    events = await queue(dispatcher, turn, reason, case_number=case_number)
    # A form in the middle of which this happens stays as it is, but must not ask again while a person is awaited.
    return [*events, FollowupAction("action_listen")]


async def hand_over_hazard(dispatcher: CollectingDispatcher, turn: Turn, case: Case) -> list[EventType]:
    """Hand a newly opened case over where something dangerous was reported, whatever is done about the goods."""
    if case.issue_type is not IssueType.SAFETY_HAZARD:
        return []
    return await hand_over(dispatcher, turn, EscalationReason.SAFETY, case_number=case.number)


async def queue(
    dispatcher: CollectingDispatcher, turn: Turn, reason: EscalationReason, *, case_number: str | None = None
) -> list[EventType]:
    """Queue the conversation for a person with everything known, and tell the customer the place."""
    known = context()
    slots = _known(Intake(turn, known))
    asked = turn.tracker.get_slot("request") or turn.tracker.get_slot("wish")
    async with known.uow() as uow:
        if case_number is None:
            case = await cases.to_take_up(uow, turn.conversation_id, turn.tracker.get_slot("order_number"))
            case_number = case.number if case else None
        place = await escalations.hand_over(
            uow,
            turn.conversation_id,
            reason,
            turn.language,
            known.clock(),
            case_number=case_number,
            priority=_priority(turn, reason, slots),
            levels=known.policy.levels,
            facts={
                "message": turn.message_id,
                "known": slots,
                "asked_for": asked,
                "during": turn.tracker.active_loop.get("name"),
                "last_words": None if turn.is_payload else turn.text[:500],
                "mood": turn.mood.as_json(),
                "question": turn.requested_slot,
            },
        )
    dispatcher.utter_message(response=place.response, **place.values, facts={"handoff": place.as_fact()})
    return [SlotSet("misunderstood", 0)]


def _known(intake: Intake) -> dict[str, Any]:
    """Return what is known of the matter at hand; offers about another one would only confuse."""
    slots = {slot: intake[slot] for slot in FORM_SLOTS} | {"ledger": bargaining.at_hand(intake)}
    return {slot: value for slot, value in slots.items() if value not in (None, [], {})}


def _priority(turn: Turn, reason: EscalationReason, slots: dict[str, Any]) -> Priority:
    # Who was hurt and asks for a person before the complaint is complete must not wait like anybody else.
    is_hazard = reason is EscalationReason.SAFETY or slots.get("reason") == IssueType.SAFETY_HAZARD.value
    if is_hazard or turn.is_threatening:
        return Priority.URGENT
    return Priority.HIGH if turn.mood.level is MoodLevel.ANGRY else Priority.NORMAL


AGENT_OFFER = "agent_offer"
"""The question of a form while the customer is to answer what an agent offered; no form has such a slot."""


def ask_besides(form: str | None, question: str) -> list[EventType]:
    """Return the events that have the next message read as the answer to a question that a form did not ask itself.

    An action that answers in the place of a form leaves the form rejected, and Rasa offers messages to a rejected form
    only after it ran once more. So it is noted as run; it goes on with its own question after the answer.
    """
    asked = [SlotSet("requested_slot", question), ActionExecuted(form)] if form else []
    return [*asked, FollowupAction("action_listen")]


class ActionResume(Action):
    """Go on after a person gave the conversation back, by doing what that person said or by asking again."""

    def name(self) -> str:
        return "action_resume"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        turn, known = Turn(tracker), context()
        async with known.uow() as uow:
            instruction = await instructions.of(uow, turn.conversation_id, known.clock())
            await uow.commit()
        dispatcher.utter_message(response="utter_handoff_back")
        form = tracker.active_loop.get("name")
        kind = instruction.kind if instruction else InstructionKind.GO_ON
        if kind is InstructionKind.ASK_PHOTO:
            dispatcher.utter_message(response=ASK_PHOTO)
            return [SlotSet("evidence", None), *ask_besides(form, "evidence")]
        if kind is InstructionKind.OFFER:
            # The offer was made to the customer with the return itself.
            return ask_besides(form, AGENT_OFFER)
        if kind is InstructionKind.ASK_ORDER_NUMBER:
            afresh = [*forget_answers(), SlotSet("order_number", None), SlotSet("verification", None)]
            if form:
                return [*afresh, FollowupAction(form)]
            dispatcher.utter_message(response="utter_ask_order_number")
            return [*afresh, FollowupAction("action_listen")]
        # The form asks again what it asked before.
        return [FollowupAction(form or "action_listen")]


class ActionHandOver(Action):
    """Hand over because the customer asked for a person."""

    def name(self) -> str:
        return "action_hand_over"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        return await hand_over(dispatcher, Turn(tracker), EscalationReason.ASKED_FOR_HUMAN)
