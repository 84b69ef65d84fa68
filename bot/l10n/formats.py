"""Money, dates and lists as CLDR writes them in each language."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_skeleton, format_time, get_datetime_format, get_timezone_name
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


def moment(when: datetime, zone: str, language: str) -> str:
    """Return a day and a time in a zone of the IANA database, with the zone's name as the language calls it."""
    locale = locale_of(language)
    local = when.astimezone(ZoneInfo(zone))
    day_text = format_skeleton("MMMMd", local, locale=locale)
    time_text = format_time(local, format="short", locale=locale)
    zone_text = zone if zone == "UTC" else f"({get_timezone_name(local, locale=locale)})"
    pattern = str(get_datetime_format("medium", locale=locale)).replace("'", "")
    return pattern.replace("{1}", day_text).replace("{0}", f"{time_text} {zone_text}")
