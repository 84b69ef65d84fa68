"""What was lost on its way can be ended: a replacement, a second parcel, and a return that never arrived."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.aftersales.case import Case, CaseState
from bot.aftersales.exchange import Exchange, ExchangeState
from bot.aftersales.labels import IssueType
from bot.aftersales.reship import Reshipment, ReshipState
from bot.aftersales.return_ import Return, ReturnState
from bot.errors import IllegalStateError
from bot.services import cases, exchanges, incoming_returns, inspections, reshipments, returns
from tests.unit.aftersales.builders import NOW, a_line, an_order
from tests.unit.aftersales.policies import IN_ADVANCE
from tests.unit.services.lifecycles import (
    LATER,
    a_world_with_case,
    exchanged,
    open_tasks,
    refunds,
    returned,
    told,
)
from tests.unit.services.reporting_shop import Shop
from tests.unit.services.world import CONVERSATION, World

SKU, REPLACEMENT = "product1-42", "product1-43"
SILENT = NOW + incoming_returns.TRACED_AFTER


async def replacement_left() -> tuple[World, Case, Return, Exchange]:
    world, case, return_, exchange = await exchanged()
    async with world.uow() as uow:
        await returns.receive(uow, return_.rma, {1: (1, 0)}, LATER)
        await inspections.inspect(uow, return_.rma, {}, LATER)
        await exchanges.ship(uow, return_.rma, "Kranich Paket", "KP7", LATER)
        await uow.commit()
    return world, case, return_, exchange


async def test_a_replacement_that_was_lost_and_is_sold_out_is_paid_for() -> None:
    world, _, return_, exchange = await replacement_left()
    shop, free = Shop(world), world.variant(REPLACEMENT).stock
    await shop.scan("KP7", "lost")
    assert (await shop.report("replacement.unavailable", rma=return_.rma))[1] == "done"
    assert exchange.state is ExchangeState.CANCELED
    assert world.variant(REPLACEMENT).stock == free  # It is gone.
    assert (refunds(world), open_tasks(world)) == (["54.90 EUR"], [])
    assert told(world)[-1] == "replacement_unavailable"
    async with world.uow() as uow:
        assert await cases.taken_pieces(uow, world.order.number) == {1: 1}


async def test_one_that_only_comes_late_is_not() -> None:
    world, _, return_, exchange = await replacement_left()
    assert (await Shop(world).report("replacement.unavailable", rma=return_.rma))[1] == "past"
    async with world.uow() as uow:
        with pytest.raises(IllegalStateError):
            await exchanges.give_up(uow, return_.rma, LATER)
    assert (exchange.state, refunds(world)) == (ExchangeState.REPLACEMENT_SHIPPED, [])


async def test_one_that_was_lost_and_left_again_is_on_its_way_again() -> None:
    world, _, return_, exchange = await replacement_left()
    await Shop(world).scan("KP7", "lost")
    async with world.uow() as uow:
        await exchanges.ship(uow, return_.rma, "Kranich Paket", "KP8", LATER)
        with pytest.raises(IllegalStateError):
            await exchanges.give_up(uow, return_.rma, LATER)
    assert exchange.state is ExchangeState.REPLACEMENT_SHIPPED


async def test_a_replacement_lost_before_the_goods_are_back_makes_the_return_one_for_money() -> None:
    world, _, return_, exchange = await exchanged(policy=IN_ADVANCE)
    async with world.uow() as uow:
        await exchanges.ship(uow, return_.rma, "Kranich Paket", "KP7", LATER)
        await exchanges.lost(uow, exchange, LATER)
        await exchanges.give_up(uow, return_.rma, LATER)
        assert refunds(world) == []
        await returns.receive(uow, return_.rma, {1: (1, 0)}, LATER)
        await inspections.inspect(uow, return_.rma, {}, LATER)
        await uow.commit()
    assert refunds(world) == ["54.90 EUR"]


async def second_parcel() -> tuple[World, Case, Reshipment]:
    world, case = await a_world_with_case(an_order(delivered_days_ago=None), issue=IssueType.LOST_PARCEL)
    async with world.uow() as uow:
        reshipment = await reshipments.add_reshipment(uow, case, world.order, NOW)
        await reshipments.ship(uow, reshipment.number, "Kranich Paket", "KP7", LATER)
        await uow.commit()
    return world, case, reshipment


async def test_a_second_parcel_that_was_lost_is_paid_for_with_the_fee() -> None:
    world, case, reshipment = await second_parcel()
    await Shop(world).scan("KP7", "lost")
    free = world.variant(SKU).stock
    async with world.uow() as uow:
        await reshipments.cancel(uow, reshipment.number, "lost twice", LATER, actor="agent:7")
        await uow.commit()
    assert (reshipment.state, case.state) == (ReshipState.CANCELED, CaseState.EXECUTING)
    assert (refunds(world), open_tasks(world)) == (["54.90 EUR"], [])
    assert world.variant(SKU).stock == free


async def test_of_several_goods_only_those_that_were_sent_again_are_paid_for() -> None:
    world, case = await a_world_with_case(an_order(a_line(1), a_line(2), delivered_days_ago=None))
    async with world.uow() as uow:
        reshipment = await reshipments.add_reshipment(uow, case, world.order, NOW)
        await reshipments.ship(uow, reshipment.number, "Kranich Paket", "KP7", LATER)
        await reshipments.lost(uow, reshipment, LATER)
        await reshipments.cancel(uow, reshipment.number, "lost twice", LATER, actor="agent:7")
        await uow.commit()
    assert refunds(world) == ["50.00 EUR"]


async def test_a_second_parcel_on_its_way_is_neither_called_off_nor_taken_back() -> None:
    world, case, reshipment = await second_parcel()
    async with world.uow() as uow:
        with pytest.raises(IllegalStateError):
            await reshipments.cancel(uow, reshipment.number, "changed", LATER, actor="agent:7")
    await Shop(world).scan("KP7", "lost")
    async with world.uow() as uow:
        with pytest.raises(IllegalStateError):
            await cases.withdraw(uow, CONVERSATION, case.number, LATER)
    assert (reshipment.state, refunds(world)) == (ReshipState.SHIPPED, [])


async def test_a_return_that_does_not_arrive_is_traced_once() -> None:
    world, _, return_ = await returned()
    assert await incoming_returns.trace_silent(world.uow, SILENT - timedelta(seconds=1)) == 0
    assert open_tasks(world) == []
    assert await incoming_returns.trace_silent(world.uow, SILENT) == 1
    assert await incoming_returns.trace_silent(world.uow, SILENT + timedelta(days=1)) == 0
    assert (return_.state, open_tasks(world)) == (ReturnState.SHIPPED, ["trace_return"])


async def test_what_has_arrived_is_not_traced() -> None:
    world, _, return_ = await returned()
    async with world.uow() as uow:
        await returns.receive(uow, return_.rma, {1: (1, 0)}, LATER)
        await uow.commit()
    assert await incoming_returns.trace_silent(world.uow, SILENT) == 0


async def test_a_return_that_never_came_is_ended_and_its_replacement_set_free() -> None:
    world, case, return_, exchange = await exchanged()
    async with world.uow() as uow:
        await returns.register_tracking(uow, return_.rma, "", "KP9", NOW)
        await uow.commit()
    await incoming_returns.trace_silent(world.uow, SILENT)
    async with world.uow() as uow:
        await returns.give_up(uow, return_.rma, SILENT, actor="agent:7")
        await uow.commit()
    assert (return_.state, exchange.state) == (ReturnState.EXPIRED, ExchangeState.CANCELED)
    assert world.variant(REPLACEMENT).stock == 3
    assert (case.state, open_tasks(world)) == (CaseState.RESOLVED, [])


async def test_nobody_ends_a_return_so_that_may_still_be_sent() -> None:
    world, _, return_, _ = await exchanged()
    async with world.uow() as uow:
        with pytest.raises(IllegalStateError):
            await returns.give_up(uow, return_.rma, NOW, actor="agent:7")
    assert return_.state is ReturnState.APPROVED
