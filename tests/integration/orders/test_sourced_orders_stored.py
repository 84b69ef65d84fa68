"""Orders of a source in a real database: taken over whole, refreshed beside what was done here meanwhile."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestServer
from typer.testing import CliRunner

from bot.__main__ import app
from bot.aftersales.order import OrderState
from bot.evidence.files import EvidenceFiles
from bot.orders.http import HttpOrders
from bot.services import identification, privacy, remedies
from bot.services.order_sources import Inquiries, Limits
from bot.services.order_sources_ports import OrderSource, SourcedOrder
from bot.services.orders import SourcedOrders
from bot.services.orders_taking import take
from tests.integration.conftest import UowFactory
from tests.integration.orders.fake_platforms import TOKEN, OwnService
from tests.unit.aftersales.policies import A_POLICY
from tests.unit.orders.sources import (
    CONVERSATION,
    EMAIL,
    NOW,
    NUMBER,
    ORDER,
    FakeSource,
    delivered,
    told,
    with_product,
)
from tests.unit.services.world import A_RETURN

ARRIVED = told(state="delivered", shipments=delivered())


def sourced_orders(uow_factory: UowFactory, source: OrderSource, minutes: int = 0) -> SourcedOrders:
    """Return a process of its own, some minutes after the first one: it remembers no answers."""
    inquiries = Inquiries(source, Limits(deadline_seconds=60))
    return SourcedOrders(uow_factory, inquiries, lambda: NOW + timedelta(minutes=minutes))


async def prove(uow_factory: UowFactory, source: OrderSource) -> bool:
    await sourced_orders(uow_factory, source).seek(CONVERSATION, NUMBER, [EMAIL])
    async with uow_factory() as uow:
        return await identification.prove(uow, CONVERSATION, NUMBER, EMAIL, NOW)


async def open_return(uow_factory: UowFactory) -> None:
    async with uow_factory() as uow:
        await remedies.register(uow, A_POLICY, replace(A_RETURN, order_number=NUMBER), NOW)


async def test_an_order_that_only_the_source_has_is_proved_and_returned(uow_factory: UowFactory) -> None:
    assert await prove(uow_factory, FakeSource(ARRIVED))
    await open_return(uow_factory)
    async with uow_factory() as uow:
        order = await identification.proved_order(uow, CONVERSATION, NUMBER)
        (return_,) = await uow.returns.of_order(NUMBER)
    assert (order.state, order.customer.name, len(order.lines)) == (OrderState.DELIVERED, "Mira Lind", 2)
    assert [line.product.title for line in order.lines] == ["Boots", "Socks"]
    assert return_.lines[0].position == 1


async def test_a_refresh_keeps_the_return_and_the_pieces_that_are_set_aside(uow_factory: UowFactory) -> None:
    assert await prove(uow_factory, FakeSource(ARRIVED))
    await open_return(uow_factory)
    async with uow_factory() as uow:
        product = await uow.products.get("boot")
        assert product is not None
        product.variants[0].reserve(2)
        await uow.commit()
    parcels = [*delivered(), {"carrier": "UPS", "tracking_number": "1Z", "state": "label_created"}]
    newer = told(state="shipped", shipments=parcels, refunded="10.00")
    await sourced_orders(uow_factory, FakeSource(newer), minutes=6).refresh(CONVERSATION, NUMBER)
    async with uow_factory() as uow:
        order, returns = await uow.orders.read(NUMBER), await uow.returns.of_order(NUMBER)
        cases, product = await uow.cases.of_order(NUMBER), await uow.products.get("boot")
        origin = await uow.order_origins.get(NUMBER)
    assert order is not None and product is not None and origin is not None
    assert (len(returns), len(cases), product.variants[0].stock) == (1, 1, 3)
    # Parcels without a day of shipping come first or last, as the database likes.
    assert {parcel.tracking_number for parcel in order.shipments} == {"JJD1", "1Z"}
    assert str(order.paid) == "114.90 EUR"
    assert origin.fetched_at == NOW + timedelta(minutes=6)


async def test_a_second_order_shares_customer_and_goods_and_brings_what_is_new(uow_factory: UowFactory) -> None:
    lines = [{**ORDER["lines"][0], "sku": "boot-43"}, ORDER["lines"][1]]
    variants = [{"sku": "boot-43", "price": "80.00", "stock": 1, "size": "43"}]
    second = with_product(told(number="SH1002", lines=lines), variants=variants)
    for sourced in (told(), second):
        await taken(uow_factory, sourced)
    async with uow_factory() as uow:
        product, order = await uow.products.get("boot"), await uow.orders.get("SH1002")
        orders = await uow.orders.of_customer("c-1")
    assert product is not None and order is not None
    assert [variant.sku for variant in product.variants] == ["boot-42", "boot-43"]
    assert len(orders) == 2


async def test_lines_that_the_shop_adds_are_stored(uow_factory: UowFactory) -> None:
    await taken(uow_factory, told(lines=ORDER["lines"][:1], total="84.90"))
    await taken(uow_factory, told())
    async with uow_factory() as uow:
        order = await uow.orders.read(NUMBER)
    assert order is not None and [line.sku for line in order.lines] == ["boot-42", "sock"]


async def test_two_processes_that_take_the_same_order_over_at_once_take_it_once(uow_factory: UowFactory) -> None:
    processes = [sourced_orders(uow_factory, FakeSource(told())) for _ in range(4)]
    await asyncio.gather(*(one.seek(f"c{n}", NUMBER, [EMAIL]) for n, one in enumerate(processes)))
    async with uow_factory() as uow:
        order = await uow.orders.read(NUMBER)
    assert order is not None
    assert (len(order.lines), len(order.payments), len(order.shipments)) == (2, 1, 1)


async def test_an_erased_order_stays_erased(uow_factory: UowFactory, tmp_path: Path) -> None:
    evidence = EvidenceFiles(tmp_path)
    assert await prove(uow_factory, FakeSource(ARRIVED))
    await privacy.erase_customer(uow_factory, evidence, "c-1", NOW)
    assert not await prove(uow_factory, FakeSource(ARRIVED))
    async with uow_factory() as uow:
        order, origin = await uow.orders.read(NUMBER), await uow.order_origins.get(NUMBER)
    assert order is not None and order.customer.name == "(erased)"
    assert origin is None


async def taken(uow_factory: UowFactory, sourced: SourcedOrder) -> None:
    async with uow_factory() as uow:
        await take(uow, sourced, "fake", NOW, CONVERSATION)
        await uow.commit()


async def test_a_slow_service_is_not_waited_for_and_serves_the_next_message(uow_factory: UowFactory) -> None:
    service = OwnService()
    order = told()
    service.orders[NUMBER] = {
        "format": "parley-order/1",
        "order": order.order,
        "customer": order.customer,
        "products": list(order.products),
    }

    may_answer = asyncio.Event()

    async def slowly(request: Any) -> Any:
        await may_answer.wait()
        return await service._order(request)

    service.app.router.add_get("/slow/orders/{number}", slowly)
    server = TestServer(service.app)
    await server.start_server()
    source = HttpOrders(str(server.make_url("/slow")), TOKEN, timeout_seconds=60)
    inquiries = Inquiries(source, Limits(deadline_seconds=0.1))
    orders = SourcedOrders(uow_factory, inquiries, lambda: NOW)
    await orders.seek(CONVERSATION, NUMBER, [EMAIL])
    async with uow_factory() as uow:
        assert not await identification.prove(uow, CONVERSATION, NUMBER, EMAIL, NOW)
    may_answer.set()
    inquiries.limits = Limits(deadline_seconds=60)
    await orders.seek(CONVERSATION, NUMBER, [EMAIL])
    async with uow_factory() as uow:
        assert await identification.prove(uow, CONVERSATION, NUMBER, EMAIL, NOW)
    assert len(service.requests) == 1
    await orders.close()
    await server.close()


@pytest.mark.parametrize("number", ["#SH-1001", "99"])
async def test_a_developer_sees_what_the_source_says(number: str, monkeypatch: pytest.MonkeyPatch) -> None:
    service = OwnService()
    order = told()
    service.orders[NUMBER] = {
        "format": "parley-order/1",
        "order": order.order,
        "customer": order.customer,
        "products": list(order.products),
    }
    server = TestServer(service.app)
    await server.start_server()
    monkeypatch.setenv("PARLEY_ORDERS", "http")
    monkeypatch.setenv("PARLEY_ORDERS_URL", str(server.make_url("/v1")))
    monkeypatch.setenv("PARLEY_ORDERS_TOKEN", TOKEN)
    arguments = ["shop", "check-source", number]
    result = await asyncio.to_thread(CliRunner().invoke, app, arguments)
    if number == "99":
        assert result.exit_code == 1 and "has no order 99" in str(result.exception)
    else:
        assert result.exit_code == 0, result.output
        assert '"parley-shop/1"' in result.output and "no phone number" in result.output
    await server.close()


async def test_an_assumed_payment_follows_every_report_until_others_are_told(uow_factory: UowFactory) -> None:
    reports = [
        told(payments=[], refunded="30.00"),
        told(payments=[], refunded="50.00"),
        told(refunded="50.00"),
        told(refunded="60.00"),
    ]
    paid = []
    for minutes, report in enumerate(reports):
        async with uow_factory() as uow:
            await take(uow, report, "fake", NOW + timedelta(minutes=minutes), CONVERSATION)
            await uow.commit()
        async with uow_factory() as uow:
            order = await uow.orders.get(NUMBER)
        assert order is not None
        paid.append((str(order.paid.amount), [payment.method for payment in order.payments]))
    assert paid == [("94.90", ["unknown"]), ("74.90", ["unknown"]), ("74.90", ["card"]), ("64.90", ["card"])]
