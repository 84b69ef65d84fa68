"""Years and months of other calendars, as Gregorian dates; pure."""

from __future__ import annotations

from datetime import date, timedelta

#: Thai years count from the Buddha's death, Taiwanese ones from the republic, Japanese ones from the emperor.
_BUDDHIST, _MINGUO, _REIWA = -543, 1911, 2018
#: Years of the Persian calendar that a shop meets: 1300 is 1921, 1499 is 2120.
_PERSIAN_YEARS = range(1300, 1500)


def gregorian(year: int, month: int, day: int, language: str = "") -> date | None:
    """Return the date of a year, month and day, None where there is none.

    Args:
        year: From 2400 on, a Buddhist one; between 1300 and 1499, a Persian one in Persian.
    """
    if language == "fa" and year in _PERSIAN_YEARS:
        return from_persian(year, month, day)
    return _date(year + _BUDDHIST if year >= 2400 else year, month, day)


def from_minguo(year: int, month: int, day: int) -> date | None:
    """Return the date of a Taiwanese one: 115 is 2026."""
    return _date(year + _MINGUO, month, day)


def from_reiwa(year: int, month: int, day: int) -> date | None:
    """Return the date of a Japanese one of the era Reiwa: 8 is 2026."""
    return _date(year + _REIWA, month, day)


def from_persian(year: int, month: int, day: int) -> date | None:
    """Return the date of a Persian (Solar Hijri) one; leap years by the 33-year cycle, right 1921-2120."""
    days = 31 if month <= 6 else 30 if month < 12 or _is_persian_leap(year) else 29
    if not (1 <= month <= 12 and 1 <= day <= days):
        return None
    leaps = sum(map(_is_persian_leap, range(_PERSIAN_YEARS.start, year)))
    before = (year - _PERSIAN_YEARS.start) * 365 + leaps + (month - 1) * 31 - max(0, month - 7) + day - 1
    return date(1921, 3, 21) + timedelta(days=before)


def to_persian_year(day: date) -> int:
    """Return the Persian year that a day falls in."""
    year = day.year - 621
    new_year = from_persian(year, 1, 1)
    return year if new_year is not None and new_year <= day else year - 1


def _is_persian_leap(year: int) -> bool:
    return year % 33 in (1, 5, 9, 13, 17, 22, 26, 30)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
