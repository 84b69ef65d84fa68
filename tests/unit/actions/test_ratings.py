"""A rating counts in whatever digits the customer's keyboard has."""

from __future__ import annotations

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.feedback_form import ValidateFeedbackForm
from actions.intake import Intake
from actions.ratings import rating_in
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
    ("⭐⭐⭐⭐", "4"), ("★★", "2"), ("⭐️ ⭐️ ⭐️", "3"), ("★★★☆☆", "3"), ("5⭐", "5"), ("4 ★", "4"),
    ("4/5", "4"), ("٤/٥", "4"), ("４／５", "4"), ("3 Sterne", "3"), ("5 stars!", "5"), ("۵ ستاره", "5"), ("4星", "4"),
    ("星5つ", "5"), ("별 4개", "4"), ("5 ÉTOILES", "5"),
    ("⭐⭐⭐⭐⭐⭐", None), ("14/5", None), ("4/50", None), ("12 stars", None), ("⭐⭐⭐ but late", None),
])  # fmt: skip
async def test_stars_and_figures_out_of_five_are_ratings(text: str, rating: str | None) -> None:
    assert await read(text) == rating


@pytest.mark.parametrize("text", [
    "1 item missing", "ein Artikel fehlt", "not five stars", "keine 5 Sterne", "von 1 bis 5: 4", "Not 1 but 5",
    "3 or 5?", "2 weeks, 5 calls", "2/5/2026", "三星", "it took 3 weeks again",
])  # fmt: skip
async def test_a_number_among_other_words_is_no_rating(text: str) -> None:
    assert await read(text, quantity="3") is None


@pytest.mark.parametrize(("text", "word", "rating"), [
    ("four", "four", "4"), ("Vier.", "Vier", "4"), ("五", "五", "5"), ("six", "six", None),
    ("four parcels", "four", None),
])  # fmt: skip
async def test_a_number_word_is_a_rating_where_nothing_else_is_said(text: str, word: str, rating: str | None) -> None:
    value = {"four": "4", "Vier": "4", "五": "5", "six": "6"}[word]
    entity = {"entity": "quantity", "value": value, "start": 0, "end": len(word)}
    message = {"text": text, "intent": {"name": "inform", "confidence": 1.0}, "entities": [entity]}
    found = rating_in(Turn(Tracker(CONVERSATION, {}, message, [], False, None, {}, "action_listen")))
    assert found == (int(rating) if rating else None)


@pytest.mark.parametrize("text", ["0", "6", "٦", "10", "٥٥", "-1", "four", "②"])
async def test_what_is_no_rating_from_one_to_five_is_not_taken(text: str) -> None:
    assert await read(text) is None
