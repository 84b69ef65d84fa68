"""How the desk writes things."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from bot.aftersales.escalation import EscalationReason
from bot.aftersales.labels import IssueType
from bot.aftersales.money import Money
from bot.desk import formats
from bot.desk.texts import texts


def test_money_has_its_currency_and_its_decimals() -> None:
    assert formats.money(Money(Decimal("1234.5"), "EUR")) == "€1,234.50"
    assert formats.money(Money(Decimal(900), "JPY")) == "¥900"
    assert formats.money(None) == "–"


def test_dates_are_written_out() -> None:
    assert formats.day(date(2026, 12, 6)) == "Dec 6, 2026"
    assert formats.moment(datetime(2026, 12, 6, 14, 5, tzinfo=timezone.utc)).endswith("UTC")


@pytest.mark.parametrize(
    ("length", "text"),
    [
        (timedelta(seconds=59), "now"),
        (timedelta(seconds=-5), "now"),
        (timedelta(minutes=59), "59 min"),
        (timedelta(hours=47), "47 h"),
        (timedelta(days=3), "3 d"),
    ],
)
def test_a_waiting_time_has_one_unit(length: timedelta, text: str) -> None:
    assert formats.span(length) == text


def test_codes_become_words() -> None:
    assert formats.label(IssueType.WRONG_ITEM) == "Wrong item"
    assert formats.label(EscalationReason.ASKED_FOR_HUMAN) == "Asked for a person"
    assert formats.label(None) == "–"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "Yes"),
        ("wrong_item", "Wrong item"),
        ("10482733", "10482733"),
        ("", "–"),
        ([{"line": 2, "quantity": 1}], "Line: 2, Quantity: 1"),
        ({}, "–"),
    ],
)
def test_whatever_the_bot_knew_can_be_read(value: Any, text: str) -> None:
    assert formats.fact(value) == text


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Anna Maria Schmidt", "AS"), ("李雷", "李"), ("<>", "?"), ("", "?")],
)
def test_a_name_is_short_for_its_picture(name: str, letters: str) -> None:
    assert formats.initials(name) == letters


def test_languages_and_countries_have_names() -> None:
    assert formats.language_name("zh-TW") == "Traditional Chinese"
    assert formats.language_name("de-AT") == "German"
    assert formats.language_name(None) == "Unknown language"
    assert formats.country_name("DE") == "Germany"


def test_every_format_speaks_the_language_of_the_desk() -> None:
    german, chinese = formats.filters(texts("de")), formats.filters(texts("zh"))
    assert german["money"](Money(Decimal("1234.5"), "EUR")) == "1.234,50\xa0€"
    assert german["day"](date(2026, 12, 6)) == "06.12.2026"
    assert german["number"](Decimal("1234.5")) == "1.234,5"
    assert german["percent"](Decimal("0.12")) == "12\xa0%"
    assert german["country_name"]("DE") == "Deutschland"
    assert chinese["day"](date(2026, 12, 6)) == "2026年12月6日"
    assert chinese["language_name"]("de") == "德语"


def test_languages_begin_with_a_capital_and_have_cldr_names() -> None:
    french = formats.filters(texts("fr"))
    assert french["language_name"]("de") == "Allemand"
    assert french["language_name"]("zh-TW") == "Chinois traditionnel"
    assert french["language_name"]("no") == "Norvégien"


def test_a_visitor_has_a_name_in_the_language_of_the_desk() -> None:
    assert formats.visitor("web-1a2b3c4d") == "Visitor 3c4d"
    assert formats.visitor("web-1a2b3c4d", texts("de")) == "Besucher 3c4d"


@pytest.mark.parametrize("code", ["bounced", "bounced_5.1.1"])
def test_a_mail_that_came_back_says_so_whatever_its_status(code: str) -> None:
    assert formats.delivery_problem(code) == "The mail came back."


def test_what_a_platform_refuses_for_reasons_of_its_own_is_named_by_its_code() -> None:
    assert formats.delivery_problem("gave_up: timeout") == "Tried for a day without success."
    assert formats.delivery_problem("smtp_550") == "Refused by the platform: smtp_550"
    assert formats.delivery_problem("graph_131026", texts("de")) == "Von der Plattform abgelehnt: graph_131026"


@pytest.mark.parametrize(
    ("text", "shown", "rest"),
    [
        ("Light.", "Light.", ""),
        ("x" * 280, "x" * 280, ""),
        (f"{'a' * 200}. {'b' * 200}", f"{'a' * 200}.", "b" * 200),
        (f"{'字' * 200}。{'字' * 200}", f"{'字' * 200}。", "字" * 200),
        (f"{'a' * 200}\n\n{'b' * 200}", "a" * 200, "b" * 200),
        (f"Short. {'a' * 200} {'b' * 200}", f"Short. {'a' * 200}", "b" * 200),
        ("x" * 300, "x" * 280, "x" * 20),
    ],
)
def test_a_long_text_is_cut_where_something_ends(text: str, shown: str, rest: str) -> None:
    assert formats.in_two(text) == (shown, rest)
