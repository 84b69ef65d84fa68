"""What customers are told about the money of an order that is called off or changed is what happens to it."""

from __future__ import annotations

from typing import Any

import pytest

from actions.changes import ActionChangeOrder
from actions.questions import ActionAskConfirmation
from bot.aftersales.case import Case
from bot.aftersales.money import Money
from bot.aftersales.order import Order, Payment
from bot.aftersales.refund import Refund
from bot.errors import IllegalStateError, RefundTooHighError
from bot.services import order_changes, refunds
from tests.unit.actions.talk import Talk, bind
from tests.unit.aftersales.builders import NOW, euros
from tests.unit.services.test_order_changes import waiting
from tests.unit.services.world import World, proved_world


async def a_talk(request: str, order: Order, **slots: Any) -> Talk:
    world = await proved_world(order)
    bind(world)
    known = {"order_number": order.number, "verification": "proved", "confirmation": "yes"}
    return Talk(world, "change_form", request=request, **known, **slots)


async def carry_out(talk: Talk) -> tuple[list[str], dict[str, Any]]:
    responses, _ = await talk.run(ActionChangeOrder(), "affirm", "yes")
    return responses, talk.said[-1]["metadata"]


async def promised(talk: Talk) -> str:
    await talk.run(ActionAskConfirmation(), "cancel_order", "cancel it")
    return str(talk.said[-1]["metadata"]["facts"]["summary"]["refund"])


def charged_twice() -> Order:
    order = waiting()
    order.payments.append(Payment("p2", "card", order.total, NOW))
    return order


async def give(world: World, money: Money = euros(15)) -> None:
    async with world.uow() as uow:
        await refunds.agree(uow, world.add_case(), money, "agreed", NOW, key="goodwill")
        await uow.commit()


@pytest.mark.parametrize(
    ("order", "is_given", "amount"),
    [(waiting(), False, "104.90"), (waiting(), True, "89.90"), (charged_twice(), False, "209.80")],
    ids=["as paid", "after goodwill", "charged twice"],
)
async def test_cancelling_pays_what_its_summary_promised(order: Order, is_given: bool, amount: str) -> None:
    talk = await a_talk("cancel_order", order)
    if is_given:
        await give(talk.world)
    assert await promised(talk) == amount
    assert (await carry_out(talk))[0] == ["utter_order_canceled"]
    assert str(talk.world.database.all(Refund)[-1].amount.amount) == amount


async def test_an_unpaid_order_promises_no_money() -> None:
    talk = await a_talk("cancel_order", waiting(paid=False))
    assert await promised(talk) == "0.00"
    assert (await carry_out(talk))[0] == ["utter_order_canceled_unpaid"]


@pytest.mark.parametrize(
    ("quantities", "response"),
    [
        ((2,), "utter_items_changed_to_pay"),
        ((2, 1), "utter_items_changed"),
        ((3, 2), "utter_items_changed_to_pay"),
    ],
)
async def test_a_change_tells_what_is_left_to_pay(quantities: tuple[int, ...], response: str) -> None:
    talk = await a_talk("change_items", waiting())
    for quantity in quantities:
        talk.slots |= {
            "request": "change_items", "order_number": "10482733", "verification": "proved", "confirmation": "yes",
            "items": [1], "quantity": {"1": quantity},
        }  # fmt: skip
        responses, told = await carry_out(talk)
    assert responses == [response]
    if response == "utter_items_changed_to_pay":
        assert told["amount"]["amount"] == "50.00"


async def test_a_line_that_is_left_out_tells_what_comes_back() -> None:
    talk = await a_talk("change_items", waiting(), items=[2], variant="remove")
    responses, told = await carry_out(talk)
    assert responses == ["utter_items_changed_paid_back"]
    assert told["amount"]["amount"] == "50.00"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (RefundTooHighError("10482733", "104.90 EUR", "89.90 EUR"), "refund_too_high"),
        (IllegalStateError("exchange", "shipped", "canceled"), "illegal_state"),
    ],
)
async def test_what_turns_out_to_be_impossible_leads_to_a_person(
    error: Exception, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(*_: object) -> None:
        raise error

    monkeypatch.setattr(order_changes, "cancel", refuse)
    talk = await a_talk("cancel_order", waiting())
    responses, told = await carry_out(talk)
    assert responses == ["utter_change_impossible"]
    assert told["facts"]["reasons"] == [code]
    assert [choice["payload"] for choice in told["choices"]] == ["/ask_human"]
    assert talk.world.database.all(Case) == []


@pytest.mark.parametrize(
    ("slots", "reason", "ways_on"),
    [
        ({"items": [1], "quantity": {"1": 1}}, "unchanged", ["/ask_human"]),
        ({"items": [1], "quantity": {"1": 9}}, "out_of_stock", ["/ask_human"]),
    ],
)
async def test_what_stands_against_a_change_is_said(slots: dict[str, object], reason: str, ways_on: list[str]) -> None:
    talk = await a_talk("change_items", waiting(), **slots)
    responses, told = await carry_out(talk)
    assert responses == ["utter_change_impossible"]
    assert [why["name"] for why in told["why"]["lines"]] == [f"label_obstacle_{reason}"]
    assert [choice["payload"] for choice in told["choices"]] == ways_on


async def test_leaving_out_the_only_line_leads_to_cancelling() -> None:
    order = waiting()
    del order.lines[1:]
    talk = await a_talk("change_items", order, items=[1], variant="remove")
    _, told = await carry_out(talk)
    assert [why["name"] for why in told["why"]["lines"]] == ["label_obstacle_none_left"]
    assert [choice["payload"] for choice in told["choices"]] == ["/cancel_order", "/ask_human"]


async def test_what_was_paid_back_before_is_not_called_unpaid() -> None:
    order = waiting()
    talk = await a_talk("cancel_order", order)
    await give(talk.world, order.paid)
    assert (await carry_out(talk))[0] == ["utter_order_canceled_refunded"]
