"""Names of months and weekdays in a language: CLDR's, and what people write besides; pure."""

from __future__ import annotations

from functools import cache
from typing import Literal

from babel import Locale

from bot.l10n.languages import locale_of
from bot.nlu.entities.words import Words
from bot.nlu.lexicon import lexicon

#: Languages that name the month before the day: "March 3", "március 3".
MONTH_FIRST = frozenset({"en", "hu", "es"})
#: Months of the Persian calendar are this and their number.
PERSIAN = 100
# What Babel lacks under the code of the language.
_LOCALES = {"no": "nb", "zh-TW": "zh_Hant"}
_CONTEXTS: tuple[Literal["format"], Literal["stand-alone"]] = ("format", "stand-alone")


@cache
def months(language: str) -> Words[int]:
    """Return the names and abbreviations of the months, 1 to 12, and of the Persian ones."""
    own = lexicon("dates")[language]
    names = _months(language, "wide") + _months(language, "abbreviated")
    names += [(word, int(number)) for number, words in own.get("months", {}).items() for word in words]
    persian = own.get("persian_months", {}).items()
    names += [(word, PERSIAN + int(number)) for number, words in persian for word in words]
    return Words(language, names, dense=language == "th")


@cache
def wide_months(language: str) -> Words[int]:
    """Return the full names of the months."""
    return Words(language, _months(language, "wide"))


def _months(language: str, width: Literal["wide", "abbreviated"]) -> list[tuple[str, int]]:
    if "dense" in lexicon("dates")[language] and language != "th":
        # 3月, 3월 are figures.
        return []
    locale = _locale(language)
    return [
        (name.rstrip("."), number)
        for context in _CONTEXTS
        for number, name in locale.months[context][width].items()
        if not name.rstrip(".").isdigit()
    ]


@cache
def weekdays(language: str) -> Words[int]:
    """Return the names of the weekdays, Monday 0 to Sunday 6; abbreviations are too often other words."""
    own = lexicon("dates")[language]
    dropped = set(own.get("drop", ()))
    locale = _locale(language)
    names = [
        (name, number)
        for context in _CONTEXTS
        for number, name in locale.days[context]["wide"].items()
        if name.lower() not in dropped
    ]
    names += [(word, int(number)) for number, words in own.get("weekdays", {}).items() for word in words]
    return Words(language, names, dense="dense" in own)


def _locale(language: str) -> Locale:
    return Locale.parse(_LOCALES.get(language, locale_of(language)))
