"""A rating counts in whatever digits the customer's keyboard has."""

from __future__ import annotations

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.feedback_form import ValidateFeedbackForm
from actions.intake import Intake
from actions.turn import Turn
from tests.unit.services.world import CONVERSATION


async def read(text: str, intent: str = "greet", asked: str | None = "rating", **values: str) -> str | None:
    """Return the rating that the form takes from a message with these entities, or None."""
    entities = [{"entity": name, "value": value} for name, value in values.items()]
    message = {"text": text, "intent": {"name": intent, "confidence": 1.0}, "entities": entities}
    slots = {"requested_slot": asked}
    tracker = Tracker(CONVERSATION, slots, message, [], False, None, {"name": "feedback_form"}, "action_listen")
    turn = Turn(tracker)
    form, intake = ValidateFeedbackForm(), Intake(turn, None)  # type: ignore[arg-type]
    if asked and not form._concerns_us(turn, asked):
        return None
    await form.read_own(CollectingDispatcher(), intake, asked)
    return intake.updates.get("rating")


@pytest.mark.parametrize("text", ["4", "٤", "۴", "４", "४", "๔"])
async def test_rating_in_the_digits_of_any_script_is_taken(text: str) -> None:
    assert await read(text) == "4"


async def test_button_of_a_rating_is_taken_at_any_time() -> None:
    assert await read("/rate", "rate", None, rating="5") == "5"
    assert await read("/rate", "rate", None, rating="５") == "5"


@pytest.mark.parametrize(("text", "rating"), [
    ("⭐⭐⭐⭐", "4"), ("★★", "2"), ("⭐️ ⭐️ ⭐️", "3"), ("4/5", "4"), ("3 von 5 Sternen", "3"), ("٥ / 5", "5"),
    ("⭐⭐⭐⭐⭐⭐", None), ("14/5", None), ("1/52", None),
])  # fmt: skip
async def test_stars_and_figures_out_of_five_are_ratings(text: str, rating: str | None) -> None:
    assert await read(text) == rating


@pytest.mark.parametrize(("text", "rating"), [
    ("five stars", "5"), ("vier Sterne bitte", "4"), ("五颗星", "5"),
    ("two of the parcels never came", None), ("it took 3 weeks again", None),
])  # fmt: skip
async def test_a_number_word_is_a_rating_where_hardly_anything_else_is_said(text: str, rating: str | None) -> None:
    assert await read(text, quantity=rating or "2") == rating


@pytest.mark.parametrize("text", ["0", "6", "٦", "10", "٥٥", "-1", "four", "②"])
async def test_what_is_no_rating_from_one_to_five_is_not_taken(text: str) -> None:
    assert await read(text) is None
