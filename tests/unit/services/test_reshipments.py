"""What never came is sent again, once the carrier has had its time, and only if it is in stock."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.aftersales.case import Case, CaseState
from bot.aftersales.labels import IssueType
from bot.aftersales.reship import Reshipment, ReshipState
from bot.errors import IllegalStateError, InvalidInputError
from bot.services import cases, reshipments, tasks
from tests.unit.aftersales.builders import NOW, a_line, an_order
from tests.unit.services.lifecycles import LATER, a_world_with_case, factory, open_tasks, told
from tests.unit.services.world import CONVERSATION, World

SKU = "product1-42"
SEARCHED = NOW + timedelta(days=7)


async def a_reshipment(*, is_searched: bool, stock: int = 3) -> tuple[World, Case, Reshipment]:
    line = a_line()
    for variant in line.product.variants:
        variant.stock = stock
    order = an_order(line, delivered_days_ago=None)
    world, case = await a_world_with_case(order, issue=IssueType.LOST_PARCEL)
    async with world.uow() as uow:
        until = SEARCHED if is_searched else None
        reshipment = await reshipments.add_reshipment(uow, case, world.order, NOW, search_until=until)
        await uow.commit()
    return world, case, reshipment


async def test_a_missing_part_is_reserved_at_once_and_sent() -> None:
    world, case, reshipment = await a_reshipment(is_searched=False)
    assert (reshipment.number, reshipment.state) == ("S1000001", ReshipState.RESERVED)
    assert world.variant(SKU).stock == 2
    assert open_tasks(world) == ["ship_again"]
    async with world.uow() as uow:
        await reshipments.ship(uow, reshipment.number, "Kranich Paket", "KP7", LATER)
        await reshipments.deliver(uow, reshipment.number, LATER)
        await uow.commit()
    assert case.state is CaseState.RESOLVED
    assert told(world) == ["reship_shipped", "reship_delivered"]
    assert open_tasks(world) == []


async def test_a_lost_parcel_is_searched_first() -> None:
    world, _, reshipment = await a_reshipment(is_searched=True)
    assert (reshipment.state, reshipment.lost_tracking_number) == (ReshipState.SEARCHING, "KP0042")
    assert world.variant(SKU).stock == 3
    assert open_tasks(world) == ["search_parcel"]
    assert await reshipments.end_searches(factory(world), SEARCHED - timedelta(seconds=1)) == 0
    assert await reshipments.end_searches(factory(world), SEARCHED) == 1
    assert await reshipments.end_searches(factory(world), SEARCHED) == 0
    assert reshipment.state is ReshipState.RESERVED
    assert world.variant(SKU).stock == 2
    assert open_tasks(world) == ["ship_again"]


async def test_a_carrier_that_gives_up_ends_the_search() -> None:
    world, _, reshipment = await a_reshipment(is_searched=True)
    async with world.uow() as uow:
        await reshipments.first_parcel_lost(uow, "10482733", "KP0042", LATER)
        await uow.commit()
    assert reshipment.state is ReshipState.RESERVED


@pytest.mark.parametrize("is_reserved", [False, True])
async def test_a_parcel_that_turns_up_spares_the_second_one(is_reserved: bool) -> None:
    world, case, reshipment = await a_reshipment(is_searched=True)
    async with world.uow() as uow:
        if is_reserved:
            await reshipments.end_searches(factory(world), SEARCHED)
        await reshipments.first_parcel_found(uow, "10482733", "KP0042", LATER)
        await uow.commit()
    assert (reshipment.state, case.state) == (ReshipState.FOUND_MEANWHILE, CaseState.RESOLVED)
    assert world.variant(SKU).stock == 3
    assert told(world) == ["parcel_found"]
    assert open_tasks(world) == []


async def test_a_second_parcel_that_left_is_not_called_back() -> None:
    world, _, reshipment = await a_reshipment(is_searched=True)
    async with world.uow() as uow:
        await reshipments.end_searches(factory(world), SEARCHED)
        await reshipments.ship(uow, reshipment.number, "Kranich Paket", "KP7", LATER)
        await reshipments.first_parcel_found(uow, "10482733", "KP0042", LATER)
    assert reshipment.state is ReshipState.SHIPPED


async def test_what_is_sold_out_cannot_be_sent_again() -> None:
    world, case, reshipment = await a_reshipment(is_searched=False, stock=0)
    assert reshipment.state is ReshipState.CANCELED
    assert told(world) == ["reship_unavailable"]
    assert open_tasks(world) == ["offer_refund"]
    assert case.state is CaseState.ESCALATED


async def test_of_several_pieces_all_are_reserved_or_none() -> None:
    world, case = await a_world_with_case(an_order(a_line(1), a_line(2), delivered_days_ago=None))
    case.lines = {1: 1, 2: 4}
    async with world.uow() as uow:
        reshipment = await reshipments.add_reshipment(uow, case, world.order, NOW)
        await uow.commit()
    assert reshipment.state is ReshipState.CANCELED
    assert world.variant(SKU).stock == 3


async def test_without_chosen_lines_the_whole_order_is_sent_again() -> None:
    world, case = await a_world_with_case(an_order(a_line(1), a_line(2, quantity=2), delivered_days_ago=None))
    case.lines = {}
    async with world.uow() as uow:
        reshipment = await reshipments.add_reshipment(uow, case, world.order, NOW)
    assert reshipment.lines == {1: 1, 2: 2}


async def test_a_reshipment_is_called_off_with_a_reason_or_with_its_case() -> None:
    world, _, reshipment = await a_reshipment(is_searched=False)
    async with world.uow() as uow:
        with pytest.raises(InvalidInputError):
            await reshipments.cancel(uow, reshipment.number, " ", LATER, actor="agent:7")
        await reshipments.cancel(uow, reshipment.number, "fraud", LATER, actor="agent:7")
        await uow.commit()
    assert world.variant(SKU).stock == 3
    world, case, reshipment = await a_reshipment(is_searched=False)
    async with world.uow() as uow:
        await cases.withdraw(uow, CONVERSATION, case.number, NOW)
    assert reshipment.state is ReshipState.CANCELED
    assert world.variant(SKU).stock == 3


async def test_a_second_parcel_that_was_found_is_not_paid_for() -> None:
    world, _, reshipment = await a_reshipment(is_searched=False)
    async with world.uow() as uow:
        await reshipments.ship(uow, reshipment.number, "Kranich Paket", "KP7", LATER)
        await reshipments.lost(uow, reshipment, LATER)
        (task,) = [found for found in await uow.tasks.of_case(reshipment.case_number) if found.is_open]
        assert task.id is not None
        await tasks.finish(uow, task.id, "mia", "found, on its way", LATER)
        with pytest.raises(IllegalStateError):
            await reshipments.cancel(uow, reshipment.number, "lost twice", LATER, actor="agent:mia")
    assert reshipment.state is ReshipState.SHIPPED
