"""What foreign systems say fits the words and limits of a shop file, and costs what it did cost."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.aftersales.money import Money
from bot.orders import fields
from bot.services.order_sources_ports import OrderSourceError

MINOR = st.integers(min_value=0, max_value=500_000)


@given(
    price=MINOR,
    quantity=st.integers(min_value=1, max_value=60),
    off=st.integers(0, 100),
    rate=st.integers(0, 30),
    included=st.booleans(),
    currency=st.sampled_from(["EUR", "JPY", "KWD"]),
)
def test_a_line_costs_exactly_what_it_did(
    price: int, quantity: int, off: int, rate: int, included: bool, currency: str
) -> None:
    each = Money.from_minor(price, currency)
    discount = Money.from_minor(price * quantity * off // 100, currency)
    assert each is not None and discount is not None
    left = each * quantity - discount
    tax = left * (Decimal(rate) / Decimal(100 + rate if included else 100))
    line = fields.line("sku", quantity, each, discount, tax, tax_included=included)
    paid = left if included else left + tax
    assert fields.total([line], Money.zero(currency)) == paid
    assert Decimal(line["discount"]) >= 0 and Decimal(line["tax"]) <= paid.amount
    # Rounding up a price adds less than one minor unit a piece to the discount.
    assert Decimal(line["unit_price"]) >= each.amount


@pytest.mark.parametrize(
    ("given_", "country", "expected"),
    [
        ("de-CH", "CH", "de"),
        ("pt_BR", "BR", "pt-BR"),
        ("zh-Hant-HK", "HK", "zh-TW"),
        ("zh-TW", "TW", "zh-TW"),
        ("zh_CN", "CN", "zh"),
        (None, "JP", "ja"),
        ("", "SE", "sv"),
        (7, "??", "en"),
        (None, "", "en"),
    ],
)
def test_a_language_is_that_of_the_order_or_of_the_country(given_: object, country: str, expected: str) -> None:
    assert fields.language(given_, country) == expected


@pytest.mark.parametrize(
    ("values", "country", "expected"),
    [
        (("030 123456", None), "DE", "+4930123456"),
        ((None, "+81 3-1234-5678"), "DE", "+81312345678"),
        (("none", ""), "DE", None),
        (("030 123456",), "", None),
    ],
)
def test_a_phone_number_is_one_that_can_be_called(values: tuple[str | None, ...], country: str, expected: str) -> None:
    assert fields.phone(values, country) == expected


@pytest.mark.parametrize("value", ["", None, "abc", "NaN", "Infinity", {}])
def test_what_is_no_number_is_no_amount(value: object) -> None:
    with pytest.raises(OrderSourceError):
        fields.money(value, "EUR")


def test_text_is_one_line_of_limited_length() -> None:
    assert fields.text(" a\nb\x00 c ", 9) == "a b c"
    assert fields.text("x" * 9, 3) == "xxx"
    assert fields.text(True, 3, "-") == fields.text(None, 3, "-") == "-"


def test_colours_are_told_from_sizes_in_several_languages() -> None:
    options = [("Größe", "42"), ("Farbe", "schwarz"), ("Weite", "H"), ("Title", "Default Title")]
    assert fields.size_and_color(options) == {"size": "42 / H", "color": "schwarz"}


def test_a_page_keeps_its_lines_and_nothing_that_the_schema_refuses() -> None:
    assert fields.page(" Low  shoes.\r\n\n\tWater\x00proof. \ud83d") == "Low shoes.\nWater proof."
    assert fields.page("\n \x07") is fields.page(None) is fields.page(["Low."]) is None
    whole = fields.page("word " * 3000)
    assert whole is not None and len(whole) == fields.LONGEST_PAGE and whole.endswith("word…")
    assert fields.page("x" * 4000) == "x" * 4000
