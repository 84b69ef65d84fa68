"""A replacement leaves when the goods are here, or is given up with what was reserved for it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.aftersales.case import CaseState
from bot.aftersales.exchange import ExchangeState
from bot.aftersales.labels import IssueType, Remedy
from bot.aftersales.return_ import Finding, Refusal, ReturnState
from bot.errors import IllegalStateError
from bot.services import cases, exchanges, incoming_returns, inspections, returns, tasks
from tests.unit.aftersales.builders import NOW, a_line, an_order, euros
from tests.unit.aftersales.policies import A_POLICY
from tests.unit.services.lifecycles import LATER, exchanged, factory, open_tasks, refunds, told, told_values
from tests.unit.services.reporting_shop import Shop
from tests.unit.services.world import CONVERSATION, World

REPLACEMENT = "product1-43"


async def receive(world: World, rma: str) -> None:
    async with world.uow() as uow:
        await returns.receive(uow, rma, {1: (1, 0)}, LATER)
        await uow.commit()


async def test_the_replacement_leaves_when_the_goods_are_here() -> None:
    world, case, return_, exchange = await exchanged()
    assert open_tasks(world) == []
    await receive(world, return_.rma)
    assert open_tasks(world) == ["inspect_return", "ship_replacement"]
    async with world.uow() as uow:
        await inspections.inspect(uow, return_.rma, {}, LATER)
        await exchanges.ship(uow, return_.rma, "Kranich Paket", "KP7", LATER)
        assert case.state is CaseState.EXECUTING
        await exchanges.deliver(uow, return_.rma, LATER)
        await uow.commit()
    assert exchange.state is ExchangeState.REPLACEMENT_DELIVERED
    assert case.state is CaseState.RESOLVED
    assert refunds(world) == []
    assert told(world) == ["return_received", "return_completed", "replacement_shipped", "replacement_delivered"]
    assert open_tasks(world) == []


async def test_a_replacement_has_the_rights_of_what_it_replaced() -> None:
    world, _, return_, _ = await exchanged()
    async with world.uow() as uow:
        assert await cases.taken_pieces(uow, world.order.number) == {1: 1}
    await receive(world, return_.rma)
    async with world.uow() as uow:
        await inspections.inspect(uow, return_.rma, {}, LATER)
        await exchanges.ship(uow, return_.rma, "Kranich Paket", "KP7", LATER)
        assert await cases.taken_pieces(uow, world.order.number) == {1: 1}
        await exchanges.deliver(uow, return_.rma, LATER)
        verdict = await cases.decide(uow, A_POLICY, world.order, IssueType.DEFECTIVE, {1: 1}, LATER)
        await uow.commit()
    assert verdict.allows(Remedy.REPAIR) and verdict.allows(Remedy.RETURN_REFUND)


async def test_a_cheaper_replacement_leaves_something_to_pay_back() -> None:
    line = a_line()
    line.product.variants[2].price = euros(42)
    world, _, return_, _ = await exchanged(an_order(line))
    await receive(world, return_.rma)
    async with world.uow() as uow:
        await inspections.inspect(uow, return_.rma, {}, LATER)
        await uow.commit()
    assert refunds(world) == ["8.00 EUR"]


async def test_a_dearer_replacement_waits_until_the_difference_is_paid() -> None:
    line = a_line()
    line.product.variants[2].price = euros(60)
    world, _, return_, exchange = await exchanged(an_order(line))
    assert open_tasks(world) == ["collect_difference"]
    await receive(world, return_.rma)
    assert open_tasks(world) == ["collect_difference", "inspect_return"]
    async with world.uow() as uow:
        await exchanges.settle_difference(uow, return_.rma, LATER)
        await exchanges.settle_difference(uow, return_.rma, LATER)
        await uow.commit()
    assert not exchange.is_unpaid
    assert open_tasks(world) == ["inspect_return", "ship_replacement"]
    assert world.actions().count("exchange.difference_paid") == 1


async def test_a_difference_that_was_paid_is_given_back_when_the_parcel_never_comes() -> None:
    line = a_line()
    line.product.variants[2].price = euros(60)
    world, _, return_, exchange = await exchanged(an_order(line))
    async with world.uow() as uow:
        await exchanges.settle_difference(uow, return_.rma, NOW)
        await uow.commit()
    assert return_.deadline is not None
    over = NOW + timedelta(days=(return_.deadline - NOW.date()).days + 1) + incoming_returns.GRACE
    assert await returns.expire_overdue(factory(world), over) == 1
    assert exchange.state is ExchangeState.CANCELED
    assert open_tasks(world) == ["pay_difference_back"]


async def test_damaged_goods_are_decided_by_a_person_as_in_a_return() -> None:
    world, _, return_, exchange = await exchanged()
    await receive(world, return_.rma)
    async with world.uow() as uow:
        await inspections.inspect(uow, return_.rma, {1: {Finding.DAMAGED_BY_CUSTOMER: 1}}, LATER)
        await returns.decline(uow, return_.rma, Refusal.DAMAGED_BY_CUSTOMER, LATER, actor="agent:7")
        await uow.commit()
    assert exchange.state is ExchangeState.CANCELED
    assert world.variant(REPLACEMENT).stock == 3
    assert open_tasks(world) == ["send_goods_back"]


async def test_without_the_replacement_the_customer_gets_the_money() -> None:
    world, _, return_, exchange = await exchanged()
    free = world.variant(REPLACEMENT).stock
    async with world.uow() as uow:
        await exchanges.give_up(uow, return_.rma, LATER)
        await uow.commit()
    assert exchange.state is ExchangeState.CANCELED
    assert world.variant(REPLACEMENT).stock == free  # The pieces were never there.
    assert told(world) == ["replacement_unavailable"]
    assert told_values(world)["refund"]["amount"] == "54.90"
    await receive(world, return_.rma)
    async with world.uow() as uow:
        await inspections.inspect(uow, return_.rma, {}, LATER)
        await uow.commit()
    assert refunds(world) == ["54.90 EUR"]


async def test_without_the_replacement_goods_that_were_checked_are_paid_at_once() -> None:
    line = a_line()
    line.product.variants[2].price = euros(42)
    world, case, return_, _ = await exchanged(an_order(line))
    await receive(world, return_.rma)
    async with world.uow() as uow:
        await inspections.inspect(uow, return_.rma, {}, LATER)
        await exchanges.give_up(uow, return_.rma, LATER)
        await uow.commit()
    assert refunds(world) == ["8.00 EUR", "46.90 EUR"]
    assert case.state is CaseState.EXECUTING


async def test_an_exchange_whose_parcel_never_comes_sets_the_replacement_free() -> None:
    world, case, return_, exchange = await exchanged()
    assert world.variant(REPLACEMENT).stock == 2
    await returns.expire_overdue(factory(world), NOW + timedelta(days=60))
    assert (return_.state, exchange.state) == (ReturnState.EXPIRED, ExchangeState.CANCELED)
    assert world.variant(REPLACEMENT).stock == 3
    assert case.state is CaseState.RESOLVED


async def test_a_withdrawn_exchange_sets_the_replacement_free() -> None:
    world, case, _, exchange = await exchanged()
    async with world.uow() as uow:
        await cases.withdraw(uow, CONVERSATION, case.number, NOW)
    assert exchange.state is ExchangeState.CANCELED
    assert world.variant(REPLACEMENT).stock == 3


async def test_a_replacement_that_left_cannot_be_given_up() -> None:
    world, _, return_, _ = await exchanged()
    async with world.uow() as uow:
        await exchanges.ship(uow, return_.rma, "Kranich Paket", "KP7", LATER)
        with pytest.raises(IllegalStateError):
            await exchanges.give_up(uow, return_.rma, LATER)


async def test_a_replacement_that_the_carrier_lost_is_traced() -> None:
    world, _, return_, exchange = await exchanged()
    async with world.uow() as uow:
        await exchanges.ship(uow, return_.rma, "Kranich Paket", "KP7", LATER)
        await exchanges.lost(uow, exchange, LATER)
        await exchanges.lost(uow, exchange, LATER)
        await uow.commit()
    assert open_tasks(world) == ["trace_parcel"]


async def test_a_replacement_that_was_found_is_not_lost_until_the_carrier_says_so_again() -> None:
    world, _, return_, exchange = await exchanged()
    async with world.uow() as uow:
        await exchanges.ship(uow, return_.rma, "Kranich Paket", "KP7", LATER)
        await exchanges.lost(uow, exchange, LATER)
        (task,) = [found for found in await uow.tasks.of_case(exchange.case_number) if found.what == "trace_parcel"]
        assert await exchanges.is_lost(uow, exchange)
        assert task.id is not None
        await tasks.finish(uow, task.id, "mia", "found, on its way", LATER)
    assert await Shop(world).report("replacement.unavailable", rma=return_.rma) == ("ignored", "past")
    async with world.uow() as uow:
        with pytest.raises(IllegalStateError):
            await exchanges.give_up(uow, return_.rma, LATER)
        await exchanges.lost(uow, exchange, LATER)
        assert await exchanges.is_lost(uow, exchange)
        await uow.commit()
    assert open_tasks(world) == ["trace_parcel"]
