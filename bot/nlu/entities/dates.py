"""Dates, explicit or relative to a day; pure."""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import lru_cache

from bot.nlu.entities.spans import Span, is_free
from bot.nlu.lexicon import lexicon

_ISO = re.compile(r"(?<!\d)(20\d\d)[-./年](\d{1,2})[-./月](\d{1,2})(?:日|号)?(?!\d)")
_COMPACT = re.compile(r"(?<![\d\w-])(20[12]\d)(0[1-9]|1[0-2])([0-2]\d|3[01])(?![\d-])", re.ASCII)
_NUMERIC = re.compile(r"(?<![\d./-])(\d{1,2})([./-])(\d{1,2})(?:\2(20\d\d|\d\d)?)?(?![\d/-]|[.,]\d)")
_CHINESE = re.compile(r"(\d{1,2})月(\d{1,2})(?:日|号|號)?")


def dates(folded: str, today: date, taken: list[Span]) -> list[Span]:
    """Return the dates as ISO 8601; a date without a year is the latest one that is not after today.

    Args:
        today: The day the message was written.
    """
    found: list[Span] = []

    def add(start: int, end: int, value: date | None) -> None:
        if value is not None and is_free([*taken, *found], start, end):
            found.append(Span(start, end, "date", value.isoformat()))

    for pattern in (_ISO, _COMPACT):
        for match in pattern.finditer(folded):
            year, month, day = (int(group) for group in match.groups())
            add(match.start(), match.end(), _date(year, month, day))
    for match in _CHINESE.finditer(folded):
        add(match.start(), match.end(), _latest(int(match.group(1)), int(match.group(2)), today))
    for match in _named().finditer(folded.lower()):
        add(match.start(), match.end(), _from_named(match, today))
    for match in _NUMERIC.finditer(folded):
        add(match.start(), match.end(), _from_numeric(match, today))
    for match in _relative().finditer(folded.lower()):
        # Spanish "por la mañana" is the morning.
        if folded[: match.start()].lower().endswith("la "):
            continue
        add(match.start(), match.end(), today + timedelta(days=_relative_days()[match.group()]))
    return found


def _from_numeric(match: re.Match[str], today: date) -> date | None:
    first, separator, second, year = match.groups()
    # "3.5" and "10-12" are decimals and ranges; only a dot after both or a year makes a date of them.
    if year is None and separator != "/" and not match.group().endswith("."):
        return None
    day, month = int(first), int(second)
    if month > 12 >= day:
        day, month = month, day
    if year is None:
        return _latest(month, day, today)
    return _date(int(year) + (2000 if len(year) == 2 else 0), month, day)


def _from_named(match: re.Match[str], today: date) -> date | None:
    month = _month_numbers()[match.group("month") or match.group("month2")]
    day = int(match.group("day") or match.group("day2"))
    year = match.group("year") or match.group("year2")
    return _date(int(year), month, day) if year else _latest(month, day, today)


def _latest(month: int, day: int, today: date) -> date | None:
    this_year = _date(today.year, month, day)
    if this_year is None or this_year <= today:
        return this_year
    return _date(today.year - 1, month, day)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


@lru_cache(maxsize=1)
def _month_numbers() -> dict[str, int]:
    return {name: int(number) for number, names in lexicon("dates")["months"].items() for name in names}


@lru_cache(maxsize=1)
def _named() -> re.Pattern[str]:
    months = "|".join(re.escape(name) for name in sorted(_month_numbers(), key=len, reverse=True))
    return re.compile(
        rf"(?<!\d)(?P<day>\d{{1,2}})(?:st|nd|rd|th|er|\.)?\s?(?:de |of |)(?P<month>{months})\b\.?"
        rf"(?:,?\s(?:de |del )?(?P<year>20\d\d))?"
        rf"|\b(?P<month2>{months})\.?\s(?:the )?(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?\b(?:,?\s(?P<year2>20\d\d))?"
    )


@lru_cache(maxsize=1)
def _relative_days() -> dict[str, int]:
    return {word: int(days) for days, words in lexicon("dates")["relative"].items() for word in words}


@lru_cache(maxsize=1)
def _relative() -> re.Pattern[str]:
    words = sorted(_relative_days(), key=len, reverse=True)
    return re.compile(
        "|".join(
            rf"\b{re.escape(word)}\b" if word[0].isascii() or word[0] in "ü" else re.escape(word) for word in words
        )
    )
