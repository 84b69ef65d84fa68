"""Settings of the desk, and statistics of chosen cases, on either database."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bench.statistics import SPAN, fill_postgres, fill_sqlite
from bot.services.settings_ports import Kept
from bot.services.statistics import figures, refresh
from bot.services.statistics_ports import Dimension
from bot.store.engine import create_engine
from bot.store.unit_of_work import SqlUnitOfWork, unit_of_work_factory
from tests.integration.store.test_statistics import RATES

Uow = Callable[[], SqlUnitOfWork]
CASES = 120


@pytest.fixture
async def uow(database_url: str) -> AsyncIterator[Uow]:
    engine = create_engine(database_url)
    yield unit_of_work_factory(engine)
    await engine.dispose()


@pytest.fixture
async def filled(database_url: str, uow: Uow) -> Uow:
    if database_url.startswith("sqlite"):
        fill_sqlite(Path(database_url.split("///")[1]), CASES)
    else:
        await fill_postgres(database_url, CASES)
    await refresh(uow, SPAN.until)
    return uow


async def test_a_setting_replaces_only_the_version_that_was_seen(uow: Uow) -> None:
    value = {"zebra": [1, "ü"], "apple": {"b": None, "a": True}}
    async with uow() as work:
        assert await work.desk_settings.all() == {}
        assert not await work.desk_settings.put("teams", value, 1)
        assert await work.desk_settings.put("teams", value, 0)
        await work.commit()
    async with uow() as work:
        assert not await work.desk_settings.put("teams", [], 0)
        assert await work.desk_settings.put("teams", [value], 1)
        await work.commit()
    async with uow() as work:
        assert await work.desk_settings.all() == {"teams": Kept("teams", [value], 2)}
        (kept,) = (await work.desk_settings.all()).values()
        # The order in which things were written is the one in which people see them.
        assert list(kept.value[0]) == ["zebra", "apple"]


async def test_what_was_not_committed_was_not_changed(uow: Uow) -> None:
    async with uow() as work:
        await work.desk_settings.put("tags", [], 0)
    async with uow() as work:
        assert await work.desk_settings.all() == {}


async def test_the_figures_of_one_key_are_those_of_its_row(filled: Uow) -> None:
    async with filled() as work:
        for by in Dimension:
            rows = await figures(work, SPAN, by, RATES)
            assert [row.key for row in rows if row.key] or by is Dimension.AGENT
            for row in rows[:2]:
                (alone,) = await figures(work, SPAN, None, RATES, {by: row.key})
                assert replace(alone, key=row.key) == row
                (itself,) = await figures(work, SPAN, by, RATES, {by: row.key})
                assert itself == row


async def test_several_choices_leave_what_all_of_them_leave(filled: Uow) -> None:
    async with filled() as work:
        for by in (Dimension.PRODUCT, Dimension.LANGUAGE, Dimension.CARRIER, Dimension.WEEK):
            carrier = (await work.statistics.keys(Dimension.CARRIER))[0]
            by_supplier = await figures(work, SPAN, Dimension.SUPPLIER, RATES, {Dimension.CARRIER: carrier})
            supplier = by_supplier[0].key
            only = {Dimension.CARRIER: carrier, Dimension.SUPPLIER: supplier}
            (both,) = await figures(work, SPAN, None, RATES, only)
            assert both.cases == by_supplier[0].cases
            parts = await figures(work, SPAN, by, RATES, only)
            assert sum(part.cases for part in parts) >= both.cases
            if by in (Dimension.LANGUAGE, Dimension.WEEK):
                assert sum(part.cases for part in parts) == both.cases


async def test_every_key_that_cases_are_told_apart_by_can_be_chosen(filled: Uow) -> None:
    async with filled() as work:
        for by in (Dimension.PRODUCT, Dimension.SUPPLIER, Dimension.DESTINATION, Dimension.ISSUE):
            rows = await figures(work, SPAN, by, RATES)
            assert set(await work.statistics.keys(by)) == {row.key for row in rows}
