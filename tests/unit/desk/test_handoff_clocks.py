"""How much time a handoff's clocks say is left, by the working time that counts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest

from bot.aftersales.business_calendar import Calendar
from bot.aftersales.labels import Priority
from bot.aftersales.sla import Metric, ServiceClock, ServiceLevels, Targets, Team
from bot.desk.handoff_panel import ClockView, clock_view

# Monday, 16 March 2026; people are there from 8 to 16 o'clock on working days.
MONDAY = datetime(2026, 3, 16, 8, tzinfo=timezone.utc)
OFFICE = Calendar(ZoneInfo("UTC"), dict.fromkeys(range(5), ((8 * 60, 16 * 60),)))


def hours(number: float) -> timedelta:
    return timedelta(hours=number)


TARGETS = Targets(hours(1), hours(2), hours(8), hours(16))
LEVELS = ServiceLevels((), Team("europe", frozenset(), OFFICE, dict.fromkeys(Priority, TARGETS)), Fraction(3, 4))


def a_clock() -> ServiceClock:
    """Return a clock that began on Monday at 8: 16 working hours later, on Tuesday at 16, the case is due."""
    return LEVELS.clock("k", Metric.RESOLUTION, "conversation", "de", Priority.NORMAL, MONDAY)


def nothing(clock: ServiceClock) -> None:
    """Leave the clock as it is."""


def pause(clock: ServiceClock) -> None:
    """Let the clock stand still on Monday at 12."""
    clock.pause(MONDAY + hours(4))


@pytest.mark.parametrize(("change", "after", "left", "level", "ticks"), [
    (nothing, hours(2), hours(14), "fine", True),
    (nothing, hours(24 + 3.9), hours(4.1), "fine", True),
    (nothing, hours(24 + 4), hours(4), "soon", True),
    (nothing, hours(24 + 7), hours(1), "soon", True),
    (nothing, hours(24 + 8), hours(0), "late", True),
    # Lateness is told in hours of the clock on the wall: the customer waits at night too.
    (nothing, hours(24 + 10), hours(-2), "late", True),
    (nothing, hours(10), hours(8), "fine", False),
    (nothing, hours(-24), hours(16), "fine", False),
    (nothing, hours(24 - 1), hours(8), "fine", False),
    (pause, hours(5), hours(12), "paused", False),
    (pause, hours(12), hours(12), "paused", False),
    (pause, hours(24 * 5), hours(12), "paused", False),
], ids=[
    "fine", "fine still", "soon", "soon still", "late at once", "late outside of hours", "after hours",
    "before its beginning on a Sunday", "before hours", "paused", "paused outside of hours", "paused beyond its time",
])  # fmt: skip
def test_a_clock_shows_the_working_time_that_is_left(
    change: Callable[[ServiceClock], None], after: timedelta, left: timedelta, level: str, ticks: bool
) -> None:
    clock = a_clock()
    change(clock)
    view = clock_view(clock, LEVELS, MONDAY + after)
    assert view == ClockView(Metric.RESOLUTION, left, hours(4), ticks, change is pause)
    assert view.level == level


def test_a_clock_that_was_paused_late_stays_paused() -> None:
    clock = a_clock()
    clock.pause(clock.due_at + hours(1))
    view = clock_view(clock, LEVELS, MONDAY + hours(24 * 3))
    assert (view.left, view.level, view.ticks) == (hours(-1), "paused", False)
