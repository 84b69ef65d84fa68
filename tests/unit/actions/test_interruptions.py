"""What forms make of messages that are no answer, and of a beginning in the middle of another form."""

from __future__ import annotations

from typing import Any

import pytest
from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.change_form import ValidateChangeForm
from actions.complaint_form import ValidateComplaintForm
from actions.feedback_form import ValidateFeedbackForm
from actions.forms import Form
from actions.smalltalk import ActionSayNo, ActionSayYes
from bot.aftersales.escalation import Escalation
from bot.aftersales.order import OrderState, ShipmentState
from bot.aftersales.rating import Rating
from tests.unit.actions.talk import bind
from tests.unit.aftersales.builders import NOW, an_order
from tests.unit.services.world import CONVERSATION, World, proved_world

AN_ADDRESS = {"request": "change_address", "order_number": "10482733", "verification": "proved"}
A_SURVEY = {"solved": "yes", "feedback_case": "C1000001"}


class Said:
    """A message to the question of a form; ``is_rejected`` where something else has answered it already."""

    def __init__(
        self, text: str, intent: str, *, asked: str | None = None, is_rejected: bool = False, **values: Any
    ) -> None:
        entities = [{"entity": name, "value": value} for name, value in values.items()]
        self.message = {"text": text, "intent": {"name": intent, "confidence": 1.0}, "entities": entities}
        self.asked = asked
        self.is_rejected = is_rejected

    async def to(self, form: Form, *, begins: bool = False, **slots: Any) -> tuple[list[str], dict[str, Any]]:
        """Return what a form says to it, and the slots after it."""
        events: list[dict[str, Any]] = [{"event": "user", "text": self.message["text"], "parse_data": self.message}]
        if self.is_rejected:
            events.append({"event": "action_execution_rejected", "name": form.form})
        if begins:
            events.append({"event": "active_loop", "name": form.form})
        known = {**slots, "requested_slot": self.asked}
        tracker = Tracker(CONVERSATION, known, self.message, events, False, None, {"name": form.form}, "action_listen")
        dispatcher = CollectingDispatcher()
        found = await form.run(dispatcher, tracker, {})
        after = {event["name"]: event["value"] for event in found if event["event"] == "slot"}
        return [message["response"] for message in dispatcher.messages], {**known, **after}


async def a_shop(*, closed: bool = False) -> World:
    """Return a shop with an order that has not left, and a case of it that is closed or open."""
    world = await proved_world(
        an_order(delivered_days_ago=None, state=OrderState.PAID, shipment=ShipmentState.LABEL_CREATED)
    )
    case = world.add_case()
    if closed:
        case.resolve(NOW)
        case.close()
    bind(world)
    return world


@pytest.mark.parametrize(("said", "heard"), [
    (Said("how long does delivery take?", "ask_delivery", asked="address", is_rejected=True), []),
    (Said("where is my parcel?", "track_order", asked="address", is_rejected=True), []),
    (Said("this is outrageous", "complain", asked="address"), ["utter_sorry"]),
    (Said("somewhere in Leipzig", "inform", asked="address", is_rejected=True), ["utter_address_unclear"]),
    (Said("Leipzg 0410", "nlu_fallback", asked="address", is_rejected=True), ["utter_address_unclear"]),
])  # fmt: skip
async def test_only_what_was_meant_as_an_address_is_called_unclear(said: Said, heard: list[str]) -> None:
    await a_shop()
    responses, slots = await said.to(ValidateChangeForm(), **AN_ADDRESS)
    assert responses == heard
    assert slots["requested_slot"] == "address"


@pytest.mark.parametrize(("intent", "asked_next"), [
    ("nlu_fallback", "rating"), ("inform", "rating"), ("affirm", "rating"), ("change_language", "rating"),
    ("ask_delivery", None), ("thank", None), ("out_of_scope", None),
])  # fmt: skip
async def test_a_rating_is_asked_for_again_only_where_nothing_else_came_up(intent: str, asked_next: str | None) -> None:
    await a_shop(closed=True)
    said = Said("hm", intent, asked="rating", is_rejected=True)
    responses, slots = await said.to(ValidateFeedbackForm(), **A_SURVEY)
    assert responses == []
    assert slots["requested_slot"] == asked_next


async def test_who_does_not_want_to_rate_is_left_alone() -> None:
    world = await a_shop(closed=True)
    responses, slots = await Said("no thanks", "deny", asked="rating").to(ValidateFeedbackForm(), **A_SURVEY)
    assert (responses, slots["requested_slot"], slots["outcome"]) == (["utter_all_right"], None, "ended")
    assert world.database.all(Rating) == []


async def test_a_button_of_a_rating_counts_after_something_else_came_up() -> None:
    world = await a_shop(closed=True)
    responses, slots = await Said("/rate", "rate", rating="4").to(ValidateFeedbackForm(), begins=True)
    assert (responses, slots["requested_slot"]) == ([], "rating_comment")
    (rating,) = world.database.all(Rating)
    assert (rating.case_number, rating.rating) == ("C1000001", 4)


async def test_a_button_of_a_rating_counts_for_nothing_that_is_not_done() -> None:
    world = await a_shop()
    _, slots = await Said("/rate", "rate", rating="4").to(ValidateFeedbackForm(), begins=True)
    assert slots["outcome"] == "ended"
    assert world.database.all(Rating) == []


async def test_a_form_that_begins_in_the_middle_of_another_was_not_asked_anything_yet() -> None:
    await a_shop(closed=True)
    said = Said('/choose_reason{"reason": "safety_hazard"}', "choose_reason", asked="rating", reason="safety_hazard")
    responses, _ = await said.to(ValidateComplaintForm(), begins=True, order_number="10482733", verification="proved")
    assert "utter_safety_stop_using" in responses


async def answered(action: Action, intent: str, *heard: str, form: str | None = None) -> tuple[list[str], list[str]]:
    """Return what is said to a plain yes or no after some responses, and which action follows."""
    message = {"text": f"/{intent}", "intent": {"name": intent, "confidence": 1.0}, "entities": []}
    events: list[dict[str, Any]] = [{"event": "bot", "metadata": {"utter_action": name}} for name in heard]
    events.append({"event": "user", "text": message["text"], "parse_data": message})
    tracker = Tracker(CONVERSATION, {}, message, events, False, None, {"name": form} if form else {}, "action_listen")
    dispatcher = CollectingDispatcher()
    found = await action.run(dispatcher, tracker, {})
    follows = [event["name"] for event in found if event["event"] == "followup"]
    return [message["response"] for message in dispatcher.messages], follows


@pytest.mark.parametrize("form", [None, "change_form"])
@pytest.mark.parametrize("offer", ["utter_offer_human", "utter_offer_human_angry", "utter_case_joined"])
async def test_a_yes_to_the_offer_of_a_person_brings_one_in(offer: str, form: str | None) -> None:
    world = await a_shop()
    heard = [offer, "utter_ask_address"] if form else [offer]
    responses, follows = await answered(ActionSayYes(), "affirm", *heard, form=form)
    assert (responses, follows) == (["utter_handoff_queued"], ["action_listen"])
    assert len(world.database.all(Escalation)) == 1


async def test_a_no_to_the_offer_of_a_person_is_understood() -> None:
    world = await a_shop()
    assert await answered(ActionSayNo(), "deny", "utter_offer_human") == (["utter_all_right"], [])
    heard = ("utter_offer_human_angry", "utter_ask_address")
    assert await answered(ActionSayNo(), "deny", *heard, form="change_form") == (["utter_evidence_declined"], [])
    assert world.database.all(Escalation) == []


async def test_a_yes_to_nothing_that_was_asked_is_not_understood_in_a_form() -> None:
    await a_shop()
    assert await answered(ActionSayYes(), "affirm", "utter_ask_address", form="change_form") == (
        ["utter_not_understood"], []
    )  # fmt: skip


async def test_a_yes_to_following_up_a_late_order_begins_the_complaint() -> None:
    await a_shop()
    assert await answered(ActionSayYes(), "affirm", "utter_order_late") == ([], ["complaint_form"])
    assert await answered(ActionSayNo(), "deny", "utter_order_late") == (["utter_all_right"], [])
