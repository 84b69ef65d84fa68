"""The figures equal those that Python counts from the same rows, on either database."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bench.statistics import SPAN, fill_postgres, fill_sqlite, rows
from bot.aftersales.task import Department
from bot.services import patterns
from bot.services.statistics import as_csv, figures, refresh
from bot.services.statistics_ports import Dimension
from bot.store.engine import create_engine
from bot.store.unit_of_work import SqlUnitOfWork, unit_of_work_factory

CASES = 300
RATES = {"EUR": Decimal(1), "USD": Decimal("1.1"), "GBP": Decimal("0.86"), "JPY": Decimal(165)}
TABLES = dict(rows(CASES))

Uow = Callable[[], SqlUnitOfWork]


@pytest.fixture
async def filled(database_url: str) -> AsyncIterator[Uow]:
    if database_url.startswith("sqlite"):
        fill_sqlite(Path(database_url.split("///")[1]), CASES)
    else:
        await fill_postgres(database_url, CASES)
    engine = create_engine(database_url)
    yield unit_of_work_factory(engine)
    await engine.dispose()


def nearest_rank(values: list[float], share: float) -> float:
    return sorted(values)[math.ceil(share * len(values)) - 1]


async def test_figures_are_those_that_one_would_count_by_hand(filled: Uow) -> None:
    assert await refresh(filled, SPAN.until) == CASES
    async with filled() as uow:
        found = {one.key: one for one in await figures(uow, SPAN, Dimension.ISSUE, RATES)}
        (all_of_them,) = await figures(uow, SPAN, None, RATES)
    cases: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for case in TABLES["cases"]:
        cases[case["issue_type"]].append(case)
    handed = {row["case_number"]: row["opened_at"] for row in TABLES["escalations"]}
    decided = {row["data"]["case"]: row["at"] for row in TABLES["audit_events"]}
    rated = {row["case_number"]: row["rating"] for row in TABLES["ratings"]}
    again = {
        number for number, count in Counter(row["conversation_id"] for row in TABLES["contacts"]).items() if count > 1
    }
    assert all_of_them.cases == CASES
    assert found.keys() == cases.keys()
    for issue, mine in cases.items():
        one = found[issue]
        done = [case for case in mine if case["resolved_at"]]
        by_bot = [case for case in done if not (_until_resolved(case, handed) or _until_resolved(case, decided))]
        seconds = [(case["resolved_at"] - case["opened_at"]).total_seconds() for case in done]
        ratings = [rated[case["number"]] for case in mine if case["number"] in rated]
        assert (one.cases, one.resolved, one.ratings) == (len(mine), len(done), len(ratings))
        assert one.solved_by_bot == pytest.approx(len(by_bot) / len(done), abs=1e-4)
        assert (one.resolution_median, one.resolution_p90) == (nearest_rank(seconds, 0.5), nearest_rank(seconds, 0.9))
        assert one.repeat_contacts == pytest.approx(
            sum(case["conversation_id"] in again for case in mine) / len(mine), abs=1e-4
        )
        if ratings:
            assert one.satisfaction == pytest.approx(sum(ratings) / len(ratings), abs=1e-4)


async def test_every_dimension_answers_and_a_second_refresh_changes_nothing(filled: Uow) -> None:
    await refresh(filled, SPAN.until)
    async with filled() as uow:
        once = {by: await figures(uow, SPAN, by, RATES) for by in Dimension}
    await refresh(filled, SPAN.until)
    async with filled() as uow:
        assert {by: await figures(uow, SPAN, by, RATES) for by in Dimension} == once
    for by, found in once.items():
        assert found, by
        cases = sum(one.cases for one in found)
        assert cases >= CASES or by is Dimension.AGENT
        total = sum((one.refund_total or Decimal(0) for one in found), start=Decimal(0))
        assert total > 0
    assert sum(one.cases for one in once[Dimension.MONTH]) == CASES
    assert [one.key for one in once[Dimension.WEEK]] == sorted(one.key for one in once[Dimension.WEEK])
    assert as_csv(once[Dimension.PRODUCT]).count("\r\n") == len(once[Dimension.PRODUCT]) + 1


async def test_cases_that_are_old_and_closed_are_taken_down_once(filled: Uow) -> None:
    later = SPAN.until + timedelta(days=90)
    await refresh(filled, later)
    closed = sum(case["state"] == "closed" for case in TABLES["cases"])
    assert await refresh(filled, later) == CASES - closed


async def test_patterns_are_told_to_quality_once(filled: Uow) -> None:
    await refresh(filled, SPAN.until)
    monday = SPAN.since + timedelta(weeks=40)
    how = patterns.Sensitivity(false_discovery_rate=1.0, least_complaints=1, least_orders=1, least_ratio=0.0)
    async with filled() as uow:
        found = await patterns.find(uow, monday, how)
        assert await patterns.find(uow, monday) == []
    assert {alert.by for alert in found} >= {Dimension.CARRIER, Dimension.DESTINATION}
    assert all(alert.pattern.found.recent.orders >= alert.pattern.found.recent.complaints for alert in found)
    for _ in range(2):
        now = TABLES["cases"][0]["opened_at"]
        assert await patterns.alert(filled, monday, now, how) == len({alert.key for alert in found})
    async with filled() as uow:
        opened = await uow.tasks.open()
    assert {task.department for task in opened} == {Department.QUALITY}
    assert len(opened) == len({alert.key for alert in found})


async def test_orders_and_complaints_of_a_week_count_each_order_once(filled: Uow, database_url: str) -> None:
    first, second = TABLES["cases"][:2]
    engine = create_engine(database_url)
    async with engine.begin() as connection:
        # Two cases about one order and issue; all parcels of an order twice by its carrier; all lines of one product.
        for change in (
            f"UPDATE cases SET order_number = '{first['order_number']}', issue_type = '{first['issue_type']}', "
            f"lines = '{{}}' WHERE number IN ('{first['number']}', '{second['number']}')",
            "INSERT INTO shipments (id, order_number, carrier, tracking_number, state) "
            "SELECT 'again-' || id, order_number, carrier, 'again-' || tracking_number, state FROM shipments",
            "UPDATE order_lines SET product_id = 'p7'",
            f"UPDATE orders SET state = 'canceled' WHERE number = '{TABLES['orders'][-1]['number']}'",
        ):
            await connection.exec_driver_sql(change)
    await engine.dispose()
    await refresh(filled, SPAN.until)
    orders = {row["number"]: row for row in TABLES["orders"]}
    carriers = {row["order_number"]: row["carrier"] for row in TABLES["shipments"]}
    issues = [(case["order_number"], case["issue_type"]) for case in TABLES["cases"] if case is not second]
    keys: dict[Dimension, Callable[[str], str]] = {
        Dimension.PRODUCT: lambda number: "p7",
        Dimension.SUPPLIER: lambda number: "Supplier 7",
        Dimension.CARRIER: carriers.__getitem__,
        Dimension.DESTINATION: lambda number: orders[number]["address"]["country"],
    }
    async with filled() as uow:
        for by, key in keys.items():
            assert await uow.statistics.shipped(SPAN, by) == Counter(
                (key(number), _monday(order)) for number, order in orders.items() if order is not TABLES["orders"][-1]
            ), by
            assert await uow.statistics.complaints(SPAN, by) == Counter(
                (key(number), issue, _monday(orders[number])) for number, issue in issues
            ), by


def _monday(order: dict[str, Any]) -> date:
    day: date = order["placed_at"].date()
    return day - timedelta(days=day.weekday())


def _until_resolved(case: dict[str, Any], moments: dict[str, Any]) -> bool:
    at = moments.get(case["number"])
    return at is not None and case["opened_at"] <= at <= case["resolved_at"]
