"""Changing orders that have not left yet."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.aftersales.case import CaseState
from bot.aftersales.labels import IssueType, Remedy
from bot.aftersales.order import Order, OrderState, Payment, ShipmentState
from bot.aftersales.order_change import LineChange
from bot.aftersales.refund import Refund
from bot.aftersales.task import Task
from bot.errors import InvalidInputError, NotIdentifiedError, PolicyRefusalError
from bot.services import order_changes
from tests.unit.aftersales.builders import NOW, a_line, an_order, euros
from tests.unit.aftersales.policies import A_POLICY
from tests.unit.services.world import A_RETURN, World, proved_world

CHANGE = replace(A_RETURN, issue=IssueType.CHANGED_MIND, lines={}, wish=None, story="")


def waiting(*, paid: bool = True) -> Order:
    order = an_order(
        a_line(1),
        a_line(2),
        delivered_days_ago=None,
        state=OrderState.PAID if paid else OrderState.PENDING,
        shipment=ShipmentState.LABEL_CREATED,
    )
    if paid:
        order.payments = [Payment("p1", "card", order.total, NOW)]
    return order


def whats(world: World) -> list[str]:
    return [task.what for task in world.database.all(Task)]


async def test_a_canceled_order_is_paid_back_whole_and_its_pieces_are_free() -> None:
    world = await proved_world(waiting())
    async with world.uow() as uow:
        case, refund = await order_changes.cancel(uow, A_POLICY, CHANGE, NOW)
    assert refund is not None
    assert refund.amount == world.order.total
    assert world.order.state is OrderState.CANCELED
    assert world.variant("product1-42").stock == 4
    assert (case.state, case.wish) == (CaseState.RESOLVED, Remedy.REFUND_FULL)
    assert "stop_order" in whats(world)
    async with world.uow() as uow:
        again, same = await order_changes.cancel(uow, A_POLICY, CHANGE, NOW)
    assert (again, same) == (case, refund)
    assert len(world.database.all(Refund)) == 1


async def test_an_unpaid_order_is_canceled_without_money() -> None:
    world = await proved_world(waiting(paid=False))
    async with world.uow() as uow:
        _, refund = await order_changes.cancel(uow, A_POLICY, CHANGE, NOW)
    assert refund is None


async def test_what_has_left_is_not_canceled() -> None:
    world = await proved_world(an_order(delivered_days_ago=None))
    async with world.uow() as uow:
        with pytest.raises(PolicyRefusalError) as refusal:
            await order_changes.cancel(uow, A_POLICY, CHANGE, NOW)
    assert refusal.value.reasons == ("already_shipped",)


async def test_nobody_changes_an_order_without_proof() -> None:
    world = World(waiting())
    async with world.uow() as uow:
        with pytest.raises(NotIdentifiedError):
            await order_changes.cancel(uow, A_POLICY, CHANGE, NOW)


async def test_an_order_goes_to_another_address_in_the_same_country() -> None:
    world = await proved_world(waiting())
    address = replace(world.order.address, street="Lindenweg 5", postcode="10999")
    async with world.uow() as uow:
        await order_changes.change_address(uow, A_POLICY, CHANGE, address, NOW)
    assert world.order.address == address
    assert "new_address" in whats(world)


async def test_another_country_is_refused() -> None:
    world = await proved_world(waiting())
    async with world.uow() as uow:
        with pytest.raises(InvalidInputError):
            abroad = replace(world.order.address, country="FR")
            await order_changes.change_address(uow, A_POLICY, CHANGE, abroad, NOW)


async def test_a_line_left_out_is_paid_back() -> None:
    world = await proved_world(waiting())
    async with world.uow() as uow:
        case, difference = await order_changes.change_items(uow, A_POLICY, CHANGE, LineChange(2), NOW)
    assert difference == euros(-50)
    (refund,) = world.database.all(Refund)
    assert (refund.amount, refund.breakdown.overpaid) == (euros(50), euros(50))
    async with world.uow() as uow:
        assert await order_changes.change_items(uow, A_POLICY, CHANGE, LineChange(2), NOW) == (case, difference)


async def test_what_costs_more_is_collected_by_finance() -> None:
    world = await proved_world(waiting())
    async with world.uow() as uow:
        _, difference = await order_changes.change_items(uow, A_POLICY, CHANGE, LineChange(1, quantity=2), NOW)
    assert difference == euros(50)
    assert world.database.all(Refund) == []
    assert "collect_difference" in whats(world)
