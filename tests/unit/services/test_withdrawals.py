"""Withdrawals before delivery, parcels that nobody received, and seals as they were told when the case began."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.aftersales.case import Case, CaseState
from bot.aftersales.catalogue import ReturnClass
from bot.aftersales.labels import Remedy
from bot.aftersales.order import Order, Shipment, ShipmentState
from bot.aftersales.policy import Verdict
from bot.aftersales.return_ import Return, ReturnState
from bot.aftersales.shop_event import ShopEventState
from bot.errors import PolicyRefusalError
from bot.services import agent_terms, cases, returns, reviews
from bot.services.agent_terms import Wanted
from tests.unit.aftersales.builders import NOW, a_line, a_product, an_order, euros
from tests.unit.aftersales.policies import LAWFUL
from tests.unit.services.lifecycles import open_tasks, refunds, told, told_values
from tests.unit.services.reporting_shop import Shop
from tests.unit.services.world import A_RETURN, World, proved_world

DONE = (ShopEventState.APPLIED, "done")


def under_way(state: ShipmentState = ShipmentState.IN_TRANSIT, *, price: int = 50) -> Order:
    return an_order(a_line(price=euros(price)), delivered_days_ago=None, shipment=state)


async def withdrawn(order: Order) -> tuple[World, Case, Return]:
    world = await proved_world(order)
    async with world.uow() as uow:
        case, return_ = await returns.open_return(uow, LAWFUL, A_RETURN, NOW)
    return world, case, return_


async def test_a_withdrawal_before_delivery_opens_a_return_for_all_that_was_paid() -> None:
    _, case, return_ = await withdrawn(under_way())
    assert (return_.state, return_.refund, case.state) == (ReturnState.APPROVED, euros("54.90"), CaseState.EXECUTING)
    assert case.opened_at == NOW


async def test_a_refused_parcel_is_the_return_that_was_awaited_and_is_paid_in_time() -> None:
    world, _, return_ = await withdrawn(under_way())
    shop = Shop(world)
    assert await shop.scan("KP0042", "returned_to_sender") == DONE
    assert (return_.state, return_.tracking_number) == (ReturnState.SHIPPED, "KP0042")
    assert return_.pay_by == (NOW + timedelta(days=14)).date()
    assert (open_tasks(world), told(world)) == (["parcel_came_back"], ["parcel_sent_back"])
    assert await shop.report("return.received", rma=return_.rma) == DONE
    assert await shop.report("return.inspected", rma=return_.rma) == DONE
    assert (return_.state, refunds(world)) == (ReturnState.COMPLETED, ["54.90 EUR"])


async def test_one_of_two_parcels_alone_brings_nothing_back() -> None:
    order = under_way()
    order.shipments.append(Shipment("shipment-2", "Kranich Paket", "KP0043", ShipmentState.IN_TRANSIT))
    world, _, return_ = await withdrawn(order)
    shop = Shop(world)
    await shop.scan("KP0042", "returned_to_sender")
    assert return_.state is ReturnState.APPROVED
    await shop.scan("KP0043", "returned_to_sender")
    assert return_.state is ReturnState.SHIPPED


async def test_a_parcel_that_was_delivered_before_brings_no_return_back() -> None:
    world = await proved_world()
    async with world.uow() as uow:
        _, return_ = await returns.open_return(uow, LAWFUL, A_RETURN, NOW)
        await returns.bring_back(uow, world.order, NOW)
    assert return_.state is ReturnState.APPROVED


async def test_who_withdraws_from_a_parcel_that_comes_back_has_nothing_to_send() -> None:
    world, _, return_ = await withdrawn(under_way(ShipmentState.RETURNED_TO_SENDER))
    assert (return_.state, return_.tracking_number) == (ReturnState.SHIPPED, "KP0042")
    assert open_tasks(world) == []


async def test_an_agent_may_offer_the_return_that_the_law_opens_before_delivery() -> None:
    world, case, _ = await withdrawn(under_way())
    async with world.uow() as uow:
        verdict = await cases.decide(uow, LAWFUL, world.order, case.issue_type, {}, NOW)
    # As it was before the return that is open now.
    verdict = replace(verdict, reasons=(), remedies=(Remedy.RETURN_REFUND,))
    agent_terms._check_facts(case, verdict, Wanted(Remedy.RETURN_REFUND))
    with pytest.raises(PolicyRefusalError):
        agent_terms._check_facts(case, verdict, Wanted(Remedy.EXCHANGE))


async def sealed_cream(told_sealed: bool | None) -> tuple[World, Case]:
    cream = a_product("cream", return_class=ReturnClass.HYGIENE)
    world = await proved_world(an_order(a_line(product=cream, price=euros(600))))
    async with world.uow() as uow:
        complaint = replace(A_RETURN, sealed=told_sealed)
        case, _ = await returns.open_return(uow, LAWFUL, complaint, NOW)
    return world, case


async def decided_again(world: World, case: Case) -> Verdict:
    async with world.uow() as uow:
        return await cases.decide_again(uow, LAWFUL, case, world.order)


async def test_what_was_told_of_the_seal_is_what_a_later_decision_goes_by() -> None:
    world, case = await sealed_cream(True)
    assert case.verdict is not None and case.verdict["sealed"] is True
    again = await decided_again(world, case)
    assert (again.sealed, again.asks_seal) == (True, ())
    case.verdict["sealed"] = False
    assert (await decided_again(world, case)).excepted == {1: "hygiene_goods"}
    del case.verdict["sealed"]
    assert (await decided_again(world, case)).sealed is None


async def test_who_hears_of_the_approval_of_a_parcel_that_comes_back_has_nothing_to_send() -> None:
    world, case, return_ = await withdrawn(under_way(ShipmentState.RETURNED_TO_SENDER, price=900))
    assert return_.state is ReturnState.MANUAL_REVIEW
    async with world.uow() as uow:
        await reviews.approve(uow, LAWFUL, case.number, "mia", NOW)
    assert (return_.state, told(world)) == (ReturnState.SHIPPED, ["utter_return_comes_back"])
    assert told_values(world)["case"] == case.number
