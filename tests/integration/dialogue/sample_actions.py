"""Three actions for the executor's tests: one works, one fails, one declines."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import ActionExecutionRejection


class ActionWorks(Action):
    def name(self) -> str:
        return "action_works"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        dispatcher.utter_message(response="utter_done", facts={"of": tracker.sender_id})
        return [SlotSet("done", True)]


class ActionFails(Action):
    def name(self) -> str:
        return "action_fails"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        raise ZeroDivisionError("nothing to divide by")


class ActionDeclines(Action):
    def name(self) -> str:
        return "action_declines"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        raise ActionExecutionRejection(self.name(), "not now")
