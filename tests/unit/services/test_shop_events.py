"""Each event counts once and at its time, whatever the order in which events come."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations
from typing import Any, cast

import pytest

from bot.aftersales.case import CaseState
from bot.aftersales.exchange import ExchangeState
from bot.aftersales.labels import IssueType
from bot.aftersales.order import OrderState, ShipmentState
from bot.aftersales.refund import Refund, RefundState
from bot.aftersales.repair import RepairState
from bot.aftersales.reship import ReshipState
from bot.aftersales.return_ import ReturnState
from bot.aftersales.shop_event import ShopEvent, ShopEventState
from bot.aftersales.task import Department
from bot.errors import ConflictError
from bot.services import customs, repairs, reshipments, returns, shop_events, tasks
from bot.services.ports import UnitOfWork
from tests.unit.aftersales.builders import NOW, an_order, euros
from tests.unit.aftersales.policies import A_POLICY
from tests.unit.services.lifecycles import (
    LATER,
    a_world_with_case,
    exchanged,
    factory,
    open_tasks,
    refunds,
    returned,
    told,
)
from tests.unit.services.reporting_shop import Shop
from tests.unit.services.world import A_RETURN, World, proved_world

S = ShopEventState


async def a_labelled_return() -> tuple[World, Any, Any]:
    world = await proved_world()
    async with world.uow() as uow:
        case, return_ = await returns.open_return(uow, A_POLICY, A_RETURN, NOW)
        await returns.issue_label(uow, return_.rma, NOW, carrier="Kranich Paket", tracking_number="KP5")
        await uow.commit()
    return world, case, return_


async def test_a_return_is_followed_from_the_first_scan_to_the_money() -> None:
    world, case, return_ = await a_labelled_return()
    shop = Shop(world)
    assert await shop.scan("KP5", "in_transit") == (S.APPLIED, "done")
    assert await shop.report("return.received", rma=return_.rma) == (S.APPLIED, "done")
    assert await shop.report("return.inspected", rma=return_.rma) == (S.APPLIED, "done")
    assert told(world) == ["label_ready", "return_shipped", "return_received", "return_inspected"]
    (refund,) = world.database.all(Refund)
    refund.begin(LATER)
    refund.send(LATER.date(), LATER)
    assert await shop.report("refund.settled", refund=refund.number) == (S.APPLIED, "done")
    assert (refund.state, case.state) == (RefundState.SETTLED, CaseState.RESOLVED)


@pytest.mark.parametrize("order", list(permutations(range(3))))
async def test_in_whatever_order_they_come_the_end_is_the_same(order: tuple[int, ...]) -> None:
    world, _, return_ = await a_labelled_return()
    shop = Shop(world)
    events = [
        shop.event("shipment.scanned", tracking_number="KP5", state="in_transit"),
        shop.event("return.received", rma=return_.rma),
        shop.event("return.inspected", rma=return_.rma),
    ]
    await shop.take(*(events[index] for index in order))
    assert return_.state is ReturnState.COMPLETED
    assert refunds(world) == ["54.90 EUR"]
    assert shop.waiting() == 0


async def test_the_same_event_counts_once() -> None:
    world, _, return_ = await a_labelled_return()
    shop = Shop(world)
    event = shop.event("return.received", rma=return_.rma)
    assert await shop.take(event, event) == [(S.APPLIED, "done")] * 2
    assert await shop.take(event) == [(S.APPLIED, "done")]
    assert told(world).count("return_received") == 1
    assert await shop.report("return.received", rma=return_.rma) == (S.IGNORED, "past")


async def test_an_event_that_comes_too_early_waits_for_its_time() -> None:
    world, _, return_ = await a_labelled_return()
    shop = Shop(world)
    assert await shop.report("return.inspected", rma=return_.rma) == (S.WAITING, "too_early")
    assert await shop_events.retry_waiting(factory(world), LATER) == 0
    async with world.uow() as uow:
        await returns.receive(uow, return_.rma, {1: (1, 0)}, LATER, actor="agent:7")
        await uow.commit()
    assert await shop_events.retry_waiting(factory(world), LATER) == 1
    assert return_.state is ReturnState.COMPLETED


async def test_an_event_whose_time_never_comes_is_given_up() -> None:
    world, _, return_ = await a_labelled_return()
    shop = Shop(world)
    await shop.report("return.inspected", rma=return_.rma)
    assert await shop_events.retry_waiting(factory(world), LATER + timedelta(days=61)) == 1
    (event,) = world.database.all(ShopEvent)
    assert (event.state, event.result) == (S.FAILED, "never_due")


async def test_what_cannot_be_is_kept_as_failed_and_looked_at_by_somebody() -> None:
    world, _, return_ = await a_labelled_return()
    shop = Shop(world)
    lines = [{"line": 1, "quantity": 5}]
    assert await shop.report("return.received", rma=return_.rma, lines=lines) == (S.FAILED, "invalid_input")
    assert open_tasks(world) == ["check_shop_event"]
    assert await shop.report("return.received", rma="R9999999") == (S.FAILED, "not_found")
    assert await shop.report("stock.changed", sku="nothing", free=3) == (S.FAILED, "not_found")


async def test_goods_that_nobody_expects_any_more_are_looked_at() -> None:
    world, _, return_ = await a_labelled_return()
    return_.cancel(NOW)
    shop = Shop(world)
    assert await shop.report("return.received", rma=return_.rma) == (S.APPLIED, "done")
    assert return_.state is ReturnState.CANCELED
    assert open_tasks(world) == ["unexpected_return"]


async def test_a_return_that_the_carrier_lost_is_traced() -> None:
    world, _, _ = await returned()
    assert await Shop(world).scan("KP99", "lost") == (S.APPLIED, "done")
    assert open_tasks(world) == ["trace_return"]
    assert told(world)[-1] == "parcel_lost"


async def test_a_parcel_that_is_lost_is_looked_for_and_its_customer_hears_until_when() -> None:
    world, case = await a_world_with_case(an_order(delivered_days_ago=None), issue=IssueType.LOST_PARCEL)
    shop = Shop(world)
    for _ in range(2):
        assert await shop.scan("KP0042", "lost") == (S.APPLIED, "done")
    assert (open_tasks(world), told(world)) == (["search_parcel"], ["parcel_lost"])
    assert case.next_contact_by == LATER + tasks.DUE_IN[Department.LOGISTICS]
    assert await shop.scan("KP0042", "delivered") == (S.APPLIED, "done")
    assert open_tasks(world) == []


async def test_who_looks_for_a_parcel_already_is_not_asked_twice() -> None:
    world, case = await a_world_with_case(an_order(delivered_days_ago=None), issue=IssueType.LOST_PARCEL)
    async with world.uow() as uow:
        await tasks.open_task(uow, case.number, Department.LOGISTICS, "search_parcel", f"case:{case.number}:x", NOW)
        await uow.commit()
    assert await Shop(world).scan("KP0042", "lost") == (S.APPLIED, "done")
    assert (open_tasks(world), told(world)) == (["search_parcel"], ["parcel_lost"])


async def test_a_parcel_on_its_way_back_to_the_shop_is_told_to_who_waits_for_it() -> None:
    world, _ = await a_world_with_case(an_order(delivered_days_ago=None), issue=IssueType.LATE_DELIVERY)
    assert await Shop(world).scan("KP0042", "returned_to_sender") == (S.APPLIED, "done")
    assert (open_tasks(world), told(world)) == (["parcel_came_back"], ["parcel_sent_back"])
    # Carriers call it delivered, too, when the sender has it again.
    assert await Shop(world).scan("KP0042", "delivered", minutes=50, id="back") == (S.APPLIED, "done")
    assert open_tasks(world) == ["parcel_came_back"]


@pytest.mark.parametrize("news", ["lost", "returned_to_sender"])
async def test_what_becomes_of_a_parcel_without_a_case_is_kept_for_who_asks(news: str) -> None:
    world = await proved_world(an_order(delivered_days_ago=None))
    assert await Shop(world).scan("KP0042", news) == (S.APPLIED, "done")
    assert world.order.shipments[0].state is ShipmentState(news)
    assert (open_tasks(world), told(world)) == ([], [])


@pytest.mark.parametrize(("news", "response"), [("lost", "parcel_lost"), ("returned_to_sender", "parcel_sent_back")])
async def test_a_replacement_that_does_not_arrive_is_traced_and_told(news: str, response: str) -> None:
    world, _, return_, _ = await exchanged()
    shop = Shop(world)
    await shop.report("replacement.shipped", rma=return_.rma, carrier="Kranich Paket", tracking_number="KP7")
    assert await shop.scan("KP7", news) == (S.APPLIED, "done")
    assert "trace_parcel" in open_tasks(world)
    assert told(world) == ["replacement_shipped", response]


async def test_scans_move_the_order_by_their_own_time() -> None:
    world, _ = await a_world_with_case(an_order(delivered_days_ago=None, state=OrderState.PAID))
    shop = Shop(world)
    assert await shop.scan("KP0042", "delivered", minutes=30) == (S.APPLIED, "done")
    assert await shop.scan("KP0042", "out_for_delivery", minutes=20, location="Köln") == (S.APPLIED, "done")
    assert await shop.scan("KP0042", "out_for_delivery", minutes=20) == (S.IGNORED, "known")
    (parcel,) = world.order.shipments
    assert (parcel.state, parcel.delivered_at) == (ShipmentState.DELIVERED, NOW + timedelta(minutes=30))
    assert world.order.state is OrderState.DELIVERED


async def test_a_scan_of_a_parcel_nobody_knows_waits_for_its_number() -> None:
    world, _, return_, exchange = await exchanged()
    shop = Shop(world)
    assert await shop.scan("KP7", "delivered") == (S.WAITING, "too_early")
    shipped = {"rma": return_.rma, "carrier": "Kranich Paket", "tracking_number": "KP7"}
    assert await shop.report("replacement.shipped", **shipped) == (S.APPLIED, "done")
    assert exchange.state is ExchangeState.REPLACEMENT_DELIVERED
    assert shop.waiting() == 0
    assert told(world) == ["replacement_shipped", "replacement_delivered"]


async def test_an_exchange_is_followed_to_the_end() -> None:
    world, case, return_, exchange = await exchanged()
    shop = Shop(world)
    shipped = {"rma": return_.rma, "carrier": "Kranich Paket", "tracking_number": "KP7"}
    await shop.report("return.received", rma=return_.rma)
    await shop.report("return.inspected", rma=return_.rma)
    await shop.report("replacement.shipped", **shipped)
    assert await shop.report("replacement.shipped", **shipped) == (S.IGNORED, "known")
    await shop.report("replacement.delivered", rma=return_.rma)
    assert await shop.report("replacement.delivered", rma=return_.rma) == (S.IGNORED, "past")
    assert await shop.report("replacement.unavailable", rma=return_.rma) == (S.IGNORED, "past")
    assert await shop.report("difference.paid", rma=return_.rma) == (S.IGNORED, "past")
    assert (exchange.state, case.state) == (ExchangeState.REPLACEMENT_DELIVERED, CaseState.RESOLVED)


async def test_without_the_replacement_a_refund_takes_its_place() -> None:
    world, _, return_, exchange = await exchanged()
    shop = Shop(world)
    await shop.report("replacement.unavailable", rma=return_.rma)
    await shop.report("return.received", rma=return_.rma)
    await shop.report("return.inspected", rma=return_.rma)
    assert exchange.state is ExchangeState.CANCELED
    assert refunds(world) == ["54.90 EUR"]


async def test_stock_is_what_was_counted_last() -> None:
    world = await proved_world()
    shop = Shop(world)
    assert await shop.report("stock.changed", sku="product1-43", free=9, minutes=20) == (S.APPLIED, "done")
    assert await shop.report("stock.changed", sku="product1-43", free=5, minutes=10) == (S.IGNORED, "past")
    assert await shop.report("stock.changed", sku="product1-43", free=7, minutes=30) == (S.APPLIED, "done")
    assert world.variant("product1-43").stock == 7


async def test_a_refund_that_comes_back_is_owed_again() -> None:
    world, _, return_ = await a_labelled_return()
    shop = Shop(world)
    await shop.report("return.received", rma=return_.rma)
    await shop.report("return.inspected", rma=return_.rma)
    (refund,) = world.database.all(Refund)
    failed = {"refund": refund.number, "reason": "account_closed"}
    assert await shop.report("refund.failed", **failed) == (S.WAITING, "too_early")
    assert await shop.report("refund.settled", refund=refund.number) == (S.WAITING, "too_early")


async def test_a_repair_is_followed_to_the_end() -> None:
    world, case = await a_world_with_case()
    async with world.uow() as uow:
        repair = await repairs.add_repair(
            uow, case, world.order, NOW, in_warranty=False, deadline=NOW.date() + timedelta(days=14)
        )
        await uow.commit()
    shop = Shop(world)
    back = {"carrier": "Kranich Paket", "tracking_number": "KP8", "repaired": True}
    quote = {"amount": "30.00", "currency": "EUR"}
    assert await shop.report("repair.shipped_back", repair=repair.number, **back) == (S.WAITING, "too_early")
    assert await shop.report("repair.quoted", repair=repair.number, **quote) == (S.WAITING, "too_early")
    assert await shop.report("repair.received", repair=repair.number) == (S.APPLIED, "done")
    assert (repair.state, repair.quote) == (RepairState.QUOTED, euros(30))
    async with world.uow() as uow:
        await repairs.accept_quote(uow, repair.number, LATER)
        await uow.commit()
    assert await shop_events.retry_waiting(factory(world), LATER) == 1
    assert await shop.scan("KP8", "delivered") == (S.APPLIED, "done")
    assert (repair.state, case.state) == (RepairState.COMPLETED, CaseState.RESOLVED)


async def test_a_lost_parcel_is_sent_again_and_followed() -> None:
    world, case = await a_world_with_case(an_order(delivered_days_ago=None), issue=IssueType.LOST_PARCEL)
    async with world.uow() as uow:
        until = NOW + timedelta(days=7)
        reshipment = await reshipments.add_reshipment(uow, case, world.order, NOW, search_until=until)
        await uow.commit()
    shop = Shop(world)
    assert await shop.scan("KP0042", "lost") == (S.APPLIED, "done")
    assert reshipment.state is ReshipState.RESERVED
    assert (open_tasks(world), told(world)) == (["ship_again"], ["parcel_lost"])
    shipped = {"reshipment": reshipment.number, "carrier": "Kranich Paket", "tracking_number": "KP9"}
    assert await shop.report("reshipment.shipped", **shipped) == (S.APPLIED, "done")
    assert await shop.scan("KP9", "in_transit") == (S.IGNORED, "nothing_follows")
    assert await shop.scan("KP9", "delivered") == (S.APPLIED, "done")
    assert (reshipment.state, case.state) == (ReshipState.DELIVERED, CaseState.RESOLVED)


async def test_customs_is_over_when_the_parcel_goes_on() -> None:
    world, case = await a_world_with_case(an_order(delivered_days_ago=None), issue=IssueType.CUSTOMS_HOLD)
    async with world.uow() as uow:
        matter = await customs.add_matter(uow, case, world.order, NOW)
        await uow.commit()
    shop = Shop(world)
    papers = {"papers": ["identity"], "due_on": "2026-04-01", "authority": "Zoll", "reference": "Z-1"}
    wanted = {"customs": matter.number, "state": "papers_requested", **papers}
    assert await shop.report("customs.updated", **wanted) == (S.APPLIED, "done")
    assert await shop.report("customs.updated", **wanted) == (S.IGNORED, "past")
    assert case.state is CaseState.WAITING_CUSTOMER
    assert await shop.scan("KP0042", "out_for_delivery") == (S.APPLIED, "done")
    assert (matter.is_open, case.state) == (False, CaseState.RESOLVED)


@pytest.mark.parametrize("news", ["submitted", "released", "refused", "abandoned"])
async def test_what_customs_decides_can_be_reported(news: str) -> None:
    world, case = await a_world_with_case(an_order(delivered_days_ago=None), issue=IssueType.CUSTOMS_HOLD)
    async with world.uow() as uow:
        matter = await customs.add_matter(uow, case, world.order, NOW)
        await uow.commit()
    assert await Shop(world).report("customs.updated", customs=matter.number, state=news) == (S.APPLIED, "done")
    assert matter.state.value == ("closed" if news == "released" else news)


async def test_somebody_else_in_between_is_tried_again() -> None:
    world, _, _ = await a_labelled_return()
    shop = Shop(world)
    make, failures = factory(world), [1, 1]

    def stumbling() -> UnitOfWork:
        uow: Any = make()
        commit = uow.commit

        async def maybe() -> None:
            if failures:
                failures.pop()
                raise ConflictError(what="row")
            await commit()

        uow.commit = maybe
        return cast(UnitOfWork, uow)

    (taken,) = await shop_events.take(stumbling, [shop.event("stock.changed", sku="product1-43", free=9)], LATER)
    assert taken.state is S.APPLIED
    assert len(world.database.all(ShopEvent)) == 1
