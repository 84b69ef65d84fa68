"""Clocks of service levels: targets, pauses, warnings and breaches."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from fractions import Fraction
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from bot.aftersales.business_calendar import Calendar
from bot.aftersales.labels import Priority
from bot.aftersales.sla import ALWAYS_OPEN, Metric, ServiceClock, ServiceLevels, Targets, Team

MONDAY = datetime(2026, 3, 16, 8, tzinfo=timezone.utc)
OFFICE = Calendar(ZoneInfo("UTC"), dict.fromkeys(range(5), ((8 * 60, 16 * 60),)))


def hours(number: float) -> timedelta:
    return timedelta(hours=number)


NORMAL = Targets(hours(1), hours(2), hours(8), hours(16))
URGENT = Targets(hours(1), hours(1), hours(4), hours(24), around_the_clock=True)
TARGETS = {
    Priority.URGENT: URGENT,
    Priority.HIGH: NORMAL,
    Priority.NORMAL: NORMAL,
    Priority.LOW: NORMAL,
}
ASIA = Team("asia", frozenset({"zh", "pt-BR"}), OFFICE, TARGETS)
LEVELS = ServiceLevels((ASIA,), Team("europe", frozenset(), OFFICE, TARGETS), Fraction(3, 4))


def a_clock(metric: Metric = Metric.RESOLUTION, priority: Priority = Priority.NORMAL) -> ServiceClock:
    return LEVELS.clock("resolution:C1", metric, "conversation", "de", priority, MONDAY, "C1")


def test_a_team_is_chosen_by_region_language_or_default() -> None:
    names = [LEVELS.team_for(language).name for language in ("zh", "zh-TW", "pt-BR", "pt", "de")]
    assert names == ["asia", "asia", "asia", "europe", "europe"]
    assert LEVELS.team("gone").name == "europe"


def test_a_target_counts_working_time_and_around_the_clock_every_hour() -> None:
    assert a_clock().due_at == MONDAY + hours(24 + 8)
    assert a_clock(priority=Priority.URGENT).due_at == MONDAY + hours(24)
    assert a_clock(Metric.FIRST_RESPONSE).due_at == MONDAY + hours(1)


def test_the_warning_comes_when_most_of_the_time_has_passed() -> None:
    assert a_clock().warn_at == MONDAY + hours(24 + 4)


def test_a_promise_to_write_counts_working_time() -> None:
    friday = MONDAY + timedelta(days=4, hours=7)
    assert LEVELS.next_contact("de", Priority.NORMAL, friday) == MONDAY + timedelta(days=7, hours=7)
    assert LEVELS.next_contact("de", Priority.URGENT, friday) == friday + hours(4)


def test_time_stands_still_while_paused() -> None:
    clock = a_clock()
    clock.pause(MONDAY + hours(2))
    clock.pause(MONDAY + hours(3))
    clock.resume(OFFICE, MONDAY + timedelta(days=2, hours=2))
    assert clock.due_at == MONDAY + timedelta(days=3, hours=8)
    assert clock.warn_at == MONDAY + timedelta(days=3, hours=4)
    assert clock.pauses == [
        {"from": "2026-03-16T10:00:00+00:00", "until": "2026-03-18T10:00:00+00:00"},
    ]
    assert clock.paused_at is None


def test_a_clock_that_stopped_in_time_was_not_missed() -> None:
    clock = a_clock()
    clock.stop(clock.due_at)
    clock.stop(clock.due_at + hours(9))
    assert (clock.stopped_at, clock.breached_at) == (clock.due_at, None)


def test_a_clock_that_stopped_late_was_missed_when_it_was_due() -> None:
    clock = a_clock()
    clock.stop(clock.due_at + hours(1))
    assert clock.breached_at == clock.due_at
    assert not clock.is_running


def test_what_comes_about_while_time_stands_still_is_in_time() -> None:
    clock = a_clock()
    clock.pause(MONDAY + hours(2))
    clock.stop(clock.due_at + hours(99))
    assert clock.breached_at is None


@given(st.integers(0, 60 * 24 * 20), st.integers(0, 60 * 24 * 20))
def test_a_pause_never_brings_the_end_nearer_and_keeps_what_was_left(before: int, length: int) -> None:
    clock, due = a_clock(), a_clock().due_at
    paused = MONDAY + timedelta(minutes=before)
    resumed = paused + timedelta(minutes=length)
    left = OFFICE.working_time_between(paused, due)
    clock.pause(paused)
    clock.resume(OFFICE, resumed)
    assert clock.due_at >= due
    if paused < due:
        assert OFFICE.working_time_between(resumed, clock.due_at) == left
    else:
        assert clock.due_at == due
    assert clock.warn_at <= clock.due_at


@given(st.sampled_from(list(Priority)), st.sampled_from(list(Metric)), st.integers(0, 60 * 24 * 8))
def test_the_more_pressing_is_never_due_later(priority: Priority, metric: Metric, minutes: int) -> None:
    start = MONDAY + timedelta(minutes=minutes)
    dues = [ALWAYS_OPEN.clock("k", metric, "c", "de", found, start).due_at for found in Priority]
    assert dues == sorted(dues)
    mine = ALWAYS_OPEN.clock("k", metric, "c", "de", priority, start)
    assert start < mine.warn_at < mine.due_at
