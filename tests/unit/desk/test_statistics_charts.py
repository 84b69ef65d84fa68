"""Charts, measures and addresses of the statistics."""

from __future__ import annotations

from datetime import date
from urllib.parse import parse_qsl

import pytest

from bot.desk import charts, measures, statistics_query
from bot.desk.measures import Measure
from bot.desk.statistics_query import Period
from bot.desk.texts import texts
from bot.services.statistics_ports import Dimension

TODAY = date(2026, 11, 22)
ENGLISH = texts("en")


@pytest.mark.parametrize("values", [[1], [0, 0], [7, 3, None, 12], [0.5], [1234567, 1], [], [None]])
def test_columns_stay_inside_and_their_grid_covers_them(values: list[float | None]) -> None:
    chart = charts.columns(values)
    assert len(chart.columns) == len(values)
    assert 1 <= len(chart.ticks) <= 6
    assert chart.ticks[0].y == chart.base
    assert chart.ticks[-1].value >= max([value or 0 for value in values], default=0)
    for column in chart.columns:
        assert 0 <= column.y <= chart.base
        assert column.y + column.height == pytest.approx(chart.base, abs=0.2)
        assert chart.left <= column.x <= column.x + column.width <= chart.right


def test_twice_as_much_is_twice_as_high() -> None:
    one, two = charts.columns([10, 20]).columns
    assert two.height == pytest.approx(2 * one.height, abs=0.2)


def test_the_grid_of_times_goes_by_hours_and_shares_end_at_all() -> None:
    hours = charts.columns([3600 * 8], measures.MANNERS[Measure.RESOLUTION].steps)
    assert [tick.value / 3600 for tick in hours.ticks] == [0, 2, 4, 6, 8]
    share = charts.columns([0.97], measures.MANNERS[Measure.SOLVED_BY_BOT].steps, 1.0)
    assert share.ticks[-1].value == pytest.approx(1.0)


def test_a_year_of_columns_has_few_labels() -> None:
    chart = charts.columns([1.0] * 365)
    assert 2 <= sum(column.has_label for column in chart.columns) <= 10


def test_bars_are_shares_of_the_longest() -> None:
    assert charts.shares([5, None, 10]) == [50.0, None, 100.0]
    assert charts.shares([0.5], 1.0) == [50.0]
    assert charts.shares([]) == []


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0 s"), (59, "59 s"), (60, "1 min"), (3600, "60 min"), (9000, "2.5 h"), (216000, "2.5 d")]
)
def test_times_are_written_in_one_unit(seconds: float, text: str) -> None:
    assert measures.duration(seconds, ENGLISH) == text


def test_values_are_written_as_what_they_are() -> None:
    assert measures.written(Measure.CASES, 1234, "EUR", ENGLISH) == "1,234"
    assert measures.written(Measure.SOLVED_BY_BOT, 0.5, "EUR", ENGLISH) == "50%"
    assert measures.written(Measure.SATISFACTION, 4.256, "EUR", ENGLISH) == "4.26"
    assert measures.written(Measure.REFUNDS, 12.5, "EUR", ENGLISH) == "€12.50"
    assert measures.written(Measure.REFUNDS, None, "EUR", ENGLISH) == "–"


def test_every_measure_has_a_name_and_a_manner() -> None:
    assert set(measures.names(ENGLISH)) == set(measures.MANNERS) == set(Measure)


def test_an_empty_address_asks_for_the_last_thirty_days() -> None:
    query = statistics_query.read({}, TODAY)
    assert (query.period, query.days, query.last, query.by) == (Period.MONTH, 30, TODAY, Dimension.ISSUE)
    assert (query.before.until, query.rhythm) == (query.first, Dimension.DAY)


@pytest.mark.parametrize(
    "given",
    [
        {"period": "forever"},
        {"period": "custom"},
        {"period": "custom", "from": "2026-13-01", "to": "x"},
        {"period": "custom", "from": "2026-11-20", "to": "2026-11-01"},
        {"period": "custom", "from": "2027-01-01", "to": "2027-02-01"},
        {"by": "agent'; DROP TABLE cases", "measure": "x", "product": "p" * 121},
    ],
)
def test_what_is_not_understood_is_as_if_it_was_not_there(given: dict[str, str]) -> None:
    query = statistics_query.read(given, TODAY)
    assert (query.period, query.days, query.only, query.by) == (Period.MONTH, 30, {}, Dimension.ISSUE)


def test_days_are_bounded_and_never_in_the_future() -> None:
    query = statistics_query.read({"period": "custom", "from": "1900-01-01", "to": "2999-01-01"}, TODAY)
    assert (query.days, query.last, query.rhythm) == (statistics_query.LONGEST_DAYS, TODAY, Dimension.MONTH)


def test_an_address_leads_back_to_what_it_was_made_from() -> None:
    given = {"period": "custom", "from": "2026-01-01", "to": "2026-03-31", "product": "a&b=c", "measure": "refunds"}
    query = statistics_query.read(given, TODAY)
    assert statistics_query.read(dict(parse_qsl(query.address())), TODAY) == query
    changed = statistics_query.read(dict(parse_qsl(query.address(product=None, by=Dimension.CARRIER))), TODAY)
    assert (changed.only, changed.by) == ({}, Dimension.CARRIER)
