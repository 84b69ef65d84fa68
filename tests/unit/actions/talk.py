"""A conversation with the actions, without a model: each message with what it was understood as."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import context
from bot.services.document_links import DocumentLinks
from tests.unit.aftersales.builders import NOW
from tests.unit.aftersales.policies import A_POLICY
from tests.unit.services.world import CONVERSATION, World


def bind(world: World) -> None:
    """Let the actions work in a world, under the policy of tests."""
    context.bind(context.Context(world.uow, A_POLICY, lambda: NOW, DocumentLinks(b"a key for tests")))


class Talk:
    """A conversation as the actions see it: slots, the active form, and what both sides said."""

    def __init__(self, world: World, form: str | None = None, **slots: Any) -> None:
        self.world = world
        self.form = form
        self.slots = slots
        self.said: list[dict[str, Any]] = []
        self.is_rejected = False
        self._heard = 0

    async def run(
        self, action: Any, intent: str, text: str = "", ranking: Mapping[str, float] | None = None, **values: str
    ) -> tuple[list[str], list[dict[str, Any]]]:
        """Return what an action says to a message with these entities, and its events, which are applied."""
        self._heard += 1
        guesses = [{"name": name, "confidence": confidence} for name, confidence in (ranking or {intent: 1.0}).items()]
        understood = {"name": intent, "confidence": guesses[0]["confidence"]}
        entities = [{"entity": name, "value": value} for name, value in values.items()]
        message = {"text": text or f"/{intent}", "intent": understood, "intent_ranking": guesses, "entities": entities}
        user = {"event": "user", "message_id": f"m{self._heard}", "text": message["text"], "parse_data": message}
        rejected = {"event": "action_execution_rejected", "name": self.form}
        self.said.append(user)
        events = [*self.said, *([rejected] if self.is_rejected else [])]
        loop = {"name": self.form} if self.form else {}
        tracker = Tracker(CONVERSATION, self.slots, message, events, False, None, loop, "action_listen")
        dispatcher = CollectingDispatcher()
        found = await action.run(dispatcher, tracker, {})
        for event in found:
            if event["event"] == "slot":
                self.slots[event["name"]] = event["value"]
        uttered = [{**message, "utter_action": message["response"]} for message in dispatcher.messages]
        self.said += [{"event": "bot", "metadata": message} for message in uttered]
        return [message["utter_action"] for message in uttered], found


def follows(events: list[dict[str, Any]]) -> str | None:
    return next((event["name"] for event in events if event["event"] == "followup"), None)
