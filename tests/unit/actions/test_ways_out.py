"""A wish that is not open leads on: to what is, with everything known kept, and else to the nearest thing."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from actions import context
from actions.complaint_form import ValidateComplaintForm
from actions.exchange_form import ValidateExchangeForm
from actions.return_form import ValidateReturnForm
from actions.returns import ActionOpenReturn
from bot.aftersales.case import Case
from bot.aftersales.labels import IssueType, Remedy
from bot.aftersales.order import Order, OrderState, ShipmentState
from bot.aftersales.policy_terms import Row
from bot.services.document_links import DocumentLinks
from tests.unit.actions.talk import Talk, bind
from tests.unit.aftersales.builders import NOW, a_line, a_split_order, an_order
from tests.unit.aftersales.policies import A_POLICY, EU, ROWS
from tests.unit.services.world import proved_world

SLOTS = {"order_number": "10482733", "verification": "proved", "items": [1], "quantity": {"1": 1}}
ONLY_REPAIR = {**ROWS, IssueType.DEFECTIVE: Row((Remedy.REPAIR,)), IssueType.NOT_AS_DESCRIBED: Row((Remedy.EXCHANGE,))}


async def a_talk(form: str, *orders: Order, rows: dict[IssueType, Row] = ROWS, **slots: Any) -> Talk:
    world = await proved_world(*orders)
    policy = replace(A_POLICY, destinations=(replace(EU, issues=rows),))
    context.bind(context.Context(world.uow, policy, lambda: NOW, DocumentLinks(b"a key for tests")))
    return Talk(world, form, **{"requested_slot": "reason", **SLOTS, **slots})


def payloads(talk: Talk) -> list[str]:
    return [choice["payload"] for choice in talk.said[-1]["metadata"]["choices"]]


async def test_a_return_that_is_not_open_leads_to_the_repair_that_is() -> None:
    talk = await a_talk("return_form", rows=ONLY_REPAIR)
    responses, _ = await talk.run(ValidateReturnForm(), "inform", "it is broken", reason="defective")
    assert responses == ["utter_sorry_product", "utter_wish_not_open"]
    assert talk.said[-1]["metadata"]["facts"]["reasons"] == ["not_for_this_reason"]
    assert talk.world.database.all(Case) == []
    payload, person = payloads(talk)
    assert person == "/ask_human"
    intent, known = payload[1:].split("{", 1)
    talk.form = "complaint_form"
    await talk.run(ValidateComplaintForm(), intent, **json.loads("{" + known))
    assert (talk.slots["reason"], talk.slots["remedy"], talk.slots["items"]) == ("defective", "repair", [1])


@pytest.mark.parametrize(
    ("order", "way_out"),
    [
        (an_order(delivered_days_ago=60), "/complain"),
        (an_order(delivered_days_ago=None), "/track_order"),
        (replace(an_order(delivered_days_ago=None), state=OrderState.PAID, shipments=[]), "/cancel_order"),
        (an_order(delivered_days_ago=None, state=OrderState.CANCELED), "/check_case"),
    ],
    ids=["too late", "on its way", "not sent", "canceled"],
)
async def test_a_refusal_names_the_nearest_thing_that_is_possible(order: Order, way_out: str) -> None:
    talk = await a_talk("return_form", order)
    responses, _ = await talk.run(ValidateReturnForm(), "inform", "I changed my mind", reason="changed_mind")
    assert responses == ["utter_return_refused"]
    assert payloads(talk) == [way_out, "/ask_human"]


async def test_what_is_too_old_to_be_faulty_is_not_called_faulty_once_more() -> None:
    talk = await a_talk("return_form", an_order(delivered_days_ago=1500))
    await talk.run(ValidateReturnForm(), "inform", "it broke", reason="defective")
    assert payloads(talk) == ["/ask_human"]


def sold_out() -> Order:
    order = an_order()
    for variant in order.lines[0].product.variants:
        variant.stock = 0
    return order


async def test_without_stock_a_return_is_offered_only_where_it_is_open() -> None:
    talk = await a_talk("exchange_form", sold_out())
    assert (await talk.run(ValidateExchangeForm(), "inform", "too small", reason="wrong_size"))[0] == [
        "utter_exchange_out_of_stock"
    ]
    talk = await a_talk("exchange_form", sold_out(), rows=ONLY_REPAIR)
    responses, _ = await talk.run(ValidateExchangeForm(), "inform", "not as shown", reason="not_as_described")
    assert responses[-1] == "utter_wish_not_open"
    assert talk.said[-1]["metadata"]["facts"]["reasons"] == ["out_of_stock"]
    assert payloads(talk) == ["/ask_human"]


async def test_a_complaint_without_stock_goes_on_with_what_is_open() -> None:
    talk = await a_talk(
        "complaint_form", sold_out(), requested_slot="remedy", reason="wrong_item", details="blue", evidence="given"
    )
    responses, _ = await talk.run(ValidateComplaintForm(), "exchange_item", "send me another one")
    assert (responses, talk.slots["remedy"]) == (["utter_exchange_out_of_stock"], "return_refund")
    talk = await a_talk(
        "complaint_form", sold_out(), rows=ONLY_REPAIR, requested_slot="remedy", reason="not_as_described",
        details="blue", evidence="given",
    )  # fmt: skip
    responses, _ = await talk.run(ValidateComplaintForm(), "exchange_item", "send me another one")
    assert (responses, talk.slots["remedy"], talk.slots["requested_slot"]) == (["utter_wish_not_open"], None, "remedy")


async def test_several_products_are_repaired_one_at_a_time() -> None:
    talk = await a_talk(
        "complaint_form", an_order(a_line(1), a_line(2)), requested_slot="remedy", reason="defective",
        details="both are dead", evidence="given", items=[1, 2], quantity={"1": 1, "2": 1},
    )  # fmt: skip
    responses, _ = await talk.run(ValidateComplaintForm(), "choose_remedy", remedy="repair")
    assert (responses, talk.slots["requested_slot"]) == (["utter_one_at_a_time"], "items")
    await talk.run(ValidateComplaintForm(), "inform", "the second", item="2")
    assert (talk.slots["items"], talk.slots["remedy"], talk.slots["requested_slot"]) == ([2], "repair", "confirmation")


async def test_a_part_of_the_money_for_which_there_is_no_step_is_left_to_a_person() -> None:
    world = await proved_world()
    bind(world)
    slots = {**SLOTS, "items": [], "quantity": {}, "reason": "other", "details": "the box smells of smoke"}
    talk = Talk(world, "complaint_form", requested_slot="remedy", **slots)
    responses, _ = await talk.run(ValidateComplaintForm(), "choose_remedy", remedy="refund_partial")
    assert (responses, talk.slots["requested_slot"], talk.slots["remedy"]) == ([], "confirmation", "refund_partial")


@pytest.mark.parametrize(("is_split", "asked"), [(True, "items"), (False, "remedy")])
async def test_of_parcels_that_fare_differently_the_customer_says_what_is_missing(is_split: bool, asked: str) -> None:
    order = a_split_order(ShipmentState.LOST)
    if not is_split:
        del order.shipments[0]
    talk = await a_talk("complaint_form", order, requested_slot="reason", details="one came", items=None, quantity=None)
    await talk.run(ValidateComplaintForm(), "complain", "the parcel is lost", reason="lost_parcel")
    assert talk.slots["requested_slot"] == asked
    if is_split:
        await talk.run(ValidateComplaintForm(), "choose_item", item="2")
        assert (talk.slots["items"], talk.slots["requested_slot"]) == ([2], "quantity")


@pytest.mark.parametrize("issue", ["poor_service", "overcharged"])
async def test_a_button_of_another_question_is_told_to_be_no_remedy_here(issue: str) -> None:
    talk = await a_talk("complaint_form", requested_slot="remedy", reason=issue, details="no", items=[], quantity=None)
    responses, _ = await talk.run(ValidateComplaintForm(), "choose_remedy", remedy="exchange")
    assert (responses[-1], talk.slots["requested_slot"], talk.slots["remedy"]) == (
        "utter_wish_not_open",
        "remedy",
        None,
    )


async def test_what_stopped_being_open_meanwhile_is_told_with_its_reason() -> None:
    talk = await a_talk("return_form", an_order(delivered_days_ago=60), reason="changed_mind", confirmation="yes")
    responses, _ = await talk.run(ActionOpenReturn(), "affirm")
    assert responses == ["utter_return_refused"]
    assert talk.said[-1]["metadata"]["facts"]["reasons"] == ["window_closed"]
    assert len(talk.world.database.all(Case)) == 1
