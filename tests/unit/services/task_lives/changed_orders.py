"""Tasks about orders that customers change before they are sent."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

from bot.aftersales.order import Order, OrderState, Payment, ShipmentState
from bot.aftersales.order_change import LineChange
from bot.services import order_changes
from tests.unit.aftersales.builders import NOW, a_line, an_order
from tests.unit.aftersales.policies import A_POLICY
from tests.unit.services.task_lives.lives import Lives
from tests.unit.services.world import A_RETURN, World, proved_world

lives = Lives()


def unsent() -> Order:
    order = an_order(
        a_line(1), a_line(2), delivered_days_ago=None, state=OrderState.PAID, shipment=ShipmentState.LABEL_CREATED
    )
    order.payments = [Payment("p1", "card", order.total, NOW)]
    return order


@lives.of("new_address")
async def an_order_is_sent_somewhere_and_then_not_at_all() -> AsyncIterator[World]:
    world = await proved_world(unsent())
    change = replace(A_RETURN, lines={}, wish=None)
    async with world.uow() as uow:
        address = replace(world.order.address, street="Lindenweg 5")
        await order_changes.change_address(uow, A_POLICY, change, address, NOW)
        yield world
        await order_changes.cancel(uow, A_POLICY, replace(change, message_id="message-2"), NOW)


@lives.of("new_items", "collect_difference")
async def a_dearer_order_is_called_off() -> AsyncIterator[World]:
    world = await proved_world(unsent())
    change = replace(A_RETURN, lines={}, wish=None)
    async with world.uow() as uow:
        await order_changes.change_items(uow, A_POLICY, change, LineChange(1, quantity=2), NOW)
        yield world
        await order_changes.cancel(uow, A_POLICY, replace(change, message_id="message-2"), NOW)
