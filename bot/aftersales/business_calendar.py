"""Working time: when a team is there, and what that makes of a length of time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

MINUTES_A_DAY = 24 * 60

Shift = tuple[int, int]
"""Beginning and end of a stretch of work, in minutes since midnight on the wall's clock; the end may be 1440."""


@dataclass(frozen=True)
class Calendar:
    """Weekly hours in a time zone, without holidays.

    ``shifts`` maps weekdays (0 for Monday) to stretches in order that do not overlap; a weekday that is missing is
    free. ``holidays`` are single days, ``yearly_holidays`` pairs of month and day.

    Moments are compared and added up in UTC, shifts are read off the wall's clock, so that a shift is an hour shorter
    or longer where the clocks change during it. A wall's time that a change skips counts as the moment of the change
    (PEP 495: read with ``fold=0``); one that comes twice is the first of the two.
    """

    zone: ZoneInfo
    shifts: Mapping[int, tuple[Shift, ...]]
    holidays: frozenset[date] = field(default_factory=frozenset)
    yearly_holidays: frozenset[tuple[int, int]] = field(default_factory=frozenset)

    def __post_init__(self) -> None:
        if not any(self.shifts.values()):
            raise ValueError("a calendar without any working time never comes to an end")

    def add_working_time(self, start: datetime, amount: timedelta) -> datetime:
        """Return the moment (UTC) at which that much working time has passed since ``start``.

        No time at all leads to ``start`` itself, even outside of the hours.
        """
        moment = start.astimezone(timezone.utc)
        if amount <= timedelta(0):
            return moment
        for begins, ends in self._stretches(moment):
            begins = max(begins, moment)
            if amount <= ends - begins:
                return begins + amount
            amount -= max(ends - begins, timedelta(0))
        raise AssertionError("the stretches never end")

    def working_time_between(self, start: datetime, end: datetime) -> timedelta:
        """Return how much working time lies between two moments; nothing where the second is not the later one."""
        first, last = start.astimezone(timezone.utc), end.astimezone(timezone.utc)
        total = timedelta(0)
        for begins, ends in self._stretches(first):
            if begins >= last:
                break
            total += max(min(ends, last) - max(begins, first), timedelta(0))
        return total

    def next_working_moment(self, moment: datetime) -> datetime:
        """Return the moment itself (UTC) during working time, else the next one at which work begins."""
        moment = moment.astimezone(timezone.utc)
        for begins, ends in self._stretches(moment):
            if moment < ends:
                return max(begins, moment)
        raise AssertionError("the stretches never end")

    def is_working_day(self, day: date) -> bool:
        """Tell whether anybody works on a day."""
        is_holiday = day in self.holidays or (day.month, day.day) in self.yearly_holidays
        return not is_holiday and bool(self.shifts.get(day.weekday()))

    def _stretches(self, moment: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Yield beginning and end (UTC) of every shift from the day of a moment on, without an end."""
        day = moment.astimezone(self.zone).date()
        done_until = datetime.min.replace(tzinfo=timezone.utc)
        while True:
            if self.is_working_day(day):
                for begins, ends in self.shifts[day.weekday()]:
                    # What the clocks skip in spring may make two shifts touch or a short one vanish.
                    opens = max(self._utc(day, begins), done_until)
                    closes = self._utc(day, ends)
                    if closes > opens:
                        yield opens, closes
                        done_until = closes
            day += timedelta(days=1)

    def _utc(self, day: date, minutes: int) -> datetime:
        if minutes == MINUTES_A_DAY:
            day, minutes = day + timedelta(days=1), 0
        return datetime.combine(day, time(*divmod(minutes, 60)), self.zone).astimezone(timezone.utc)


ALWAYS = Calendar(ZoneInfo("UTC"), dict.fromkeys(range(7), ((0, MINUTES_A_DAY),)))
"""Day and night."""
