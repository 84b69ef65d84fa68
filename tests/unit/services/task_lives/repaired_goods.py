"""Tasks about goods that are mended, or cannot be."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, timedelta

from bot.aftersales.case import Case
from bot.aftersales.repair import Repair
from bot.services import incoming_repairs, repairs
from tests.unit.aftersales.builders import NOW, euros
from tests.unit.services.lifecycles import LATER, a_world_with_case
from tests.unit.services.task_lives.lives import Lives, decline
from tests.unit.services.world import World

lives = Lives()


async def received(*, in_warranty: bool) -> tuple[World, Case, Repair]:
    world, case = await a_world_with_case()
    async with world.uow() as uow:
        made = await repairs.add_repair(uow, case, world.order, NOW, in_warranty=in_warranty, deadline=date(2026, 4, 3))
        await repairs.receive(uow, made.number, LATER)
        await uow.commit()
    return world, case, made


async def awaited() -> tuple[World, Repair]:
    world, case = await a_world_with_case()
    async with world.uow() as uow:
        made = await repairs.add_repair(uow, case, world.order, NOW, in_warranty=True, deadline=date(2026, 4, 3))
        await uow.commit()
    return world, made


@lives.of("issue_return_label")
async def goods_are_sent_with_another_label() -> AsyncIterator[World]:
    world, repair = await awaited()
    yield world
    async with world.uow() as uow:
        await repairs.register_tracking(uow, repair.number, "", "KP99", LATER)


@lives.of("issue_return_label")
async def goods_are_here_without_a_word() -> AsyncIterator[World]:
    world, repair = await awaited()
    yield world
    async with world.uow() as uow:
        await repairs.receive(uow, repair.number, LATER)


@lives.of("issue_return_label")
async def goods_are_never_sent() -> AsyncIterator[World]:
    world, _ = await awaited()
    yield world
    await repairs.expire_overdue(world.uow, LATER + timedelta(days=60))


@lives.of("trace_return")
async def goods_to_be_mended_come_after_all() -> AsyncIterator[World]:
    world, repair = await awaited()
    async with world.uow() as uow:
        await repairs.register_tracking(uow, repair.number, "", "KP99", LATER)
        await incoming_repairs.lost(uow, repair, LATER)
        yield world
        await repairs.receive(uow, repair.number, LATER)


@lives.of("trace_return")
async def goods_to_be_mended_are_given_up() -> AsyncIterator[World]:
    world, repair = await awaited()
    async with world.uow() as uow:
        await repairs.register_tracking(uow, repair.number, "", "KP99", LATER)
        await incoming_repairs.lost(uow, repair, LATER)
        yield world
        await repairs.give_up(uow, repair.number, LATER, actor="agent:7")


@lives.of("repair")
async def goods_are_mended() -> AsyncIterator[World]:
    world, _, repair = await received(in_warranty=True)
    yield world
    async with world.uow() as uow:
        await repairs.ship_back(uow, repair.number, "Kranich Paket", "KP7", LATER, is_repaired=True)


@lives.of("repair")
async def work_that_turns_out_to_cost_something_waits() -> AsyncIterator[World]:
    world, _, repair = await received(in_warranty=True)
    yield world
    async with world.uow() as uow:
        await repairs.propose(uow, repair.number, euros(30), LATER)


@lives.of("quote_repair")
async def a_price_is_named() -> AsyncIterator[World]:
    world, _, repair = await received(in_warranty=False)
    yield world
    async with world.uow() as uow:
        await repairs.propose(uow, repair.number, euros(30), LATER)


@lives.of("bill_repair")
async def agreed_work_turns_out_to_be_impossible() -> AsyncIterator[World]:
    world, _, repair = await received(in_warranty=False)
    async with world.uow() as uow:
        await repairs.propose(uow, repair.number, euros(30), LATER)
        await repairs.accept_quote(uow, repair.number, LATER)
        yield world
        await repairs.ship_back(uow, repair.number, "Kranich Paket", "KP7", LATER, is_repaired=False)


@lives.of("send_goods_back")
async def goods_go_back_as_they_came() -> AsyncIterator[World]:
    world, _, repair = await received(in_warranty=False)
    async with world.uow() as uow:
        await repairs.propose(uow, repair.number, euros(30), LATER)
        await repairs.decline_quote(uow, repair.number, LATER)
        yield world
        await repairs.ship_back(uow, repair.number, "Kranich Paket", "KP7", LATER, is_repaired=False)


@lives.of("repair_failed")
async def what_cannot_be_mended_is_decided_about() -> AsyncIterator[World]:
    world, case, repair = await received(in_warranty=True)
    async with world.uow() as uow:
        await repairs.ship_back(uow, repair.number, "Kranich Paket", "KP7", LATER, is_repaired=False)
        await repairs.complete(uow, repair.number, LATER)
        await uow.commit()
    yield world
    await decline(world, case)


@lives.of("trace_parcel")
async def mended_goods_arrive_after_all() -> AsyncIterator[World]:
    world, _, repair = await received(in_warranty=True)
    async with world.uow() as uow:
        await repairs.ship_back(uow, repair.number, "Kranich Paket", "KP7", LATER, is_repaired=True)
        await repairs.lost(uow, repair, LATER)
        yield world
        await repairs.complete(uow, repair.number, LATER)
