"""Returns in full, repairs, reshipments, customs matters and shop events, on either database."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from typing import Any

from bot.aftersales.case import Case, CaseState
from bot.aftersales.customs import CustomsMatter, Paper
from bot.aftersales.labels import Payer
from bot.aftersales.repair import Repair, RepairState
from bot.aftersales.reship import Reshipment, ReshipState
from bot.aftersales.return_ import Finding, Refusal, ReturnState
from bot.aftersales.shop_event import ShopEvent, ShopEventState, ShopEventType
from bot.services import shop_events
from bot.services.lifecycle import begin
from bot.services.shop_report import read_events
from tests.integration.conftest import UowFactory
from tests.integration.store.things import NOW, a_case, a_return, a_shop, an_exchange, euro, plain

ORDER = "10480001"
LATER = NOW + timedelta(days=3)


async def saved(uow_factory: UowFactory, *things: tuple[str, Any]) -> Case:
    """Save a shop, a case that is carried out, and things of it; each goes into the repository named first."""
    await a_shop(uow_factory)
    async with uow_factory() as uow:
        case = a_case()
        case.offers.clear()
        begin(case)
        uow.cases.add(case)
        for repository, thing in things:
            getattr(uow, repository).add(thing)
        await uow.commit()
    return case


def events(*reports: tuple[str, dict[str, Any]]) -> list[ShopEvent]:
    bodies = [
        {"id": f"e-{n}", "type": kind, "at": (NOW + timedelta(minutes=n)).isoformat(), "data": data}
        for n, (kind, data) in enumerate(reports)
    ]
    return read_events(bodies, LATER)


async def test_a_return_and_its_exchange_come_back_in_full(uow_factory: UowFactory) -> None:
    await saved(uow_factory, ("returns", a_return()), ("exchanges", an_exchange()))
    async with uow_factory() as uow:
        return_, exchange = await uow.returns.get("R1"), await uow.exchanges.of_return("R1")
        assert return_ is not None and exchange is not None
        return_.approve()
        return_.ship("DHL", "JJD7", NOW)
        return_.receive({1: (1, 1)}, LATER)
        return_.inspect({1: {Finding.WRONG_ITEM: 1}}, LATER)
        return_.decline(Refusal.WRONG_ITEM, LATER)
        return_.warehouse, return_.refunds_shipping = "leipzig", True
        exchange.in_advance = exchange.difference_settled = True
        exchange.ship("DHL", "JJD8", LATER)
        expected, replacement = plain(return_), plain(exchange)
        await uow.commit()
    async with uow_factory() as uow:
        assert plain(await uow.returns.by_tracking("JJD7")) == expected
        assert plain(await uow.exchanges.by_tracking("JJD8")) == replacement
        assert await uow.returns.by_tracking("JJD8") is None
        assert await uow.exchanges.of_return("R2") is None


async def test_overdue_returns_are_those_nobody_sent(uow_factory: UowFactory) -> None:
    due, sent = a_return("R1"), a_return("R2")
    for return_ in (due, sent):
        return_.approve()
    sent.ship("DHL", "JJD7", NOW)
    await saved(uow_factory, ("returns", due), ("returns", sent), ("returns", a_return("R3")))
    async with uow_factory() as uow:
        assert await uow.returns.overdue(due.deadline) == []
        assert [found.rma for found in await uow.returns.overdue(due.deadline + timedelta(days=1))] == ["R1"]


async def test_parcels_under_way_are_found_by_when_they_left(uow_factory: UowFactory) -> None:
    early, late, here = a_return("R1"), a_return("R2"), a_return("R4")
    for return_, at in ((early, NOW), (late, LATER), (here, NOW)):
        return_.approve()
        return_.ship("DHL", f"JJD-{return_.rma}", at)
    here.receive({1: (1, 0)}, LATER)
    await saved(uow_factory, *(("returns", found) for found in (late, early, here, a_return("R3"))))
    async with uow_factory() as uow:
        assert await uow.returns.under_way_since(NOW - timedelta(seconds=1)) == []
        assert [found.rma for found in await uow.returns.under_way_since(NOW)] == ["R1"]
        assert [found.rma for found in await uow.returns.under_way_since(LATER)] == ["R1", "R2"]


async def test_unpaid_exchanges_are_those_that_wait_for_the_difference_alone(uow_factory: UowFactory) -> None:
    things: list[tuple[str, Any]] = []
    for rma in ("R1", "R2", "R3", "R4", "R5"):
        return_, exchange = a_return(rma), an_exchange()
        exchange.rma, exchange.price_difference = rma, euro("0.00" if rma == "R2" else "5.00")
        return_.approve()
        return_.receive({1: (1, 0)}, NOW)
        return_.inspect({}, NOW)
        if rma != "R3":
            return_.complete(NOW)
        exchange.difference_settled = rma == "R4"
        if rma == "R5":
            exchange.cancel(NOW)
        things += [("returns", return_), ("exchanges", exchange)]
    await saved(uow_factory, *things)
    async with uow_factory() as uow:
        assert await uow.exchanges.unpaid_since(NOW) == []
        assert [found.rma for found in await uow.exchanges.unpaid_since(LATER)] == ["R1"]


async def test_an_exchange_that_is_set_aside_anew_is_the_one_of_its_return(uow_factory: UowFactory) -> None:
    former = an_exchange()
    former.cancel(NOW)
    await saved(uow_factory, ("returns", a_return()), ("exchanges", former), ("exchanges", an_exchange()))
    async with uow_factory() as uow:
        found = await uow.exchanges.of_return("R1")
        assert found is not None and found.is_to_leave


async def test_a_repair_comes_back(uow_factory: UowFactory) -> None:
    repair = Repair("W1", "C1", ORDER, 1, 1, False, NOW, date(2026, 4, 12), "leipzig")
    repair.approve()
    unsent = Repair("W2", "C1", ORDER, 1, 1, True, LATER, date(2026, 4, 12))
    unsent.approve()
    repair.receive(NOW)
    repair.propose(euro("30.00"), date(2026, 4, 20))
    expected = plain(repair)
    await saved(uow_factory, ("repairs", repair), ("repairs", unsent))
    async with uow_factory() as uow:
        assert plain(await uow.repairs.get("W1")) == expected
        assert [found.number for found in await uow.repairs.of_order(ORDER)] == ["W2", "W1"]
        assert [found.number for found in await uow.repairs.overdue(date(2026, 4, 13))] == ["W2"]
        assert [found.number for found in await uow.repairs.overdue(date(2026, 4, 21))] == ["W1", "W2"]
        found = await uow.repairs.get("W1")
        assert found is not None
        found.accept_quote()
        found.ship_back("DHL", "JJD9", LATER, is_repaired=True)
        await uow.commit()
    async with uow_factory() as uow:
        found = await uow.repairs.by_tracking("JJD9")
        assert found is not None and found.is_repaired


async def test_repairs_whose_parcel_is_long_on_its_way_are_found(uow_factory: UowFactory) -> None:
    under_way, unsent = (Repair(number, "C1", ORDER, 1, 1, True, NOW, date(2026, 4, 12)) for number in ("W1", "W2"))
    for repair in (under_way, unsent):
        repair.approve()
    under_way.ship("", "JJD9", NOW)
    await saved(uow_factory, ("repairs", under_way), ("repairs", unsent))
    async with uow_factory() as uow:
        assert await uow.repairs.under_way_since(NOW - timedelta(seconds=1)) == []
        assert [found.number for found in await uow.repairs.under_way_since(NOW)] == ["W1"]
        assert [found.number for found in await uow.repairs.overdue(date(2026, 4, 13))] == ["W2"]
        found = await uow.repairs.by_tracking("JJD9")
        assert found is not None and found.state is RepairState.SHIPPED


async def test_a_reshipment_comes_back(uow_factory: UowFactory) -> None:
    reshipment = Reshipment("S1", "C1", ORDER, NOW, {1: 2, 3: 1})
    reshipment.search("JJD0001", LATER)
    expected = plain(reshipment)
    await saved(uow_factory, ("reshipments", reshipment))
    async with uow_factory() as uow:
        assert plain(await uow.reshipments.get("S1")) == expected
        assert await uow.reshipments.searched(LATER - timedelta(seconds=1)) == []
        (found,) = await uow.reshipments.searched(LATER)
        found.reserve()
        found.ship("DHL", "JJD9", LATER)
        await uow.commit()
    async with uow_factory() as uow:
        found = await uow.reshipments.by_tracking("JJD9")
        assert found is not None and found.state is ReshipState.SHIPPED
        assert await uow.reshipments.of_order(ORDER) == [found]


async def test_a_customs_matter_comes_back(uow_factory: UowFactory) -> None:
    matter = CustomsMatter("K1", "C1", ORDER, NOW, "Zoll", "Z-1", "JJD0001", payer=Payer.SHOP, charges=euro("9.00"))
    matter.request_papers((Paper.IDENTITY, Paper.INVOICE), date(2026, 4, 12))
    expected = plain(matter)
    await saved(uow_factory, ("customs", matter))
    async with uow_factory() as uow:
        found = await uow.customs.get("K1")
        assert plain(found) == expected
        assert found is not None and found.wants_customer
        assert await uow.customs.overdue(date(2026, 4, 12)) == []
        assert await uow.customs.overdue(date(2026, 4, 13)) == await uow.customs.of_order(ORDER) == [found]


async def test_things_are_found_by_what_the_shop_calls_them(uow_factory: UowFactory) -> None:
    await a_shop(uow_factory, orders=1)
    async with uow_factory() as uow:
        order, product = await uow.orders.by_tracking("JJD0001"), await uow.products.by_sku("SHOE-L")
        assert order is not None and order.number == ORDER
        assert product is not None and product.id == "shoe"
        assert await uow.orders.by_tracking("JJD0002") is None
        assert await uow.products.by_sku("SHOE-XXL") is None


async def test_a_return_runs_through_by_the_shops_events(uow_factory: UowFactory) -> None:
    return_ = a_return()
    return_.approve()
    return_.issue_label("DHL", "JJD7")
    await saved(uow_factory, ("returns", return_))
    inspected, received, scanned = events(
        ("return.inspected", {"rma": "R1"}),
        ("return.received", {"rma": "R1", "lines": [{"line": 1, "quantity": 1}]}),
        ("shipment.scanned", {"tracking_number": "JJD7", "state": "delivered"}),
    )
    taken = await shop_events.take(uow_factory, [inspected, received, scanned], LATER)
    assert [event.state for event in taken] == [
        ShopEventState.WAITING,
        ShopEventState.APPLIED,
        ShopEventState.IGNORED,
    ]
    async with uow_factory() as uow:
        found = await uow.returns.get("R1")
        assert found is not None and found.state is ReturnState.COMPLETED
        (refund,) = await uow.refunds.of_order(ORDER)
        assert refund.case_number == "C1"
        case = await uow.cases.get("C1")
        assert case is not None and case.state is CaseState.EXECUTING
        kept = await uow.shop_events.get("e-0")
        assert kept is not None and (kept.state, kept.result) == (ShopEventState.APPLIED, "done")
        assert await uow.shop_events.waiting() == []


async def test_an_event_that_comes_twice_at_once_counts_once(uow_factory: UowFactory) -> None:
    return_ = a_return()
    return_.approve()
    await saved(uow_factory, ("returns", return_))
    results = await asyncio.gather(
        *(shop_events.take(uow_factory, events(("return.received", {"rma": "R1"})), LATER) for _ in range(4))
    )
    assert {event.state for taken in results for event in taken} == {ShopEventState.APPLIED}
    async with uow_factory() as uow:
        found = await uow.returns.get("R1")
        assert found is not None and found.lines[0].received == 1
        assert len(await uow.notifications.of_case("C1")) == 1


async def test_stock_is_what_was_counted_last(uow_factory: UowFactory) -> None:
    await saved(uow_factory)
    older, newer = events(
        ("stock.changed", {"sku": "SHOE-L", "free": 5}), ("stock.changed", {"sku": "SHOE-L", "free": 9})
    )
    await shop_events.take(uow_factory, [newer, older], LATER)
    async with uow_factory() as uow:
        product = await uow.products.by_sku("SHOE-L")
        assert product is not None
        assert next(variant.stock for variant in product.variants if variant.sku == "SHOE-L") == 9
        latest = await uow.shop_events.latest_applied(ShopEventType.STOCK_CHANGED, "stock:SHOE-L")
        assert latest is not None and latest.id == "e-1"


async def test_a_scan_moves_the_order(uow_factory: UowFactory) -> None:
    await saved(uow_factory)
    back = {"tracking_number": "JJD0001", "state": "returned_to_sender", "location": "Leipzig"}
    (taken,) = await shop_events.take(uow_factory, events(("shipment.scanned", back)), LATER)
    assert taken.state is ShopEventState.APPLIED
    async with uow_factory() as uow:
        order = await uow.orders.get(ORDER)
        assert order is not None and order.delivered_at is None
        assert [task.what for task in await uow.tasks.of_case("C1")] == ["parcel_came_back"]
