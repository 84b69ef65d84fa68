"""Trackers stay in memory, stay small, and can be rebuilt from what is durable."""

from __future__ import annotations

from typing import Any

import pytest
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActiveLoop, Event, SessionStarted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.dialogue.tracker_store import LiveTrackerStore
from bot.settings import ROOT

MOST_EVENTS = 100


class Durable:
    """What the database would hold."""

    def __init__(self) -> None:
        self.events: dict[str, list[dict[str, Any]]] = {}
        self.reads = 0

    async def load(self, conversation_id: str) -> list[dict[str, Any]]:
        self.reads += 1
        return list(self.events.get(conversation_id, []))


@pytest.fixture(scope="module")
def domain() -> Domain:
    return Domain.load(str(ROOT / "domain"))


@pytest.fixture
def durable() -> Durable:
    return Durable()


@pytest.fixture
def store(domain: Domain, durable: Durable) -> LiveTrackerStore:
    return LiveTrackerStore(domain, durable.load)


def _said(text: str) -> UserUttered:
    return UserUttered(text, {"name": "ask_return_policy", "confidence": 1.0})


async def _turn(store: LiveTrackerStore, durable: Durable, *events: Event) -> DialogueStateTracker:
    tracker = await store.get_or_create_tracker("c-1")
    for event in events:
        tracker.update(event, store.domain)
    await store.save(tracker)
    durable.events.setdefault("c-1", []).extend(store.take_new("c-1"))
    return tracker


def _in_a_form() -> list[Event]:
    return [
        ActionExecuted("action_session_start"), SessionStarted(), ActionExecuted("action_listen"), _said("start"),
        ActionExecuted("return_form"), ActiveLoop("return_form"), SlotSet("order_number", "10480001"),
        SlotSet("items", [2]), SlotSet("quantity", {"2": 1}), SlotSet("requested_slot", "reason"),
        ActionExecuted("action_listen"),
    ]  # fmt: skip


def _digression(number: int) -> list[Event]:
    return [
        _said(f"question {number}"), ActionExecuted("action_answer_question"), ActionExecuted("return_form"),
        SlotSet("requested_slot", "reason"), ActionExecuted("action_listen"),
    ]  # fmt: skip


async def test_a_long_conversation_stays_small_and_keeps_what_matters(
    store: LiveTrackerStore, durable: Durable
) -> None:
    await _turn(store, durable, *_in_a_form())
    for number in range(60):
        await _turn(store, durable, *_digression(number))
    tracker = await store.retrieve("c-1")
    assert tracker is not None
    assert len(tracker.events) < MOST_EVENTS
    assert tracker.active_loop_name == "return_form"
    assert tracker.get_slot("items") == [2]
    assert tracker.get_slot("quantity") == {"2": 1}
    assert tracker.get_slot("requested_slot") == "reason"
    assert tracker.latest_action_name == "action_listen"
    assert tracker.latest_message and tracker.latest_message.text == "question 59"
    assert durable.reads == 1


async def test_the_durable_events_are_whole_and_in_order(store: LiveTrackerStore, durable: Durable) -> None:
    await _turn(store, durable, *_in_a_form())
    for number in range(60):
        await _turn(store, durable, *_digression(number))
    said = [event["text"] for event in durable.events["c-1"] if event["event"] == "user"]
    assert said == ["start", *(f"question {number}" for number in range(60))]


async def test_a_rebuilt_tracker_is_like_the_one_that_lived(
    store: LiveTrackerStore, durable: Durable, domain: Domain
) -> None:
    await _turn(store, durable, *_in_a_form())
    for number in range(60):
        await _turn(store, durable, *_digression(number))
        lived = await store.retrieve("c-1")
        rebuilt = await LiveTrackerStore(domain, durable.load).retrieve("c-1")
        assert lived and rebuilt
        assert lived.current_slot_values() == rebuilt.current_slot_values()
        assert lived.active_loop_name == rebuilt.active_loop_name
        assert lived.latest_action_name == rebuilt.latest_action_name
        # Policies look back five turns; what they see must be the same.
        assert lived.past_states(domain)[-10:] == rebuilt.past_states(domain)[-10:]


async def test_forgetting_drops_what_was_not_made_durable(store: LiveTrackerStore, durable: Durable) -> None:
    await _turn(store, durable, *_in_a_form())
    tracker = await store.retrieve("c-1")
    assert tracker is not None
    tracker.update(SlotSet("reason", "damaged"), store.domain)
    await store.save(tracker)
    store.forget("c-1")
    assert store.take_new("c-1") == []
    again = await store.retrieve("c-1")
    assert again is not None
    assert again.get_slot("reason") is None
    assert again.get_slot("requested_slot") == "reason"


async def test_an_unknown_conversation_has_no_tracker(store: LiveTrackerStore) -> None:
    assert await store.retrieve("c-9") is None
