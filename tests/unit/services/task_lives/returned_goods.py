"""Tasks about goods on their way back, and about what is sent in exchange for them."""

from __future__ import annotations

import functools
from collections.abc import AsyncIterator
from dataclasses import replace

from bot.aftersales.case import Case
from bot.aftersales.labels import IssueType
from bot.aftersales.return_ import Finding, Refusal, Return, ReturnMethod
from bot.services import cases, exchanges, incoming_returns, inspections, returns
from tests.unit.aftersales.builders import NOW, a_line, an_order, euros
from tests.unit.aftersales.policies import A_POLICY
from tests.unit.services.lifecycles import LATER, exchanged, returned
from tests.unit.services.task_lives.lives import Lives
from tests.unit.services.world import A_RETURN, CONVERSATION, World, proved_world

lives = Lives()


async def approved(kind: str) -> tuple[World, Case, Return]:
    complaints = {
        "arrange_pickup": replace(A_RETURN, return_method=ReturnMethod.PICKUP),
        "issue_return_label": replace(A_RETURN, issue=IssueType.DEFECTIVE),
    }
    world = await proved_world()
    async with world.uow() as uow:
        case, return_ = await returns.open_return(uow, A_POLICY, complaints[kind], NOW)
    return world, case, return_


@lives.of("issue_return_label")
async def a_label_is_issued() -> AsyncIterator[World]:
    world, _, return_ = await approved("issue_return_label")
    yield world
    async with world.uow() as uow:
        await returns.issue_label(uow, return_.rma, LATER, carrier="Kranich Paket", tracking_number="KP5")


async def a_parcel_is_sent(kind: str) -> AsyncIterator[World]:
    world, _, return_ = await approved(kind)
    yield world
    async with world.uow() as uow:
        await returns.register_tracking(uow, return_.rma, "Kranich Paket", "KP 99", LATER)


async def a_parcel_is_scanned(kind: str) -> AsyncIterator[World]:
    world, _, return_ = await approved(kind)
    yield world
    async with world.uow() as uow:
        await returns.scanned(uow, return_, LATER)


async def a_parcel_arrives_unannounced(kind: str) -> AsyncIterator[World]:
    world, _, return_ = await approved(kind)
    yield world
    async with world.uow() as uow:
        await returns.receive(uow, return_.rma, {1: (1, 0)}, LATER)


async def a_parcel_never_comes(kind: str) -> AsyncIterator[World]:
    world, _, return_ = await approved(kind)
    yield world
    async with world.uow() as uow:
        await returns.expire(uow, return_, LATER)


async def a_return_is_called_off(kind: str) -> AsyncIterator[World]:
    world, case, _ = await approved(kind)
    yield world
    async with world.uow() as uow:
        await cases.withdraw(uow, CONVERSATION, case.number, NOW)


def _ways_back() -> None:
    ends = (
        a_parcel_is_sent, a_parcel_is_scanned, a_parcel_arrives_unannounced, a_parcel_never_comes,
        a_return_is_called_off,
    )  # fmt: skip
    for kind in ("arrange_pickup", "issue_return_label"):
        for end in ends:
            tell = functools.partial(end, kind)
            tell.__name__ = end.__name__  # type: ignore[attr-defined]
            lives.of(kind)(tell)


_ways_back()


@lives.of("trace_return")
async def a_lost_parcel_comes_after_all() -> AsyncIterator[World]:
    world, _, return_ = await returned()
    async with world.uow() as uow:
        await incoming_returns.lost(uow, return_, NOW)
        yield world
        await returns.receive(uow, return_.rma, {1: (1, 0)}, LATER)


@lives.of("trace_return")
async def a_lost_parcel_is_given_up() -> AsyncIterator[World]:
    world, _, return_ = await returned()
    async with world.uow() as uow:
        await incoming_returns.lost(uow, return_, NOW)
        yield world
        await returns.give_up(uow, return_.rma, LATER, actor="agent:mia")


@lives.of("inspect_return")
async def goods_are_inspected() -> AsyncIterator[World]:
    world, _, return_ = await returned()
    async with world.uow() as uow:
        await returns.receive(uow, return_.rma, {1: (1, 0)}, LATER)
        yield world
        await inspections.inspect(uow, return_.rma, {}, LATER)


async def disputed() -> tuple[World, str]:
    world, _, return_ = await returned()
    async with world.uow() as uow:
        await returns.receive(uow, return_.rma, {1: (1, 0)}, LATER)
        await inspections.inspect(uow, return_.rma, {1: {Finding.WRONG_ITEM: 1}}, LATER)
        await uow.commit()
    return world, return_.rma


@lives.of("decide_return")
async def a_disputed_return_is_settled() -> AsyncIterator[World]:
    world, rma = await disputed()
    yield world
    async with world.uow() as uow:
        await inspections.settle(uow, rma, euros(5), "as a courtesy", LATER, actor="agent:mia")


@lives.of("decide_return")
async def a_disputed_return_is_declined() -> AsyncIterator[World]:
    world, rma = await disputed()
    yield world
    async with world.uow() as uow:
        await inspections.decline(uow, rma, Refusal.WRONG_ITEM, LATER, actor="agent:mia")


@lives.of("ship_replacement")
async def a_replacement_leaves() -> AsyncIterator[World]:
    world, _, return_, _ = await exchanged()
    async with world.uow() as uow:
        await returns.receive(uow, return_.rma, {1: (1, 0)}, LATER)
        yield world
        await exchanges.ship(uow, return_.rma, "Kranich Paket", "KP7", LATER)


@lives.of("ship_replacement")
async def a_replacement_is_not_there() -> AsyncIterator[World]:
    world, _, return_, _ = await exchanged()
    async with world.uow() as uow:
        await returns.receive(uow, return_.rma, {1: (1, 0)}, LATER)
        yield world
        await exchanges.give_up(uow, return_.rma, LATER)


async def dearer() -> tuple[World, Return]:
    line = a_line()
    line.product.variants[2].price = euros(70)
    world, _, return_, _ = await exchanged(an_order(line))
    return world, return_


@lives.of("collect_difference")
async def a_difference_is_paid() -> AsyncIterator[World]:
    world, return_ = await dearer()
    yield world
    async with world.uow() as uow:
        await exchanges.settle_difference(uow, return_.rma, LATER)


@lives.of("collect_difference")
async def a_difference_is_due_no_more() -> AsyncIterator[World]:
    world, return_ = await dearer()
    yield world
    async with world.uow() as uow:
        await returns.expire(uow, return_, LATER)


@lives.of("trace_parcel")
async def a_lost_replacement_is_given_up() -> AsyncIterator[World]:
    world, _, return_, exchange = await exchanged()
    async with world.uow() as uow:
        await returns.receive(uow, return_.rma, {1: (1, 0)}, LATER)
        await exchanges.ship(uow, return_.rma, "Kranich Paket", "KP7", LATER)
        await exchanges.lost(uow, exchange, LATER)
        yield world
        await exchanges.give_up(uow, return_.rma, LATER)


@lives.of("trace_parcel")
async def a_lost_replacement_leaves_again() -> AsyncIterator[World]:
    world, _, return_, exchange = await exchanged()
    async with world.uow() as uow:
        await returns.receive(uow, return_.rma, {1: (1, 0)}, LATER)
        await exchanges.ship(uow, return_.rma, "Kranich Paket", "KP7", LATER)
        await exchanges.lost(uow, exchange, LATER)
        yield world
        await exchanges.ship(uow, return_.rma, "Kranich Paket", "KP8", LATER)
