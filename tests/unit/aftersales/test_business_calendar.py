"""Working time on calendars with holidays, lunch breaks, and clocks that change."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.aftersales.business_calendar import ALWAYS, Calendar

BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = Calendar(
    BERLIN,
    dict.fromkeys(range(5), ((8 * 60, 12 * 60), (13 * 60, 18 * 60))),
    holidays=frozenset({date(2026, 4, 6)}),
    yearly_holidays=frozenset({(12, 25), (12, 26)}),
)
NIGHTS = Calendar(ZoneInfo("America/New_York"), dict.fromkeys(range(7), ((0, 330), (22 * 60, 1440))))
HALF_HOUR_CHANGE = Calendar(ZoneInfo("Australia/Lord_Howe"), dict.fromkeys(range(7), ((60, 240),)))
SKIPPED_DAY = Calendar(ZoneInfo("Pacific/Apia"), dict.fromkeys(range(7), ((0, 1440),)))


def at(day: int, hour: int, minute: int = 0, month: int = 3, zone: ZoneInfo = BERLIN) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=zone)


def hours(number: float) -> timedelta:
    return timedelta(hours=number)


def test_time_runs_only_while_somebody_is_there() -> None:
    assert OFFICE.add_working_time(at(20, 11), hours(1)) == at(20, 12)
    assert OFFICE.add_working_time(at(20, 11), hours(2)) == at(20, 14)
    assert OFFICE.add_working_time(at(20, 17), hours(2)) == at(23, 9)
    assert OFFICE.add_working_time(at(21, 3), hours(1)) == at(23, 9)


def test_no_time_at_all_ends_where_it_begins_even_on_a_sunday() -> None:
    assert OFFICE.add_working_time(at(22, 3), timedelta(0)) == at(22, 3)


def test_holidays_are_free_every_year_or_once() -> None:
    assert OFFICE.add_working_time(at(3, 17, month=4), hours(2)) == at(7, 9, month=4)
    assert OFFICE.working_time_between(at(24, 0, month=12), at(27, 0, month=12)) == hours(9)
    assert not OFFICE.is_working_day(date(2031, 12, 25))
    assert OFFICE.is_working_day(date(2027, 4, 6))


def test_a_day_and_night_calendar_counts_every_hour() -> None:
    assert ALWAYS.add_working_time(at(28, 12), hours(48)) == at(28, 12).astimezone(timezone.utc) + hours(48)


def test_a_night_in_which_the_clocks_change_is_an_hour_shorter_or_longer() -> None:
    spring = datetime(2026, 3, 8, tzinfo=NIGHTS.zone)
    autumn = datetime(2026, 11, 1, tzinfo=NIGHTS.zone)
    day = timedelta(days=1)
    assert NIGHTS.working_time_between(spring - day, spring) == hours(7.5)
    assert NIGHTS.working_time_between(spring, spring.replace(hour=12)) == hours(4.5)
    assert NIGHTS.working_time_between(autumn, autumn.replace(hour=12)) == hours(6.5)


def test_a_shift_that_the_clocks_skip_takes_no_time() -> None:
    calendar = Calendar(BERLIN, {6: ((120, 150), (180, 300))})
    assert calendar.working_time_between(at(29, 0), at(29, 12)) == hours(2)


def test_a_calendar_without_working_time_is_refused() -> None:
    with pytest.raises(ValueError):
        Calendar(BERLIN, {0: ()})


calendars = st.sampled_from([OFFICE, NIGHTS, HALF_HOUR_CHANGE, SKIPPED_DAY, ALWAYS])
moments = st.datetimes(datetime(2011, 12, 20), datetime(2027, 1, 1)).map(
    lambda naive: naive.replace(tzinfo=timezone.utc)
)
amounts = st.integers(1, 60 * 80).map(lambda minutes: timedelta(minutes=minutes))


@given(calendars, moments, amounts)
def test_what_is_added_lies_between(calendar: Calendar, start: datetime, amount: timedelta) -> None:
    end = calendar.add_working_time(start, amount)
    assert end >= start + amount
    assert calendar.working_time_between(start, end) == amount


@given(calendars, moments, amounts, amounts)
def test_adding_in_two_steps_is_adding_at_once(
    calendar: Calendar, start: datetime, first: timedelta, second: timedelta
) -> None:
    in_steps = calendar.add_working_time(calendar.add_working_time(start, first), second)
    assert in_steps == calendar.add_working_time(start, first + second)


@given(calendars, st.lists(moments, min_size=3, max_size=3))
def test_working_time_adds_up_and_never_exceeds_time(calendar: Calendar, three: list[datetime]) -> None:
    # Near each other, or a year takes its time.
    first = three[0]
    second = first + (three[1] - first) % timedelta(days=30)
    third = second + (three[2] - second) % timedelta(days=30)
    between = calendar.working_time_between
    assert between(first, third) == between(first, second) + between(second, third)
    assert timedelta(0) <= between(first, second) <= second - first
    assert between(third, first) == timedelta(0) or third == first


@given(calendars, moments, amounts, st.integers(0, 10_000))
def test_who_starts_later_is_never_done_sooner(
    calendar: Calendar, start: datetime, amount: timedelta, later_minutes: int
) -> None:
    later = start + timedelta(minutes=later_minutes)
    assert calendar.add_working_time(start, amount) <= calendar.add_working_time(later, amount)
