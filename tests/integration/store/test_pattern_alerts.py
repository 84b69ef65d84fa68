"""A year of a shop in which the truth is known: exactly the product whose defects rose is told to quality."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import Table, insert
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.aftersales.case import CaseState
from bot.aftersales.catalogue import ReturnClass
from bot.aftersales.labels import IssueType, Liability, Priority
from bot.aftersales.order import Address, OrderState, ShipmentState
from bot.aftersales.task import Department
from bot.services import pattern_alerts, patterns, tasks
from bot.services.people_ports import AuditFilter
from bot.services.statistics import refresh
from bot.services.statistics_ports import Dimension
from bot.store.engine import create_engine
from bot.store.tables import aftersales, shop
from bot.store.unit_of_work import SqlUnitOfWork, unit_of_work_factory

WEEKS = 52
FIRST = datetime(2025, 1, 6, tzinfo=timezone.utc)
NOW = FIRST + timedelta(weeks=WEEKS, days=2, hours=9)
LATELY = WEEKS - patterns.RECENT_WEEKS
PRODUCTS, ORDERS_A_WEEK = 30, 12
RISING, ALWAYS_BAD, BESTSELLER = 11, 2, 5
COUNTRIES, CARRIERS = ("DE", "FR", "IT", "PL"), ("DHL", "GLS", "PostNL")
USUAL = {
    IssueType.DEFECTIVE: 0.03,
    IssueType.WRONG_SIZE: 0.015,
    IssueType.DAMAGED: 0.01,
    IssueType.NOT_AS_DESCRIBED: 0.01,
}
SEASON = 1.4
"""How many times more is complained about in the last weeks, whatever the product."""

Row = dict[str, Any]
Uow = Callable[[], SqlUnitOfWork]


def rate(product: int, issue: IssueType, week: int, *, rises: bool) -> float:
    """Return which share of a week's orders of a product gets a case about an issue."""
    if issue is IssueType.DEFECTIVE and product == RISING and week >= LATELY and rises:
        return 0.25
    quality = 3.0 if product == ALWAYS_BAD else 0.7 + 0.6 * product / PRODUCTS
    return USUAL[issue] * quality * (SEASON if week >= LATELY else 1)


def a_year(seed: int, *, rises: bool) -> Iterator[tuple[Table, list[Row]]]:
    """Return the rows of one table after the other; whoever will complain after today has not done so yet."""
    pick = random.Random(seed)
    yield shop.customers, [{"id": "c1", "name": "A", "email": "a@example.org", "country": "DE", "language": "de"}]
    yield shop.products, [_product(number) for number in range(PRODUCTS)]
    yield shop.variants, [_variant(number) for number in range(PRODUCTS)]
    sold = [
        (product, week, FIRST + timedelta(weeks=week, seconds=pick.randrange(7 * 86_400)))
        for week in range(WEEKS)
        for product in range(PRODUCTS)
        for _ in range(ORDERS_A_WEEK * (3 if product == BESTSELLER and week >= LATELY else 1))
    ]
    yield shop.orders, [_order(pick, number, at) for number, (_, _, at) in enumerate(sold)]
    yield shop.order_lines, [_line(number, product) for number, (product, _, _) in enumerate(sold)]
    yield shop.shipments, [_shipment(pick, number) for number in range(len(sold))]
    cases = []
    for number, (product, week, at) in enumerate(sold):
        for issue in USUAL:
            opened_at = at + timedelta(seconds=pick.randrange(86_400, 15 * 86_400))
            if pick.random() < rate(product, issue, week, rises=rises) and opened_at < NOW:
                cases.append(_case(f"C{len(cases)}", f"O{number}", issue, opened_at))
    yield aftersales.cases, cases


@pytest.fixture
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    made = create_engine(database_url)
    yield made
    await made.dispose()


async def shop_with(engine: AsyncEngine, *, rises: bool) -> Uow:
    """Return a database with a year in it whose figures have been taken down."""
    async with engine.begin() as connection:
        for table, found in a_year(1, rises=rises):
            await connection.execute(insert(table), found)
    uow = unit_of_work_factory(engine)
    await refresh(uow, NOW.date())
    return uow


async def test_exactly_the_product_whose_defects_rose_is_told_to_quality(engine: AsyncEngine) -> None:
    uow = await shop_with(engine, rises=True)
    for _ in range(2):
        assert await patterns.alert(uow, NOW.date(), NOW) == 1
    async with uow() as work:
        (found,) = await pattern_alerts.lately(work, NOW, {})
        opened = await work.tasks.open()
        case = await work.cases.get(found.case_number)
        newest = await work.statistics.newest_case(Dimension.PRODUCT, f"p{RISING}", IssueType.DEFECTIVE.value)
    assert (found.by, found.key, found.issue) == (Dimension.PRODUCT, f"p{RISING}", IssueType.DEFECTIVE)
    assert found.orders == ORDERS_A_WEEK * patterns.RECENT_WEEKS
    assert found.rate > 2 * max(found.rate_before, found.rate_of_peers)
    assert [(task.department, task.what, task.case_number) for task in opened] == [
        (Department.QUALITY, "look_into_pattern", newest)
    ]
    assert case is not None and case.issue_type is IssueType.DEFECTIVE
    assert found.task is not None and found.task.id == opened[0].id


async def test_bad_goods_bestsellers_and_a_season_are_no_patterns(engine: AsyncEngine) -> None:
    uow = await shop_with(engine, rises=False)
    assert await patterns.alert(uow, NOW.date(), NOW) == 0
    async with uow() as work:
        assert await work.tasks.open() == []


async def test_a_pattern_that_lasts_goes_on_in_its_task_until_that_is_done(engine: AsyncEngine) -> None:
    uow = await shop_with(engine, rises=True)
    for weeks in (-1, 0):
        at = NOW + timedelta(weeks=weeks)
        assert await patterns.alert(uow, at.date(), at) == 1
    async with uow() as work:
        (lasting,) = await work.tasks.open()
        (newest,) = await pattern_alerts.lately(work, at, {})
        assert lasting.id is not None
        assert newest.at == at and newest.task is not None and newest.task.id == lasting.id
        assert len(await work.audit_trail.page(AuditFilter(action="pattern.found"), 10)) == 2
        await tasks.finish(work, lasting.id, "mona", "told the supplier", at)
    assert await patterns.alert(uow, at.date(), at) == 1
    async with uow() as work:
        assert await work.tasks.open() == []
    later = at + timedelta(weeks=1)
    assert await patterns.alert(uow, later.date(), later) == 1
    async with uow() as work:
        assert [task.what for task in await work.tasks.open()] == ["look_into_pattern"]


def _product(number: int) -> Row:
    return {
        "id": f"p{number}", "title": f"Product {number}", "category": "things", "return_class": ReturnClass.STANDARD,
        "warranty_months": 24, "supplier": f"Supplier {number % 2}", "titles": {}, "description": "",
        "descriptions": {},
    }  # fmt: skip


def _variant(number: int) -> Row:
    return {"sku": f"p{number}-1", "product_id": f"p{number}", "position": 0, "stock": 9, "row_version": 1} | _money(
        "price"
    )


def _order(pick: random.Random, number: int, at: datetime) -> Row:
    return {
        "number": f"O{number}", "customer_id": "c1", "state": OrderState.DELIVERED, "placed_at": at, "row_version": 1,
        "address": Address("A", "B", "10115", "C", pick.choice(COUNTRIES)),
        **_money("shipping_fee"), **_money("total"), **_money("duties"),
    }  # fmt: skip


def _line(number: int, product: int) -> Row:
    return {
        "order_number": f"O{number}", "position": 1, "product_id": f"p{product}", "sku": f"p{product}-1",
        "quantity": 1, **_money("unit_price"), **_money("discount"), **_money("tax"),
    }  # fmt: skip


def _shipment(pick: random.Random, number: int) -> Row:
    return {
        "id": f"s{number}", "order_number": f"O{number}", "carrier": pick.choice(CARRIERS),
        "tracking_number": f"T{number}", "state": ShipmentState.DELIVERED,
    }  # fmt: skip


def _case(number: str, order: str, issue: IssueType, opened_at: datetime) -> Row:
    return {
        "number": number, "conversation_id": f"v{number}", "customer_id": "c1", "order_number": order,
        "issue_type": issue, "opened_at": opened_at, "next_contact_by": opened_at, "language": "de", "channel": "web",
        "source_message_id": f"m{number}", "story": "", "lines": {1: 1}, "priority": Priority.NORMAL,
        "liability": Liability.SELLER, "policy_rules": [], "decisions": 0, "state": CaseState.CLOSED,
        "resolved_at": opened_at, "version": 1,
    }  # fmt: skip


def _money(name: str) -> Row:
    return {f"{name}_minor": 500, f"{name}_currency": "EUR"}
