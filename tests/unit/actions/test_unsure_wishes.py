"""An answer to "what would you like instead" that is unsure by itself, but clear among what is open."""

from __future__ import annotations

import pytest

from actions.complaint_form import ValidateComplaintForm
from tests.unit.actions.talk import Talk, bind
from tests.unit.services.world import proved_world

SLOTS = {
    "requested_slot": "remedy",
    "order_number": "10482733",
    "verification": "10482733",
    "reason": "missing_item",
    "details": "one of the two was not in the box",
    "items": [1],
    "quantity": {"1": 1},
    "evidence": "declined",
}


@pytest.mark.parametrize(("ranking", "remedy"), [
    # Repairing what never came is not open, so that sending it again remains.
    ({"repair_item": 0.46, "reship_item": 0.42}, "reship"),
    ({"repair_item": 0.58, "reship_item": 0.35}, "reship"),
    ({"reship_item": 0.48, "repair_item": 0.4}, "reship"),
    # Both are open: the customer is asked again.
    ({"reship_item": 0.45, "refund_order": 0.4}, None),
    # A wish that the message refuses is ranked behind the refusal.
    ({"deny": 0.45, "reship_item": 0.4}, None),
    ({"reship_item": 0.2}, None),
    ({"track_order": 0.45, "reship_item": 0.4}, None),
])  # fmt: skip
async def test_an_unsure_wish_is_read_among_the_remedies_that_are_open(
    ranking: dict[str, float], remedy: str | None
) -> None:
    world = await proved_world()
    bind(world)
    talk = Talk(world, "complaint_form", **SLOTS)
    _, events = await talk.run(ValidateComplaintForm(), "nlu_fallback", "hm could you maybe...", ranking)
    assert talk.slots.get("remedy") == remedy
    # Without an event the form has rejected the message, and the bot says that it did not understand.
    assert bool(events) is (remedy is not None)


async def test_a_sum_that_is_named_along_with_an_unsure_wish_does_not_stand_in_its_way() -> None:
    world = await proved_world()
    bind(world)
    talk = Talk(world, "complaint_form", **SLOTS)
    await talk.run(ValidateComplaintForm(), "nlu_fallback", "the full sum", {"refund_order": 0.48}, share="100")
    assert talk.slots.get("wish") == "refund"


@pytest.mark.parametrize("ranking", [
    {"repair_item": 0.7, "reship_item": 0.28},
    # Unsure, and far likelier than what is open.
    {"repair_item": 0.58, "reship_item": 0.27},
])  # fmt: skip
async def test_a_wish_that_stands_out_is_taken_at_its_word(ranking: dict[str, float]) -> None:
    world = await proved_world()
    bind(world)
    talk = Talk(world, "complaint_form", **SLOTS)
    responses, _ = await talk.run(ValidateComplaintForm(), "repair_item", "repair it, or send it again", ranking)
    assert responses == ["utter_wish_not_open"]
