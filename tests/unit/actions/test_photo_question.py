"""What is made of answers to the question for photos."""

from __future__ import annotations

import pytest

from actions.complaint_form import ValidateComplaintForm
from bot.aftersales.order import Order
from tests.unit.actions.talk import Talk, bind
from tests.unit.services.world import proved_world

SLOTS = {
    "requested_slot": "evidence",
    "order_number": "10482733",
    "verification": "10482733",
    "reason": "damaged",
    "details": "broken on arrival",
    "items": [1],
    "quantity": {"1": 1},
}


@pytest.mark.parametrize(("intent", "text", "evidence"), [
    ("affirm", "ok, one moment", "waiting"),
    ("inform", "the {goods}", "waiting"),
    ("nlu_fallback", "{goods}", "waiting"),
    ("deny", "no, I have none of the {goods}", "declined"),
    ("nlu_fallback", "it's in a bin already", "declined"),
])  # fmt: skip
async def test_only_who_says_nothing_about_the_goods_goes_on_without_photos(
    intent: str, text: str, evidence: str
) -> None:
    talk, goods = await a_talk()
    await talk.run(ValidateComplaintForm(), intent, text.format(goods=goods))
    assert talk.slots.get("evidence") == evidence
    assert (talk.slots.get("requested_slot") == "evidence") is (evidence == "waiting")


async def test_who_names_the_goods_again_goes_on_without_photos() -> None:
    talk, goods = await a_talk()
    for said, evidence in ((goods, "waiting"), (f"I have thrown {goods} away", "declined")):
        await talk.run(ValidateComplaintForm(), "inform", said)
        assert talk.slots["evidence"] == evidence


async def a_talk() -> tuple[Talk, str]:
    """Return a conversation that is at the question, and what the goods are called."""
    world = await proved_world()
    bind(world)
    (order,) = world.database.all(Order)
    return Talk(world, "complaint_form", **SLOTS), order.lines[0].product.title
