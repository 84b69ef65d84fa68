"""Dates, explicit or relative to a day; pure."""

from __future__ import annotations

import re
from datetime import date

from bot.nlu.entities.calendars import from_minguo, from_persian, from_reiwa, gregorian, to_persian_year
from bot.nlu.entities.date_words import MONTH_FIRST, PERSIAN, months, wide_months
from bot.nlu.entities.other_dates import dates_of_others
from bot.nlu.entities.relative_dates import relative_dates
from bot.nlu.entities.spans import Span, is_free
from bot.nlu.entities.words import comparable, sources

_YEAR = r"20\d\d|25\d\d|1[34]\d\d"
_ISO = re.compile(
    rf"(?<![\d.,/-])({_YEAR})(?:[-/]|[.年년]\s?)(\d{{1,2}})(?:[-/]|[.月월]\s?)(\d{{1,2}})(?:日|号|號|일)?(?!\d)"
)
_COMPACT = re.compile(r"(?<![\d\w-])(20[12]\d)(0[1-9]|1[0-2])([0-2]\d|3[01])(?![\d-])", re.ASCII)
_NUMERIC = re.compile(
    rf"(?<![\d./-])(\d{{1,2}})([./-])\s?(\d{{1,2}})\2\s?({_YEAR})(?![\d/-]|[.,]\d)"
    r"|(?<![\d./-])(\d{1,2})([./-])(\d{1,2})(?:\6(\d\d)?)?(?![\d/-]|[.,]\d)"
)
_EAST_ASIAN = re.compile(r"(\d{1,2})(?:月(\d{1,2})(?:日|号|號)?|월\s?(\d{1,2})일)")
_REIWA = re.compile(r"令和\s?(\d{1,2}|元)年(\d{1,2})月(\d{1,2})日?")
_MINGUO = re.compile(r"(?<!\d)(?:民國|民国)?\s?(1[012]\d)年(\d{1,2})月(\d{1,2})日?")


def dates(folded: str, language: str, today: date, taken: list[Span]) -> list[Span]:
    """Return the dates as ISO 8601; a date without a year is the latest one that is not after today.

    Years may be Buddhist, and Persian, Japanese or Taiwanese ones in the countries that count so.

    Args:
        language: Of the message; its words and English ones name dates.
        today: The day the message was written.
    """
    found: list[Span] = []

    def add(start: int, end: int, value: date | None) -> None:
        if value is not None and is_free([*taken, *found], start, end):
            found.append(Span(start, end, "date", value.isoformat()))

    if any(character.isdigit() for character in folded):
        for start, end, value in _in_figures(folded, language, today):
            add(start, end, value)
        for start, end, value in _named(folded, language, today):
            add(start, end, value)
    for start, end, value in relative_dates(folded, language, today):
        add(start, end, value)
    for start, end, value in dates_of_others(folded, language, today):
        add(start, end, value)
    return found


def _in_figures(folded: str, language: str, today: date) -> list[tuple[int, int, date | None]]:
    found: list[tuple[int, int, date | None]] = []
    for match in _REIWA.finditer(folded):
        year, month, day = (1 if group == "元" else int(group) for group in match.groups())
        found.append((match.start(), match.end(), from_reiwa(year, month, day)))
    if language in ("zh-TW", "zh"):
        for match in _MINGUO.finditer(folded):
            found.append((match.start(), match.end(), from_minguo(*map(int, match.groups()))))
    for pattern in (_ISO, _COMPACT):
        for match in pattern.finditer(folded):
            year, month, day = map(int, match.groups())
            found.append((match.start(), match.end(), gregorian(year, month, day, language)))
    for match in _EAST_ASIAN.finditer(folded):
        day = int(match.group(2) or match.group(3))
        found.append((match.start(), match.end(), _latest(int(match.group(1)), day, today)))
    for match in _NUMERIC.finditer(folded):
        found.append((match.start(), match.end(), _from_numeric(match, language, today)))
    return found


def _from_numeric(match: re.Match[str], language: str, today: date) -> date | None:
    first, separator, second, year = match.groups()[:4] if match.group(1) else match.groups()[4:]
    # "3.5" and "10-12" are decimals and ranges; only a dot after both or a year makes a date of them.
    if year is None and separator != "/" and not match.group().endswith("."):
        return None
    day, month = int(first), int(second)
    if month > 12 >= day:
        day, month = month, day
    if year is None:
        return _latest(month, day, today)
    if len(year) == 4:
        return gregorian(int(year), month, day, language)
    # 3/3/69 is of this year in Thailand, not of the next but forty.
    is_buddhist = language == "th" and 2000 + int(year) > today.year + 1
    return gregorian(int(year) + (2500 if is_buddhist else 2000), month, day)


def _named(folded: str, language: str, today: date) -> list[tuple[int, int, date | None]]:
    text = comparable(folded, language)
    found: list[tuple[int, int, date | None]] = []
    for source in sources(language, "dates"):
        for pattern in _month_patterns(source):
            for match in pattern.finditer(text):
                month = months(source).meaning(match.group("month"))
                value = _from_month(month, int(match.group("day")), match.group("year"), language, today)
                found.append((match.start(), match.end(), value))
    return found


def _from_month(month: int, day: int, year: str | None, language: str, today: date) -> date | None:
    if month > PERSIAN:
        if year:
            return from_persian(int(year), month - PERSIAN, day)
        this_year = to_persian_year(today)
        candidates = (from_persian(number, month - PERSIAN, day) for number in (this_year, this_year - 1))
        return next((value for value in candidates if value is not None and value <= today), None)
    return gregorian(int(year), month, day, language) if year else _latest(month, day, today)


def _latest(month: int, day: int, today: date) -> date | None:
    for year in (today.year, today.year - 1):
        value = gregorian(year, month, day)
        if value is not None and value <= today:
            return value
    # The last 29 February may be years ago.
    return gregorian(today.year - today.year % 4, month, day) if (month, day) == (2, 29) else None


_compiled: dict[str, tuple[re.Pattern[str], ...]] = {}


def _month_patterns(language: str) -> tuple[re.Pattern[str], ...]:
    if language not in _compiled:
        name = months(language).expression
        patterns = [
            r"(?<![\d.,:/-])(?P<day>\d{1,2})(?!\d)(?:[.ºª°]|[:-]?[^\W\d_]{1,3})?\s{0,2}(?:(?:de|of|di|do|من)\s)?"
            rf"(?P<month>{name})\.?(?:,?\s(?:de\s|del\s|of\s|năm\s|พ\.ศ\.\s?|ค\.ศ\.\s?)?(?P<year>{_YEAR})(?!\d))?"
        ]
        if language in MONTH_FIRST:
            wide = wide_months(language).expression
            patterns.append(
                rf"(?P<month>{name if language == 'en' else wide})\.?\s(?:the\s)?(?P<day>\d{{1,2}})(?!\d|[.,:]\d|\s?%)"
                rf"(?:[.]|-?[^\W\d_]{{1,2}}(?![^\W_]))?(?:,?\s(?P<year>{_YEAR})(?!\d))?"
            )
        _compiled[language] = tuple(map(re.compile, patterns))
    return _compiled[language]
