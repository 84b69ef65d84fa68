"""A case or return number leads to its order, and tells nobody whether there is such a case."""

from __future__ import annotations

import pytest

from actions.order_forms import ValidateStatusForm
from bot.aftersales.case import Case
from bot.aftersales.order import Order
from bot.aftersales.return_ import Return
from tests.unit.actions.talk import Talk, bind
from tests.unit.aftersales.builders import a_case, an_order
from tests.unit.services.lifecycles import returned
from tests.unit.services.world import EMAIL, World, proved_world


@pytest.mark.parametrize("text", ["C1000001", "C7777777", "R7777777"], ids=["known", "unknown", "unknown return"])
async def test_nobody_learns_from_a_number_whether_it_exists(text: str) -> None:
    world = World()
    bind(world)
    world.add_case()
    talk = Talk(world, "status_form", requested_slot="order_number")
    responses, _ = await talk.run(ValidateStatusForm(), "inform", text)
    assert (responses, talk.slots["requested_slot"]) == ([], "verification")
    responses, _ = await talk.run(ValidateStatusForm(), "inform", "nobody@example.org", email="nobody@example.org")
    assert responses == ["utter_identification_failed"]


async def test_a_return_number_leads_to_its_order() -> None:
    world, _, return_ = await returned()
    assert isinstance(return_, Return)
    bind(world)
    talk = Talk(world, "status_form", requested_slot="order_number")
    await talk.run(ValidateStatusForm(), "inform", return_.rma)
    await talk.run(ValidateStatusForm(), "inform", EMAIL, email=EMAIL)
    assert talk.slots["order_number"] == return_.order_number


@pytest.mark.parametrize("text", ["and C7777777?", "and C1000777?"], ids=["unknown", "somebody else's"])
async def test_a_number_that_is_not_theirs_changes_nothing_for_who_has_an_order(text: str) -> None:
    world = await proved_world()
    bind(world)
    world.database.all(Order).append(an_order(number="10489999"))
    world.database.all(Case).append(a_case("C1000777", "10489999"))
    talk = Talk(world, "status_form", requested_slot="case_choice", order_number="10482733", verification="proved")
    await talk.run(ValidateStatusForm(), "inform", text)
    assert (talk.slots["order_number"], talk.slots["verification"]) == ("10482733", "proved")
