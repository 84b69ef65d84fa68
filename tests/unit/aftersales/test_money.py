"""Money is exact, knows its currency, and survives a database row."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.aftersales.money import Money, minor_digits

CURRENCIES = st.sampled_from(["EUR", "JPY", "KWD", "CNY"])
MINOR = st.integers(min_value=-(10**12), max_value=10**12)


@pytest.mark.parametrize(
    ("given_amount", "currency", "kept"),
    [("1.005", "EUR", "1.01"), ("1.004", "EUR", "1.00"), ("99.5", "JPY", "100"), ("1.2345", "KWD", "1.235")],
)
def test_amounts_are_rounded_to_the_minor_unit_of_their_currency(given_amount: str, currency: str, kept: str) -> None:
    assert str(Money(Decimal(given_amount), currency).amount) == kept


@given(MINOR, CURRENCIES)
def test_money_comes_back_from_a_database_row_unchanged(minor: int, currency: str) -> None:
    money = Money.from_minor(minor, currency)
    assert money is not None
    assert money.__composite_values__() == (minor, currency)
    assert Money.from_minor(*money.__composite_values__()) == money


def test_a_row_without_money_holds_none() -> None:
    assert Money.from_minor(None, None) is None
    assert Money.from_minor(None, "EUR") is None


@given(MINOR, MINOR, CURRENCIES)
def test_sums_are_exact(left: int, right: int, currency: str) -> None:
    first, second = Money.from_minor(left, currency), Money.from_minor(right, currency)
    assert first is not None and second is not None
    assert (first + second).minor == left + right
    assert first + second - second == first


@given(MINOR, MINOR)
def test_amounts_are_ordered_like_numbers(left: int, right: int) -> None:
    first, second = Money.from_minor(left, "EUR"), Money.from_minor(right, "EUR")
    assert first is not None and second is not None
    assert (first < second) == (left < right)
    assert (first <= second) == (left <= right)
    assert min(first, second).minor == min(left, right)


def test_several_pieces_cost_a_multiple() -> None:
    assert Money(Decimal("19.90"), "EUR") * 3 == Money(Decimal("59.70"), "EUR")
    assert Money(Decimal(100), "JPY") * Decimal("0.155") == Money(Decimal(16), "JPY")


def test_currencies_are_never_mixed() -> None:
    euro, yen = Money(Decimal(1), "EUR"), Money(Decimal(1), "JPY")
    for mix in (lambda: euro + yen, lambda: euro - yen, lambda: euro < yen, lambda: euro <= yen):
        with pytest.raises(ValueError, match="cannot combine"):
            mix()


def test_no_money_is_false() -> None:
    assert not Money.zero("EUR")
    assert Money(Decimal("0.01"), "EUR")


@pytest.mark.parametrize(
    ("currencies", "digits"),
    [
        ("EUR USD CNY HUF RSD IDR COP LBP MGA MRU", 2),
        ("JPY KRW CLP VND ISK XOF XAF XPF PYG UGX RWF BIF DJF GNF KMF VUV", 0),
        ("BHD IQD JOD KWD LYD OMR TND", 3),
        ("CLF", 4),
    ],
)
def test_minor_digits_follow_iso_4217(currencies: str, digits: int) -> None:
    assert {currency: minor_digits(currency) for currency in currencies.split()} == dict.fromkeys(
        currencies.split(), digits
    )


def test_money_prints_amount_and_currency() -> None:
    assert str(Money(Decimal(7), "EUR")) == "7.00 EUR"
