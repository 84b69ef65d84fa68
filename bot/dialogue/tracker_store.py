"""Live trackers: conversations stay in memory between turns, and the cost of a turn does not grow with their length."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    Event,
    SessionStarted,
    SlotSet,
    UserUttered,
    deserialise_events,
)
from rasa.shared.core.trackers import DialogueStateTracker

LoadEvents = Callable[[str], Awaitable[list[dict[str, Any]]]]

_MAX_EVENTS = 60
_KEPT_EVENTS = 30
_MAX_LIVE = 2_000


class LiveTrackerStore(TrackerStore):  # type: ignore[misc]
    """Keeps the trackers of recent conversations and hands out each turn's new events to be made durable.

    A tracker past ``_MAX_EVENTS`` is rebuilt from a checkpoint: session start, the filled slots, the active form and
    the events since a recent customer message. Policies look back a few turns only, so their predictions stay the
    same; the whole history stays in the database.
    """

    def __init__(self, domain: Domain, load_events: LoadEvents) -> None:
        super().__init__(domain)
        self._load_events = load_events
        self._live: OrderedDict[str, DialogueStateTracker] = OrderedDict()
        self._durable: dict[str, int] = {}
        self._new: dict[str, list[dict[str, Any]]] = {}

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """Return a conversation's tracker from memory, or rebuilt from its durable events, or None."""
        tracker = self._live.get(sender_id)
        if tracker is None:
            stored = await self._load_events(sender_id)
            if not stored:
                return None
            tracker = self._checkpoint(sender_id, deserialise_events(stored))
            self._keep(tracker)
        self._live.move_to_end(sender_id)
        return tracker

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Note the events since the last save; ``take_new`` hands them out."""
        events = list(tracker.events)
        known = self._durable.get(tracker.sender_id, 0)
        self._new[tracker.sender_id] = [event.as_dict() for event in events[known:]]
        if len(events) > _MAX_EVENTS:
            tracker = self._checkpoint(tracker.sender_id, events)
        self._keep(tracker)

    def take_new(self, sender_id: str) -> list[dict[str, Any]]:
        """Return the events of the turn just saved, once."""
        return self._new.pop(sender_id, [])

    def forget(self, sender_id: str) -> None:
        """Drop a conversation from memory; the next turn starts from its durable events."""
        for kept in (self._live, self._durable, self._new):
            kept.pop(sender_id, None)

    def _keep(self, tracker: DialogueStateTracker) -> None:
        self._live[tracker.sender_id] = tracker
        self._durable[tracker.sender_id] = len(tracker.events)
        self._live.move_to_end(tracker.sender_id)
        while len(self._live) > _MAX_LIVE:
            oldest = next(iter(self._live))
            self.forget(oldest)

    def _checkpoint(self, sender_id: str, events: list[Event]) -> DialogueStateTracker:
        if len(events) <= _MAX_EVENTS:
            return DialogueStateTracker.from_events(sender_id, events, self.domain.slots)
        start = self._cut(events)
        before = DialogueStateTracker.from_events(sender_id, events[:start], self.domain.slots)
        state: list[Event] = [ActionExecuted("action_session_start"), SessionStarted()]
        state += [SlotSet(slot.name, slot.value) for slot in before.slots.values() if slot.value is not None]
        if before.active_loop_name:
            state.append(ActiveLoop(before.active_loop_name))
        # A customer message follows: without a listen before it the policies would not take it for a new turn.
        state.append(ActionExecuted("action_listen"))
        return DialogueStateTracker.from_events(sender_id, state + events[start:], self.domain.slots)

    @staticmethod
    def _cut(events: list[Event]) -> int:
        """Return the place of the first customer message among the last ``_KEPT_EVENTS`` events."""
        latest = len(events)
        for index in range(len(events) - 1, -1, -1):
            if isinstance(events[index], UserUttered):
                latest = index
                if len(events) - index >= _KEPT_EVENTS:
                    break
        return latest
