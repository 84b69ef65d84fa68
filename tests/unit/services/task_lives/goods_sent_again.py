"""Tasks about goods that are sent a second time, and about parcels that are searched for."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

from bot.aftersales.labels import IssueType
from bot.aftersales.order import Order, ShipmentState
from bot.services import cases, remedies, reshipments, reviews
from tests.unit.aftersales.builders import NOW, a_line, an_order
from tests.unit.aftersales.policies import A_POLICY
from tests.unit.services.lifecycles import LATER, a_world_with_case
from tests.unit.services.reporting_shop import Shop
from tests.unit.services.task_lives.lives import Lives
from tests.unit.services.world import A_RETURN, CONVERSATION, World, proved_world

lives = Lives()


def sold_out() -> Order:
    order = an_order(a_line(), delivered_days_ago=None, shipment=ShipmentState.LOST)
    for variant in order.lines[0].product.variants:
        variant.stock = 0
    return order


@lives.of("search_parcel")
async def a_searched_parcel_is_lost() -> AsyncIterator[World]:
    world, case = await a_world_with_case(an_order(delivered_days_ago=None), issue=IssueType.LOST_PARCEL)
    async with world.uow() as uow:
        await reshipments.add_reshipment(uow, case, world.order, NOW, search_until=LATER)
        yield world
        await reshipments.first_parcel_lost(uow, world.order.number, "KP0042", NOW)


@lives.of("search_parcel")
async def a_searched_parcel_is_wanted_no_more() -> AsyncIterator[World]:
    world, case = await a_world_with_case(an_order(delivered_days_ago=None), issue=IssueType.LOST_PARCEL)
    async with world.uow() as uow:
        await reshipments.add_reshipment(uow, case, world.order, NOW, search_until=LATER)
        yield world
        await cases.withdraw(uow, CONVERSATION, case.number, NOW)


@lives.of("ship_again")
async def goods_leave_a_second_time() -> AsyncIterator[World]:
    world, case = await a_world_with_case()
    async with world.uow() as uow:
        reshipment = await reshipments.add_reshipment(uow, case, world.order, NOW)
        yield world
        await reshipments.ship(uow, reshipment.number, "Kranich Paket", "KP7", LATER)


@lives.of("trace_parcel")
async def a_second_parcel_arrives_after_all() -> AsyncIterator[World]:
    world, case = await a_world_with_case()
    async with world.uow() as uow:
        reshipment = await reshipments.add_reshipment(uow, case, world.order, NOW)
        await reshipments.ship(uow, reshipment.number, "Kranich Paket", "KP7", LATER)
        await uow.commit()
    shop = Shop(world)
    await shop.scan("KP7", "lost")
    yield world
    await shop.scan("KP7", "delivered")


@lives.of("trace_parcel")
async def a_second_parcel_is_given_up() -> AsyncIterator[World]:
    world, case = await a_world_with_case()
    async with world.uow() as uow:
        reshipment = await reshipments.add_reshipment(uow, case, world.order, NOW)
        await reshipments.ship(uow, reshipment.number, "Kranich Paket", "KP7", LATER)
        await reshipments.lost(uow, reshipment, LATER)
        yield world
        await reshipments.cancel(uow, reshipment.number, "lost twice", LATER, actor="agent:mia")


@lives.of("offer_refund")
async def something_else_is_given_for_goods_that_are_sold_out() -> AsyncIterator[World]:
    world = await proved_world(sold_out())
    complaint = replace(A_RETURN, issue=IssueType.LOST_PARCEL, lines={}, wish=remedies.Remedy.RESHIP)
    async with world.uow() as uow:
        outcome = await remedies.register(uow, A_POLICY, complaint, NOW)
    yield world
    world.variant("product1-42").stock = 3
    async with world.uow() as uow:
        await reviews.approve(uow, A_POLICY, outcome.case.number, "mia", NOW)
