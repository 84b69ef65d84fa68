"""Danger comes first: whenever it is told, the customer hears to stop using it, and a person gets the case."""

from __future__ import annotations

import pytest

from actions.change_form import ValidateChangeForm
from actions.complaint_form import ValidateComplaintForm
from actions.exchange_form import ValidateExchangeForm
from actions.exchanges import ActionOpenExchange
from actions.forms import Form
from actions.return_form import ValidateReturnForm
from actions.returns import ActionOpenReturn
from bot.aftersales.case import Case
from bot.aftersales.escalation import Escalation, EscalationReason
from tests.unit.actions.talk import Talk, bind, follows
from tests.unit.aftersales.builders import an_order
from tests.unit.services.world import proved_world

SLOTS = {"order_number": "10482733", "verification": "proved", "items": [1], "quantity": {"1": 1}}
WARNING = "utter_safety_stop_using"
FORMS = [
    ("complaint_form", ValidateComplaintForm()),
    ("return_form", ValidateReturnForm()),
    ("exchange_form", ValidateExchangeForm()),
]


async def a_talk(form: str | None, **slots: object) -> Talk:
    world = await proved_world()
    bind(world)
    return Talk(world, form, **SLOTS, **slots)


@pytest.mark.parametrize(("name", "form"), FORMS, ids=[name for name, _ in FORMS])
async def test_danger_told_in_the_middle_of_a_form_is_warned_of_at_once(name: str, form: Form) -> None:
    talk = await a_talk(name, requested_slot="reason", details="it hums")
    responses, _ = await talk.run(form, "complain", "it gave me an electric shock", reason="safety_hazard")
    assert responses[0] == WARNING


async def test_danger_told_as_the_story_is_warned_of_before_anything_else_is_asked() -> None:
    talk = await a_talk("complaint_form", requested_slot="details")
    responses, _ = await talk.run(ValidateComplaintForm(), "complain", "it caught fire", reason="safety_hazard")
    assert responses[0] == WARNING


async def test_a_dangerous_return_goes_to_a_person_with_its_case() -> None:
    talk = await a_talk(None, reason="safety_hazard", confirmation="yes")
    responses, events = await talk.run(ActionOpenReturn(), "affirm")
    assert responses[-1] == "utter_handoff_queued"
    assert follows(events) == "action_listen"
    (handoff,), (case,) = talk.world.database.all(Escalation), talk.world.database.all(Case)
    assert (handoff.reason, handoff.case_number) == (EscalationReason.SAFETY, case.number)


async def test_a_dangerous_exchange_goes_to_a_person_with_its_case() -> None:
    talk = await a_talk(None, reason="safety_hazard", confirmation="yes", variant="product1-43")
    responses, _ = await talk.run(ActionOpenExchange(), "affirm")
    assert responses[-1] == "utter_handoff_queued"
    assert talk.world.database.all(Escalation)[0].reason is EscalationReason.SAFETY


async def test_regret_fits_the_issue_and_is_said_once() -> None:
    talk = await a_talk("complaint_form", requested_slot="details")
    form = ValidateComplaintForm()
    assert (await talk.run(form, "complain", "it came in pieces", reason="damaged"))[0][0] == "utter_sorry_product"
    responses, _ = await talk.run(form, "inform", "no, it was the wrong one", reason="wrong_item")
    assert not [response for response in responses if response.startswith("utter_sorry")]


async def test_nobody_is_sorry_about_a_change_of_mind() -> None:
    talk = await a_talk("return_form", requested_slot="reason")
    responses, _ = await talk.run(ValidateReturnForm(), "inform", "I changed my mind", reason="changed_mind")
    assert not [response for response in responses if response.startswith("utter_sorry")]


async def test_who_is_angry_is_offered_a_person_instead_of_regret() -> None:
    talk = await a_talk("complaint_form", requested_slot="details")
    words = "THIS IS A DISGRACE, THE PLATES CAME IN PIECES!!!"
    responses, _ = await talk.run(ValidateComplaintForm(), "complain", words, reason="damaged")
    assert responses[0] == "utter_offer_human_angry"
    assert not [response for response in responses if response.startswith("utter_sorry")]


async def test_danger_is_handed_over_even_where_a_return_is_refused() -> None:
    world = await proved_world(an_order(delivered_days_ago=1500))
    bind(world)
    talk = Talk(world, "return_form", requested_slot="reason", **SLOTS)
    responses, _ = await talk.run(ValidateReturnForm(), "inform", "it burnt my hand", reason="safety_hazard")
    assert responses == [WARNING, "utter_return_refused", "utter_handoff_queued"]
    (handoff,), (case,) = world.database.all(Escalation), world.database.all(Case)
    assert (handoff.reason, handoff.case_number) == (EscalationReason.SAFETY, case.number)
    assert case.is_open


async def test_danger_is_taken_down_before_the_order_is_delivered_too() -> None:
    world = await proved_world(an_order(delivered_days_ago=None))
    bind(world)
    talk = Talk(world, "complaint_form", requested_slot="reason", details="it smokes", **SLOTS)
    await talk.run(ValidateComplaintForm(), "complain", "it smokes", reason="safety_hazard")
    assert talk.slots["requested_slot"] == "confirmation"


async def test_danger_told_while_an_order_is_changed_goes_to_a_person() -> None:
    talk = await a_talk("change_form", requested_slot="address", request="change_address")
    ranking = {"complain": 0.97}
    responses, events = await talk.run(
        ValidateChangeForm(), "complain", "the charger caught fire and burnt my hand", ranking, reason="safety_hazard"
    )
    assert responses == [WARNING, "utter_handoff_queued"]
    assert follows(events) == "action_listen"
    assert talk.world.database.all(Escalation)[0].reason is EscalationReason.SAFETY


async def test_danger_is_handed_over_where_there_is_nothing_to_exchange_for() -> None:
    order = an_order()
    for variant in order.lines[0].product.variants:
        variant.stock = 0
    world = await proved_world(order)
    bind(world)
    talk = Talk(world, "exchange_form", requested_slot="reason", **SLOTS)
    responses, _ = await talk.run(ValidateExchangeForm(), "inform", "it gave me a shock", reason="safety_hazard")
    assert responses == [WARNING, "utter_exchange_refused", "utter_handoff_queued"]
    (handoff,), (case,) = world.database.all(Escalation), world.database.all(Case)
    assert (handoff.case_number, case.is_open) == (case.number, True)
