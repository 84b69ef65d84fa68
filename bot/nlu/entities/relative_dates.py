"""Days counted from today: yesterday, three days ago, last Friday; pure."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from typing import Any

from bot.nlu.entities.date_words import weekdays
from bot.nlu.entities.words import WORD_END, WORD_START, Words, comparable, sources
from bot.nlu.lexicon import lexicon

_LONGEST_NEXT = 12
#: Longer ago is no event that a customer of a shop speaks of.
_MOST = 400


def relative_dates(folded: str, language: str, today: date) -> Iterator[tuple[int, int, date]]:
    """Yield the days named by their distance from today, and weekdays: the latest one before today unless it is
    called the next one."""
    text = comparable(folded, language)
    for source in sources(language, "dates"):
        # "thứ sáu tuần trước" is last Friday, not six weeks ago.
        for start, end, weekday in weekdays(source).find(text):
            yield start, end, _weekday(today, weekday, is_next=_is_next(text, start, end, source))
        for pattern in _ago(source):
            for match in pattern.finditer(text):
                count = _count(source, match.groupdict().get("count"))
                if 0 < count <= _MOST:
                    yield match.start(), match.end(), _before(today, count, _units(source).meaning(match.group("unit")))
        for start, end, days in _relative(source).find(text):
            if not _means_something_else(text, start, source):
                yield start, end, today + timedelta(days=days)


def _weekday(today: date, weekday: int, *, is_next: bool) -> date:
    if is_next:
        return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)
    return today - timedelta(days=(today.weekday() - weekday - 1) % 7 + 1)


def _before(today: date, count: int, unit: str) -> date:
    if unit in ("day", "week"):
        return today - timedelta(days=count * (7 if unit == "week" else 1))
    months = today.year * 12 + today.month - 1 - count * (12 if unit == "year" else 1)
    year, month = divmod(months, 12)
    return date(year, month + 1, min(today.day, monthrange(year, month + 1)[1]))


def _count(language: str, said: str | None) -> int:
    if said is None:
        return 1
    return int(said) if said.isdigit() else _numbers(language).meaning(said)


def _means_something_else(text: str, start: int, language: str) -> bool:
    before = text[max(0, start - 12) : start].split()
    return bool(before) and before[-1] in _block(language).get("not_behind", ())


def _is_next(text: str, start: int, end: int, language: str) -> bool:
    block = _block(language)
    before, after = text[max(0, start - _LONGEST_NEXT) : start].rstrip(), text[end:].lstrip()
    is_before = any(before.endswith(word) for word in _plain(language, block.get("next", ())))
    return is_before or any(after.startswith(word) for word in _plain(language, block.get("next_after", ())))


def _plain(language: str, words: Any) -> list[str]:
    return [comparable(word, language) for word in words]


def _block(language: str) -> dict[str, Any]:
    block: dict[str, Any] = lexicon("dates")[language]
    return block


@cache
def _relative(language: str) -> Words[int]:
    block = _block(language)
    words = [(word, int(days)) for days, forms in block["relative"].items() for word in forms]
    words += [(word, int(days)) for word, days in block.get("days", {}).items()]
    return Words(language, words, dense="dense" in block)


@cache
def _numbers(language: str) -> Words[int]:
    """Return the number words, with the forms they have beside days only."""
    block = _block(language)
    cardinals = lexicon("numbers")[language]["cardinals"].items()
    words = [(word, int(number)) for number, listed in cardinals for word in listed]
    words += [(word, int(number)) for number, listed in block.get("numbers", {}).items() for word in listed]
    return Words(language, words, dense="dense" in block)


@cache
def _units(language: str) -> Words[str]:
    block = _block(language)
    words = [(word, unit) for unit, forms in block["units"].items() for word in forms]
    return Words(language, words, dense="dense" in block)


@cache
def _ago(language: str) -> tuple[re.Pattern[str], ...]:
    block = _block(language)
    is_dense = "dense" in block
    number, units = _numbers(language).expression, _units(language).expression
    if is_dense:
        count, unit, gap = rf"(?P<count>(?<![\d.,/])\d{{1,3}}|{number})\s?", rf"(?P<unit>{units})", r"\s?"
    else:
        count = rf"(?P<count>(?<![\d.,/])\d{{1,3}}|{number})\s"
        unit, gap = rf"(?P<unit>{units})", r"\s"
    patterns = []
    if "after" in block:
        after = _words(language, block["after"], is_dense)
        patterns.append(rf"{count}{unit}{gap}{after}")
    if "before" in block:
        patterns.append(rf"{_words(language, block['before'], is_dense)}{gap}{count}{unit}")
    if "before_counted" in block:
        patterns.append(rf"{_words(language, block['before_counted'], is_dense)}{gap}{count}{unit}")
    if "units_alone" in block:
        alone = _words(language, block["units_alone"], is_dense)
        patterns.append(rf"{count}(?P<unit>{alone})")
    if "single" in block:
        single = _words(language, [word for words in block["single"].values() for word in words], is_dense)
        if "after" in block:
            patterns.append(rf"(?P<unit>{single}){gap}{_words(language, block['after'], is_dense)}")
        if "before" in block:
            patterns.append(rf"{_words(language, block['before'], is_dense)}{gap}(?P<unit>{single})")
    return tuple(map(re.compile, patterns))


def _words(language: str, words: list[str], is_dense: bool) -> str:
    forms = sorted({comparable(word, language) for word in words}, key=len, reverse=True)
    body = "|".join(re.escape(form) for form in forms)
    return f"(?:{body})" if is_dense else f"{WORD_START}(?:{body}){WORD_END}"
