"""Money, dates and lists as CLDR writes them in each language."""

from __future__ import annotations

from datetime import date, datetime, timezone
from decimal import Decimal
from functools import lru_cache

from babel import Locale
from babel.dates import format_date, format_skeleton, format_time, get_datetime_format
from babel.numbers import format_currency


@lru_cache(maxsize=128)
def locale_of(language: str) -> Locale:
    """Return the Babel locale of a BCP 47 language."""
    return Locale.parse(language, sep="-")


def money(amount: Decimal, currency: str, language: str) -> str:
    """Return an amount with its currency, such as ``12,90 €``."""
    return str(format_currency(amount, currency, locale=locale_of(language)))


def day(when: date, language: str) -> str:
    """Return a day with its month in words."""
    return str(format_date(when, format="long", locale=locale_of(language)))


def moment(when: datetime, language: str) -> str:
    """Return a day and a time in UTC, as customers' own time zones are not known."""
    locale = locale_of(language)
    utc = when.astimezone(timezone.utc)
    day_text = format_skeleton("MMMMd", utc, locale=locale)
    time_text = format_time(utc, format="short", locale=locale)
    pattern = str(get_datetime_format("medium", locale=locale)).replace("'", "")
    return pattern.replace("{1}", day_text).replace("{0}", f"{time_text} UTC")
