"""Goods that come though their return has expired are taken in as agreed, unless something else was agreed since."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta, timezone

import pytest

from bot.aftersales.case import Case, CaseState
from bot.aftersales.exchange import Exchange, ExchangeState
from bot.aftersales.return_ import Return, ReturnState
from bot.aftersales.task import Task
from bot.errors import IllegalStateError
from bot.services import exchanges, incoming_returns, inspections, returns, tasks
from tests.unit.aftersales.builders import NOW, a_line, an_order, euros
from tests.unit.aftersales.policies import A_POLICY, IN_ADVANCE
from tests.unit.services.lifecycles import LATER, exchanged, open_tasks, refunds, told, told_values
from tests.unit.services.reporting_shop import Shop
from tests.unit.services.world import A_RETURN, CONVERSATION, World, proved_world

EXPIRED = NOW + timedelta(days=20)
LATE = EXPIRED + timedelta(days=1)
REPLACEMENT = "product1-43"


async def expired() -> tuple[World, Case, Return]:
    world = await proved_world()
    async with world.uow() as uow:
        case, return_ = await returns.open_return(uow, A_POLICY, A_RETURN, NOW)
    assert await returns.expire_overdue(world.uow, EXPIRED) == 1
    assert (return_.state, case.state) == (ReturnState.EXPIRED, CaseState.RESOLVED)
    return world, case, return_


async def expired_exchange(price: int = 50, *, paid: bool = False) -> tuple[World, Case, Return, Exchange]:
    line = a_line()
    line.product.variants[2].price = euros(price)
    world, case, return_, exchange = await exchanged(an_order(line))
    async with world.uow() as uow:
        if paid:
            await exchanges.settle_difference(uow, return_.rma, NOW)
            await uow.commit()
    assert await returns.expire_overdue(world.uow, EXPIRED) == 1
    assert exchange.state is ExchangeState.CANCELED
    return world, case, return_, exchange


async def register(world: World, return_: Return) -> None:
    async with world.uow() as uow:
        await returns.register_tracking(uow, return_.rma, "", "kp 9", LATE)
        await uow.commit()


async def check(world: World, return_: Return) -> None:
    async with world.uow() as uow:
        await inspections.inspect(uow, return_.rma, {}, LATE)
        await uow.commit()


async def current(world: World, return_: Return) -> Exchange:
    async with world.uow() as uow:
        return await exchanges.get(uow, return_.rma)


async def test_a_parcel_without_a_number_is_taken_in_and_paid_for() -> None:
    world, case, return_ = await expired()
    assert (await Shop(world).report("return.received", rma=return_.rma))[1] == "done"
    assert (return_.state, return_.ended_at, case.state) == (ReturnState.RECEIVED, None, CaseState.EXECUTING)
    assert open_tasks(world) == ["inspect_return"]
    await check(world, return_)
    assert refunds(world) == ["54.90 EUR"]


async def test_the_number_that_the_customer_was_asked_for_takes_it_up_again() -> None:
    world, case, return_ = await expired()
    async with world.uow() as uow:
        assert await incoming_returns.awaited_in(uow, CONVERSATION, LATE) is return_
    await register(world, return_)
    assert (return_.state, return_.tracking_number, case.state) == (ReturnState.SHIPPED, "KP9", CaseState.EXECUTING)
    assert world.actions()[-2:] == ["case.reopened", "return.shipped"]


async def test_a_prepaid_label_that_is_scanned_late_does_so_too() -> None:
    world = await proved_world()
    async with world.uow() as uow:
        case, return_ = await returns.open_return(uow, A_POLICY, A_RETURN, NOW)
        await returns.issue_label(uow, return_.rma, NOW, carrier="Kranich Paket", tracking_number="KP5")
        await uow.commit()
    await returns.expire_overdue(world.uow, EXPIRED)
    await Shop(world).scan("KP5", "in_transit")
    assert (return_.state, case.state) == (ReturnState.SHIPPED, CaseState.EXECUTING)


async def test_what_something_else_was_agreed_about_is_looked_at_by_a_person() -> None:
    world, _, return_ = await expired()
    async with world.uow() as uow:
        await returns.open_return(
            uow, A_POLICY, replace(A_RETURN, message_id="message-2"), EXPIRED + timedelta(hours=1)
        )
    with pytest.raises(IllegalStateError):
        await register(world, return_)
    await Shop(world).report("return.received", rma=return_.rma)
    assert return_.state is ReturnState.EXPIRED
    assert "unexpected_return" in open_tasks(world)
    async with world.uow() as uow:
        awaited = await incoming_returns.awaited_in(uow, CONVERSATION, LATE)
    assert awaited is not None and awaited.rma != return_.rma


async def test_a_late_parcel_that_is_lost_ends_the_return_a_second_time_and_is_told() -> None:
    world, case, return_ = await expired()
    await register(world, return_)
    async with world.uow() as uow:
        await returns.give_up(uow, return_.rma, LATE, actor="agent:7")
        await uow.commit()
    assert (return_.state, case.state) == (ReturnState.EXPIRED, CaseState.RESOLVED)
    assert told(world).count("return_expired") == 2


async def test_the_replacement_is_set_aside_anew_and_leaves() -> None:
    world, _, return_, former = await expired_exchange()
    assert world.variant(REPLACEMENT).stock == 3
    await register(world, return_)
    anew = await current(world, return_)
    assert (anew.state, former.state) == (ExchangeState.REPLACEMENT_RESERVED, ExchangeState.CANCELED)
    assert world.variant(REPLACEMENT).stock == 2
    await Shop(world).report("return.received", rma=return_.rma)
    assert open_tasks(world) == ["inspect_return", "ship_replacement"]
    await check(world, return_)
    assert refunds(world) == []


async def test_one_that_is_sold_out_by_now_is_paid_for() -> None:
    world, _, return_, former = await expired_exchange()
    world.variant(REPLACEMENT).stock = 0
    await Shop(world).report("return.received", rma=return_.rma)
    assert await current(world, return_) is former
    assert "replacement_unavailable" in told(world)
    await check(world, return_)
    assert refunds(world) == ["54.90 EUR"]


async def test_a_difference_is_asked_for_again_and_what_was_paid_is_not_given_back() -> None:
    world, _, return_, _ = await expired_exchange(price=60)
    await register(world, return_)
    assert open_tasks(world) == ["collect_difference"]
    world, _, return_, _ = await expired_exchange(price=60, paid=True)
    assert open_tasks(world) == ["pay_difference_back"]
    await register(world, return_)
    assert open_tasks(world) == []
    assert not (await current(world, return_)).is_unpaid


async def test_a_difference_that_was_given_back_is_asked_for_again() -> None:
    world, _, return_, _ = await expired_exchange(price=60, paid=True)
    (task,) = [found for found in world.database.all(Task) if found.is_open]
    assert task.id is not None
    async with world.uow() as uow:
        await tasks.finish(uow, task.id, "mia", "by bank transfer", EXPIRED)
    await register(world, return_)
    assert open_tasks(world) == ["collect_difference"]


async def test_a_replacement_in_advance_is_asked_for_again() -> None:
    world, _, return_, _ = await exchanged(policy=IN_ADVANCE)
    await returns.expire_overdue(world.uow, EXPIRED)
    assert open_tasks(world) == []
    await register(world, return_)
    assert open_tasks(world) == ["ship_replacement"]


async def test_who_seemed_to_keep_both_is_no_longer_to_be_decided_about() -> None:
    world, case, return_, exchange = await exchanged(policy=IN_ADVANCE)
    async with world.uow() as uow:
        await exchanges.ship(uow, return_.rma, "Kranich Paket", "KP7", LATER)
        await uow.commit()
    await returns.expire_overdue(world.uow, EXPIRED)
    assert (case.state, open_tasks(world)) == (CaseState.ESCALATED, ["decide"])
    await Shop(world).report("return.received", rma=return_.rma)
    assert (case.state, open_tasks(world)) == (CaseState.EXECUTING, ["inspect_return"])
    assert exchange.state is ExchangeState.REPLACEMENT_SHIPPED


async def test_a_replacement_that_was_given_up_before_is_paid_for_as_promised() -> None:
    world, _, return_, _ = await exchanged()
    async with world.uow() as uow:
        await exchanges.give_up(uow, return_.rma, NOW)
        await uow.commit()
    await returns.expire_overdue(world.uow, EXPIRED)
    free = world.variant(REPLACEMENT).stock
    await register(world, return_)
    assert world.variant(REPLACEMENT).stock == free
    assert (await current(world, return_)).state is ExchangeState.CANCELED
    assert told_values(world)["rma"] == return_.rma


def last_day(return_: Return) -> datetime:
    day = return_.deadline + incoming_returns.TRACED_AFTER
    return datetime.combine(day, time.max, timezone.utc)


@pytest.mark.parametrize(("days", "is_taken"), [(0, True), (1, False)])
async def test_a_parcel_that_was_never_scanned_is_taken_while_it_may_have_been_posted_in_time(
    days: int, is_taken: bool
) -> None:
    world, _, return_ = await expired()
    now = last_day(return_) + timedelta(days=days)
    async with world.uow() as uow:
        assert (await incoming_returns.awaited_in(uow, CONVERSATION, now) is return_) is is_taken
    shop = Shop(world)
    await shop.take(shop.event("return.received", rma=return_.rma), now=now)
    assert return_.state is (ReturnState.RECEIVED if is_taken else ReturnState.EXPIRED)
    assert open_tasks(world) == ["inspect_return" if is_taken else "unexpected_return"]


async def test_a_number_that_comes_too_late_takes_nothing_up() -> None:
    world, case, return_ = await expired()
    async with world.uow() as uow:
        with pytest.raises(IllegalStateError):
            await returns.register_tracking(uow, return_.rma, "", "kp 9", last_day(return_) + timedelta(days=1))
    assert (return_.state, return_.pay_by, case.state) == (ReturnState.EXPIRED, None, CaseState.RESOLVED)


async def test_a_label_that_is_scanned_too_late_takes_nothing_up() -> None:
    world, case, return_ = await expired()
    return_.tracking_number = "KP5"
    shop = Shop(world)
    scan = shop.event("shipment.scanned", tracking_number="KP5", state="in_transit")
    await shop.take(scan, now=last_day(return_) + timedelta(days=1))
    assert (return_.state, case.state) == (ReturnState.EXPIRED, CaseState.RESOLVED)


async def test_what_was_posted_in_time_is_taken_however_late_it_comes() -> None:
    world = await proved_world()
    async with world.uow() as uow:
        case, return_ = await returns.open_return(uow, A_POLICY, A_RETURN, NOW)
        await returns.register_tracking(uow, return_.rma, "", "kp 9", NOW)
        await returns.give_up(uow, return_.rma, EXPIRED, actor="agent:7")
        await uow.commit()
    shop = Shop(world)
    await shop.take(shop.event("return.received", rma=return_.rma), now=NOW + timedelta(days=100))
    assert (return_.state, case.state) == (ReturnState.RECEIVED, CaseState.EXECUTING)
