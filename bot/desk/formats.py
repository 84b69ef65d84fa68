"""How the desk writes money, dates, labels and names."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import quote

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import format_currency

from bot.aftersales.money import Money
from bot.l10n.languages import LANGUAGES

_LOCALE = Locale.parse("en")

_LABELS = {
    "asked_for_human": "Asked for a person",
    "not_understood": "Bot did not understand",
    "safety": "Safety hazard",
    "policy_refusal": "Refused by policy",
    "identification_locked": "Identification locked",
    "not_solved": "Not solved for the customer",
    "review_needed": "Needs a decision",
    "agent_took_over": "Taken over by an agent",
    "return_refund": "Return for refund",
    "refund_full": "Full refund",
    "refund_partial": "Partial refund",
    "rma": "RMA",
}


def money(amount: Money | None) -> str:
    """Return an amount as ``€12.50``, or a dash for none."""
    return "–" if amount is None else str(format_currency(amount.amount, amount.currency, locale=_LOCALE))


def moment(at: datetime | None) -> str:
    """Return a moment as ``Nov 22, 2026, 1:07 PM UTC``; browsers rewrite it in the agent's own time zone."""
    return "–" if at is None else f"{format_datetime(at, 'medium', locale=_LOCALE)} UTC"


def day(on: date | None) -> str:
    """Return a day as ``Nov 22, 2026``."""
    return "–" if on is None else format_date(on, "medium", locale=_LOCALE)


def span(length: timedelta) -> str:
    """Return a waiting time in one unit, such as ``now``, ``4 min``, ``3 h`` or ``2 d``."""
    minutes = int(length.total_seconds() // 60)
    if minutes < 1:
        return "now"
    if minutes < 60:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // 1440} d"


def label(value: Any) -> str:
    """Return a code such as ``wrong_item`` as people read it: ``Wrong item``."""
    if value is None:
        return "–"
    code = str(value)
    return _LABELS.get(code) or code.replace("_", " ").strip().capitalize()


def language_name(code: str | None) -> str:
    """Return a language's English name, or its code where it is unknown to us."""
    if not code:
        return "Unknown language"
    known = LANGUAGES.get(code) or LANGUAGES.get(code.split("-")[0])
    return known.english_name if known else code


def country_name(code: str) -> str:
    """Return a country's English name, or its code."""
    return str(_LOCALE.territories.get(code, code))


def initials(name: str) -> str:
    """Return one or two letters that stand for a name."""
    words: list[str] = re.findall(r"\w+", name)
    if not words:
        return "?"
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()


def tint(name: str) -> int:
    """Return the number (0–5) of the colour that goes with a name."""
    return sum(name.encode()) % 6


def in_path(text: str) -> str:
    """Return text quoted as one segment of an address, slashes included."""
    return quote(text, safe="")


# The first kind that fits writes the value: a bool is an int, a datetime is a date.
_WRITERS: tuple[tuple[type, Callable[[Any], str]], ...] = (
    (bool, lambda value: "Yes" if value else "No"),
    (Money, money),
    (datetime, moment),
    (date, day),
)


def fact(value: Any) -> str:
    """Return one value of what the bot knew, as text."""
    for kind, write in _WRITERS:
        if isinstance(value, kind):
            return write(value)
    if isinstance(value, dict):
        return ", ".join(f"{label(key)}: {fact(item)}" for key, item in value.items()) or "–"
    if isinstance(value, (list, tuple, set)):
        return ", ".join(fact(item) for item in value) or "–"
    text = "–" if value is None or value == "" else str(value)
    return label(text) if re.fullmatch(r"[a-z]+(_[a-z]+)+", text) else text


FILTERS: dict[str, Callable[..., Any]] = {
    "money": money,
    "moment": moment,
    "day": day,
    "span": span,
    "label": label,
    "language_name": language_name,
    "country_name": country_name,
    "initials": initials,
    "tint": tint,
    "in_path": in_path,
    "fact": fact,
}
