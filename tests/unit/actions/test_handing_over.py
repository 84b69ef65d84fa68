"""What a handoff that the customer asked for keeps, and how pressing it is by what the customer wrote before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.escalation import ActionHandOver
from bot.aftersales.escalation import Escalation, EscalationReason
from bot.aftersales.labels import Priority
from tests.unit.actions.talk import bind
from tests.unit.services.world import CONVERSATION, World

ASKS = ("ask_human", "I want to talk to a person")
SHOUTS = ("track_order", "WHERE IS MY PARCEL!!!")
PRESSES = ("ask_human", "/ask_human")


def heard(intent: str, text: str) -> dict[str, Any]:
    parsed = {"text": text, "intent": {"name": intent, "confidence": 1.0}, "entities": []}
    return {"event": "user", "message_id": "m1", "text": text, "parse_data": parsed}


async def handed_over(*said: tuple[str, str], form: str | None = None, **slots: Any) -> Escalation:
    """Return the handoff of a customer who said these things, as intent and text, and for the last gets a person."""
    world = World()
    bind(world)
    events = [heard(*message) for message in said]
    loop = {"name": form} if form else {}
    tracker = Tracker(CONVERSATION, slots, events[-1]["parse_data"], events, False, None, loop, "action_listen")
    dispatcher = CollectingDispatcher()
    await ActionHandOver().run(dispatcher, tracker, {})
    assert [message["response"] for message in dispatcher.messages] == ["utter_handoff_queued"]
    (handoff,) = world.database.all(Escalation)
    return handoff


async def test_the_mood_is_kept_with_what_was_known_and_said_last() -> None:
    slots = {
        "order_number": "10482733",
        "reason": "damaged",
        "requested_slot": "evidence",
        "items": [],
        "details": None,
    }
    handoff = await handed_over(SHOUTS, SHOUTS, ASKS, form="complaint_form", **slots)
    assert handoff.reason is EscalationReason.ASKED_FOR_HUMAN
    assert handoff.facts["mood"] == {"level": "angry", "signs": {"shouting": 2, "emphasis": 2}}
    assert handoff.facts["known"] == {"order_number": "10482733", "reason": "damaged"}
    assert handoff.facts["last_words"] == "I want to talk to a person"
    assert (handoff.facts["question"], handoff.facts["during"]) == ("evidence", "complaint_form")


async def test_a_calm_mood_is_kept_too_and_a_button_is_no_words() -> None:
    handoff = await handed_over(PRESSES)
    assert handoff.facts["mood"] == {"level": "calm", "signs": {}}
    assert handoff.facts["last_words"] is None


@pytest.mark.parametrize(("said", "slots", "priority"), [
    ([ASKS], {}, Priority.NORMAL),
    # Loud once, or asking twice, is no more than annoyed.
    ([("complain", "It is broken!!!"), ASKS], {}, Priority.NORMAL),
    ([ASKS, ASKS], {}, Priority.NORMAL),
    ([SHOUTS, ASKS], {}, Priority.HIGH),
    ([("ask_human", "I WANT TO TALK TO A PERSON!!!")], {}, Priority.HIGH),
    ([("complain", "You will hear from my lawyer."), ASKS], {}, Priority.URGENT),
    ([("complain", "You will hear from my lawyer."), ("inform", "10482733"), PRESSES], {}, Priority.URGENT),
    ([("ask_human", "A person please, or my lawyer writes to you")], {}, Priority.URGENT),
    ([("complain", "Sie hören von meinem Anwalt."), ASKS], {"language": "de"}, Priority.URGENT),
    ([("complain", "MY LAWYER WILL WRITE TO YOU!!!"), ASKS], {}, Priority.URGENT),
    ([ASKS], {"reason": "safety_hazard"}, Priority.URGENT),
    ([ASKS], {"reason": "damaged"}, Priority.NORMAL),
], ids=[
    "calm", "emphasis alone", "asks twice", "angry before", "angry now", "threat before", "threat long before",
    "threat now", "threat in German", "angry threat", "danger", "no danger",
])  # fmt: skip
async def test_how_pressing_a_handoff_is(
    said: Sequence[tuple[str, str]], slots: dict[str, Any], priority: Priority
) -> None:
    assert (await handed_over(*said, **slots)).priority is priority
