"""Who withdraws before the parcel is there gets a return at once, and hears that it need not be accepted."""

from __future__ import annotations

import pytest

from actions import context
from actions.exchange_form import ValidateExchangeForm
from actions.questions import ActionAskConfirmation
from actions.return_form import ValidateReturnForm
from actions.returns import ActionOpenReturn
from bot.aftersales.order import Order, ShipmentState
from bot.aftersales.return_ import Return, ReturnState
from bot.services.document_links import DocumentLinks
from tests.unit.actions.talk import Talk
from tests.unit.aftersales.builders import NOW, an_order
from tests.unit.aftersales.policies import LAWFUL
from tests.unit.services.world import proved_world

SLOTS = {"order_number": "10482733", "verification": "proved", "items": [1], "quantity": {"1": 1}}


async def a_talk(form: str, order: Order) -> Talk:
    world = await proved_world(order)
    context.bind(context.Context(world.uow, LAWFUL, lambda: NOW, DocumentLinks(b"a key for tests")))
    return Talk(world, form, requested_slot="reason", **SLOTS)


def labels(talk: Talk, value: str) -> list[str]:
    return [line["name"] for line in talk.said[-1]["metadata"][value]["lines"]]


@pytest.mark.parametrize(
    ("state", "response", "may_refuse", "becomes"),
    [
        (ShipmentState.IN_TRANSIT, "utter_return_opened", True, ReturnState.APPROVED),
        (ShipmentState.RETURNED_TO_SENDER, "utter_return_comes_back", False, ReturnState.SHIPPED),
    ],
)
async def test_a_return_opens_before_the_parcel_is_there(
    state: ShipmentState, response: str, may_refuse: bool, becomes: ReturnState
) -> None:
    talk = await a_talk("return_form", an_order(delivered_days_ago=None, shipment=state))
    await talk.run(ValidateReturnForm(), "choose_reason", reason="changed_mind")
    assert talk.slots["requested_slot"] == "confirmation"
    await talk.run(ActionAskConfirmation(), "choose_reason")
    assert ("label_refuse_parcel" in labels(talk, "summary")) is may_refuse
    assert ("label_summary_send_by" in labels(talk, "summary")) is may_refuse
    assert (await talk.run(ActionOpenReturn(), "affirm"))[0] == [response]
    if may_refuse:
        assert labels(talk, "shipping")[-1] == "label_refuse_parcel"
    (return_,) = talk.world.database.all(Return)
    assert return_.state is becomes


async def test_goods_that_are_there_are_not_said_to_be_on_their_way() -> None:
    talk = await a_talk("return_form", an_order())
    await talk.run(ValidateReturnForm(), "choose_reason", reason="changed_mind")
    await talk.run(ActionAskConfirmation(), "choose_reason")
    assert "label_refuse_parcel" not in labels(talk, "summary")
    await talk.run(ActionOpenReturn(), "affirm")
    assert talk.said[-1]["metadata"]["shipping"]["name"] == "label_shipping_own"


async def test_an_exchange_waits_for_the_parcel_and_leads_to_the_return() -> None:
    talk = await a_talk("exchange_form", an_order(delivered_days_ago=None))
    responses, _ = await talk.run(ValidateExchangeForm(), "choose_reason", reason="wrong_size")
    assert responses == ["utter_wish_not_open"]
    said = talk.said[-1]["metadata"]
    assert said["facts"]["reasons"] == ["not_delivered_yet"]
    assert '"remedy": "return_refund"' in said["choices"][0]["payload"]
