"""A replacement that comes back is looked at by a person, paid back with its difference, and sold again as itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.aftersales.case import Case
from bot.aftersales.exchange import ExchangeState
from bot.aftersales.return_ import Refusal, Return, ReturnState
from bot.aftersales.task import Task
from bot.services import exchanges, inspections, returns, reviews
from tests.unit.aftersales.builders import a_line, an_order, euros
from tests.unit.aftersales.policies import A_POLICY
from tests.unit.services.lifecycles import LATER, exchanged, open_tasks, refunds
from tests.unit.services.world import A_RETURN, World

ORDERED, REPLACEMENT = "product1-42", "product1-43"
AFTERWARDS = LATER + timedelta(days=3)


async def check(world: World, return_: Return) -> None:
    async with world.uow() as uow:
        await returns.receive(uow, return_.rma, {1: (1, 0)}, AFTERWARDS)
        await inspections.inspect(uow, return_.rma, {}, AFTERWARDS)
        await uow.commit()


async def replaced(price: int = 70, *, pieces: int = 1) -> World:
    """Return a world whose customer has the replacement of one piece and paid what it costs more."""
    line = a_line(quantity=pieces)
    line.product.variants[2].price = euros(price)
    world, _, return_, exchange = await exchanged(an_order(line))
    async with world.uow() as uow:
        if exchange.is_unpaid:
            await exchanges.settle_difference(uow, return_.rma, LATER)
        await returns.receive(uow, return_.rma, {1: (1, 0)}, LATER)
        await inspections.inspect(uow, return_.rma, {}, LATER)
        await exchanges.ship(uow, return_.rma, "Kranich Paket", "KP7", LATER)
        await exchanges.deliver(uow, return_.rma, LATER + timedelta(days=1))
        await uow.commit()
    assert exchange.state is ExchangeState.REPLACEMENT_DELIVERED
    return world


async def sent_back(world: World, message: str = "message-2") -> tuple[Case, Return]:
    async with world.uow() as uow:
        complaint = replace(A_RETURN, message_id=message)
        return await returns.open_return(uow, A_POLICY, complaint, AFTERWARDS)


async def approve(world: World, case: Case) -> None:
    async with world.uow() as uow:
        await reviews.approve(uow, A_POLICY, case.number, "mia", AFTERWARDS)


async def test_a_person_decides_and_what_it_cost_more_goes_back_and_the_right_piece_into_stock() -> None:
    world = await replaced()
    case, return_ = await sent_back(world)
    assert (return_.state, open_tasks(world)) == (ReturnState.MANUAL_REVIEW, ["decide"])
    await approve(world, case)
    assert return_.state is ReturnState.APPROVED
    ordered, other = world.variant(ORDERED).stock, world.variant(REPLACEMENT).stock
    await check(world, return_)
    assert (world.variant(ORDERED).stock, world.variant(REPLACEMENT).stock) == (ordered, other + 1)
    assert refunds(world) == ["54.90 EUR"]
    (task,) = [found for found in world.database.all(Task) if found.is_open]
    assert (task.what, task.case_number) == ("pay_difference_back", case.number)


@pytest.mark.parametrize("price", [50, 40])
async def test_for_a_replacement_that_cost_no_more_nothing_goes_back_beside_the_refund(price: int) -> None:
    world = await replaced(price)
    case, return_ = await sent_back(world)
    await approve(world, case)
    await check(world, return_)
    assert open_tasks(world) == []


async def test_what_is_refused_after_all_pays_nothing_back() -> None:
    world = await replaced()
    case, return_ = await sent_back(world)
    async with world.uow() as uow:
        await reviews.decline(uow, case.number, "mia", Refusal.OTHER, AFTERWARDS)
    assert (return_.state, open_tasks(world)) == (ReturnState.DECLINED, [])


async def test_a_replacement_comes_back_once() -> None:
    world = await replaced(pieces=2)
    case, first = await sent_back(world)
    await approve(world, case)
    await check(world, first)
    ordered, other = world.variant(ORDERED).stock, world.variant(REPLACEMENT).stock
    _, second = await sent_back(world, "message-3")
    assert second.state is ReturnState.APPROVED
    await check(world, second)
    assert (world.variant(ORDERED).stock, world.variant(REPLACEMENT).stock) == (ordered + 1, other)
    assert open_tasks(world) == ["pay_difference_back"]


async def test_pieces_that_were_never_replaced_are_restocked_as_they_were_ordered() -> None:
    world = await replaced(pieces=2)
    async with world.uow() as uow:
        complaint = replace(A_RETURN, message_id="message-2", lines={1: 2})
        case, both = await returns.open_return(uow, A_POLICY, complaint, AFTERWARDS)
    await approve(world, case)
    ordered, other = world.variant(ORDERED).stock, world.variant(REPLACEMENT).stock
    async with world.uow() as uow:
        await returns.receive(uow, both.rma, {1: (2, 0)}, AFTERWARDS)
        await inspections.inspect(uow, both.rma, {}, AFTERWARDS)
        await uow.commit()
    assert (world.variant(ORDERED).stock, world.variant(REPLACEMENT).stock) == (ordered + 1, other + 1)
