"""Dates in languages without word lists of our own, by dateparser; pure.

Our own lists (`lexicons/dates.yml`) are preferred where there are any: they know number words and "last Friday" in
every language and cost a hundredth; see docs/nlu.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, time
from functools import lru_cache
from importlib import import_module
from typing import Any

from bot.l10n.languages import LANGUAGES
from bot.nlu.entities.words import WORD_END, WORD_START
from bot.nlu.lexicon import lexicon

_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_RELATIVE_DAYS = ("0 day ago", "1 day ago", "2 day ago", "in 1 day", "in 2 day")
_CODES = {"sr": "sr-Cyrl"}
_SHORTEST_NAME = 4


def dates_of_others(folded: str, language: str, today: date) -> Iterator[tuple[int, int, date]]:
    """Yield the dates in words of a language that dateparser knows and we do not; a weekday is the latest one."""
    if language in lexicon("dates") or language not in LANGUAGES:
        return
    # The parser takes milliseconds: it is asked only about what its own word lists say is a date.
    pattern = _candidates(language)
    for match in pattern.finditer(folded) if pattern else ():
        value = _parser(language, today).get_date_data(match.group()).date_obj
        if value is not None:
            yield match.start(), match.end(), value.date()


@lru_cache(maxsize=64)
def _candidates(language: str) -> re.Pattern[str] | None:
    try:
        module = import_module(f"dateparser.data.date_translation_data.{_CODES.get(language, language)}")
    except ImportError:
        return None
    known: dict[str, Any] = module.info
    months, weekdays = (
        _any(name.rstrip(".") for key in keys for name in known.get(key, ())) for keys in (_MONTHS, _WEEKDAYS)
    )
    relative = known.get("relative-type", {})
    days = _any(name for key in _RELATIVE_DAYS for name in relative.get(key, ()))
    ago = [
        # The groups of dateparser's own expressions would be too many.
        form.replace(r"(\d+[.,]?\d*)", r"\d{1,3}").replace(r"(\d+)", r"\d{1,3}")
        for key, forms in known.get("relative-type-regex", {}).items()
        if key.endswith(" ago")
        for form in forms
    ]
    expressions = [
        rf"\d{{1,2}}\.?\s(?:{months}){WORD_END}(?:\s20\d\d)?",
        rf"{WORD_START}(?:{'|'.join([*sorted(ago, key=len, reverse=True), days, weekdays])}){WORD_END}",
    ]
    return re.compile("|".join(expressions), re.IGNORECASE)


def _any(names: Any) -> str:
    wanted = sorted({name for name in names if len(name) >= _SHORTEST_NAME}, key=len, reverse=True)
    return "|".join(map(re.escape, wanted)) or "(?!)"


@lru_cache(maxsize=16)
def _parser(language: str, today: date) -> Any:
    # Importing it takes most of a second, which only customers of these languages should wait for.
    from dateparser.date import DateDataParser  # type: ignore[import-untyped]

    settings = {"RELATIVE_BASE": datetime.combine(today, time(12)), "PREFER_DATES_FROM": "past", "DATE_ORDER": "DMY"}
    return DateDataParser(languages=[_CODES.get(language, language)], settings=settings)
