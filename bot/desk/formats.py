"""How the desk writes money, dates, labels and names, in the language of whoever looks at it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import quote

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import format_currency, format_decimal, format_percent

from bot.aftersales.money import Money
from bot.desk.texts import Texts, mark, texts
from bot.l10n.formats import locale_of
from bot.l10n.languages import DEFAULT_LANGUAGE, LANGUAGES

_ENGLISH = texts(DEFAULT_LANGUAGE)

# What CLDR calls a language that it knows under another code.
_CLDR = {"zh-TW": "zh_Hant"}

_AT_ONCE = 280
_SENTENCE_END = re.compile(r"[.!?…]\s|[。！？]|\n")
_WORD_END = re.compile(r"\s")


def money(amount: Money | None, _: Texts = _ENGLISH) -> str:
    """Return an amount as ``€12.50``, or a dash for none."""
    return "–" if amount is None else str(format_currency(amount.amount, amount.currency, locale=_locale(_)))


def number(value: Any, _: Texts = _ENGLISH) -> str:
    """Return a number as ``1,234.5``, or a dash for none."""
    return "–" if value is None else str(format_decimal(value, locale=_locale(_)))


def percent(share: Any, _: Texts = _ENGLISH) -> str:
    """Return a share between 0 and 1 as ``12%``, or a dash for none."""
    return "–" if share is None else str(format_percent(share, locale=_locale(_)))


def moment(at: datetime | None, _: Texts = _ENGLISH) -> str:
    """Return a moment as ``Nov 22, 2026, 1:07 PM UTC``; browsers rewrite it in the agent's own time zone."""
    return "–" if at is None else f"{format_datetime(at, 'medium', locale=_locale(_))} UTC"


def day(on: date | None, _: Texts = _ENGLISH) -> str:
    """Return a day as ``Nov 22, 2026``."""
    return "–" if on is None else format_date(on, "medium", locale=_locale(_))


def span(length: timedelta, _: Texts = _ENGLISH) -> str:
    """Return a waiting time in one unit, such as ``now``, ``4 min``, ``3 h`` or ``2 d``."""
    minutes = int(length.total_seconds() // 60)
    if minutes < 1:
        return _("now")
    if minutes < 60:
        return _("{minutes} min", minutes=minutes)
    return _("{hours} h", hours=minutes // 60) if minutes < 48 * 60 else _("{days} d", days=minutes // 1440)


def label(value: Any, _: Texts = _ENGLISH) -> str:
    """Return a code such as ``wrong_item`` as people read it: ``Wrong item``."""
    return _.label(value)


def channel_name(code: str, _: Texts = _ENGLISH) -> str:
    """Return what a channel is called."""
    return _.channel(code)


_DELIVERY_PROBLEMS = {
    "blocked": mark("The customer has blocked us there."),
    "no_address": mark("There is no address to write to."),
    "window_closed": mark("The platform allows no message so long after the customer's last one."),
    "no_files": mark("This channel takes no files from us."),
    "undeliverable": mark("The address cannot be reached."),
    "bounced": mark("The mail came back."),
    "monthly_limit": mark("The monthly number of messages on this channel is used up."),
    "no_file": mark("The file is not there any more."),
    "gave_up": mark("Tried for a day without success."),
}


def delivery_problem(code: str | None, _: Texts = _ENGLISH) -> str:
    """Return why a message did not reach its customer."""
    # What is behind the code is for operators: `gave_up: timeout`, `bounced_5.1.1`.
    known = _DELIVERY_PROBLEMS.get(re.split(r":|_\d", code or "")[0])
    return _(known) if known else _("Refused by the platform: {code}", code=code or "–")


def language_name(code: str | None, _: Texts = _ENGLISH) -> str:
    """Return what a language is called, or its code where it is unknown to us."""
    if not code:
        return _("Unknown language")
    known = LANGUAGES.get(code) or LANGUAGES.get(code.split("-")[0])
    if known is None:
        return code
    name = _locale(_).languages.get(_CLDR.get(known.code, known.code)) if _.language != DEFAULT_LANGUAGE else None
    # CLDR writes names as they stand within a sentence: "allemand".
    return str(name[0].upper() + name[1:]) if name else known.english_name


def country_name(code: str, _: Texts = _ENGLISH) -> str:
    """Return what a country is called, or its code."""
    return str(_locale(_).territories.get(code, code))


def visitor(conversation_id: str, _: Texts = _ENGLISH) -> str:
    """Return what somebody who has not proved an order is called, the same in every place."""
    return _("Visitor {code}", code=conversation_id[-4:])


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


def listed(items: Any, _: Texts = _ENGLISH) -> str:
    """Return things one after the other, such as ``Damaged, Wrong item``; a dash for none."""
    return _(", ").join(str(item) for item in items) or "–"


# The first kind that fits writes the value: a bool is an int, a datetime is a date.
_WRITERS: tuple[tuple[type, Callable[[Any, Texts], str]], ...] = (
    (bool, lambda value, _: _("Yes") if value else _("No")),
    (Money, money),
    (datetime, moment),
    (date, day),
)


def fact(value: Any, _: Texts = _ENGLISH) -> str:
    """Return one value of what the bot knew, as text."""
    for kind, write in _WRITERS:
        if isinstance(value, kind):
            return write(value, _)
    if isinstance(value, dict):
        return listed((_("{name}: {value}", name=label(key, _), value=fact(item, _)) for key, item in value.items()), _)
    if isinstance(value, (list, tuple, set)):
        return listed((fact(item, _) for item in value), _)
    text = "–" if value is None or value == "" else str(value)
    return label(text, _) if re.fullmatch(r"[a-z]+(_[a-z]+)+", text) else text


def in_two(text: str) -> tuple[str, str]:
    """Return what a text shows at once and what it unfolds; the second is empty where the text is short.

    It is cut after a sentence or a line, else between words, and anywhere where neither ends in time.
    """
    if len(text) <= _AT_ONCE:
        return text, ""
    for end in (_SENTENCE_END, _WORD_END):
        cuts = [found.end() for found in end.finditer(text, _AT_ONCE // 2, _AT_ONCE)]
        if cuts:
            return text[: cuts[-1]].rstrip(), text[cuts[-1] :].lstrip()
    return text[:_AT_ONCE], text[_AT_ONCE:]


def _locale(_: Texts) -> Locale:
    return locale_of(_.language)


_SPOKEN: dict[str, Callable[..., Any]] = {
    "money": money,
    "number": number,
    "percent": percent,
    "moment": moment,
    "day": day,
    "span": span,
    "label": label,
    "channel_name": channel_name,
    "language_name": language_name,
    "country_name": country_name,
    "listed": listed,
    "delivery_problem": delivery_problem,
    "fact": fact,
    "visitor": visitor,
}

_OTHERS: dict[str, Callable[..., Any]] = {"initials": initials, "tint": tint, "in_path": in_path, "in_two": in_two}


def filters(_: Texts) -> dict[str, Callable[..., Any]]:
    """Return the filters of the templates in one language."""
    return {**{name: partial(write, _=_) for name, write in _SPOKEN.items()}, **_OTHERS}


FILTERS = filters(_ENGLISH)
"""The filters in English."""
