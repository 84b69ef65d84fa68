"""Handing over to a person, and going on after the person gave the conversation back."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.context import context
from actions.intake import FORM_SLOTS
from actions.turn import Turn
from bot.aftersales.escalation import EscalationReason
from bot.aftersales.labels import Priority
from bot.services import escalations


async def hand_over(
    dispatcher: CollectingDispatcher, turn: Turn, reason: EscalationReason, *, case_number: str | None = None
) -> list[EventType]:
    """Queue the conversation for a person with everything known, tell the customer the place, and fall silent."""
    events = await queue(dispatcher, turn, reason, case_number=case_number)
    # A form in the middle of which this happens stays as it is, but must not ask again while a person is awaited.
    return [*events, FollowupAction("action_listen")]


async def queue(
    dispatcher: CollectingDispatcher, turn: Turn, reason: EscalationReason, *, case_number: str | None = None
) -> list[EventType]:
    """Queue the conversation for a person with everything known, and tell the customer the place."""
    known = context()
    slots = {slot: value for slot in FORM_SLOTS if (value := turn.tracker.get_slot(slot)) not in (None, [], {})}
    asked = turn.tracker.get_slot("request")
    async with known.uow() as uow:
        if case_number is None:
            found = await uow.cases.of_conversation(turn.conversation_id)
            case_number = found[0].number if found and found[0].is_open else None
        place = await escalations.hand_over(
            uow,
            turn.conversation_id,
            reason,
            turn.language,
            known.clock(),
            case_number=case_number,
            priority=Priority.URGENT if reason is EscalationReason.SAFETY else Priority.NORMAL,
            facts={
                "message": turn.message_id,
                "known": slots,
                "asked_for": asked,
                "during": turn.tracker.active_loop.get("name"),
                "last_words": None if turn.is_payload else turn.text[:500],
            },
        )
    dispatcher.utter_message(
        response="utter_handoff_queued",
        position=place.position,
        minutes=max(1, place.expected_wait_seconds // 60),
        facts={
            "handoff": {
                "state": place.state.value,
                "position": place.position,
                "expected_wait_seconds": place.expected_wait_seconds,
            }
        },
    )
    return [SlotSet("misunderstood", 0)]


class ActionHandOver(Action):
    """Hand over because the customer asked for a person."""

    def name(self) -> str:
        return "action_hand_over"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        return await hand_over(dispatcher, Turn(tracker), EscalationReason.ASKED_FOR_HUMAN)
