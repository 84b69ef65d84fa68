"""Stock is reserved and given back; products have a name in each language."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.aftersales.catalogue import Product, Variant
from bot.errors import OutOfStockError
from tests.unit.aftersales.builders import a_product, euros


def a_variant(stock: int) -> Variant:
    return Variant("sku-1", "shoes", euros(50), stock, size="42", color="black")


def test_the_last_pieces_can_be_reserved() -> None:
    variant = a_variant(2)
    variant.reserve(2)
    assert variant.stock == 0


def test_more_than_the_stock_cannot_be_reserved() -> None:
    variant = a_variant(2)
    with pytest.raises(OutOfStockError) as refusal:
        variant.reserve(3)
    assert refusal.value.fields == {"sku": "sku-1", "left": 2}
    assert variant.stock == 2


@given(st.integers(0, 100), st.integers(0, 100))
def test_stock_never_falls_below_nothing_and_a_release_undoes_a_reservation(stock: int, wanted: int) -> None:
    variant = a_variant(stock)
    try:
        variant.reserve(wanted)
    except OutOfStockError:
        assert wanted > stock
    else:
        assert variant.stock == stock - wanted >= 0
        variant.release(wanted)
    assert variant.stock == stock


@pytest.mark.parametrize(
    ("size", "color", "label"), [("42", "black", "42 / black"), (None, "black", "black"), (None, None, "")]
)
def test_a_variant_is_labelled_by_what_sets_it_apart(size: str | None, color: str | None, label: str) -> None:
    assert Variant("sku", "p", euros(1), 0, size, color).label == label


def test_a_title_falls_back_from_region_to_language_to_the_default() -> None:
    product = a_product()
    assert product.title_in("de") == "Die Schuhe"
    assert product.title_in("de-AT") == "Die Schuhe"
    assert product.title_in("ja") == "The shoes"


def test_a_page_falls_back_like_a_title_and_to_nothing_where_there_is_none() -> None:
    product = a_product()
    assert product.description_in("de") == ""
    product.description, product.descriptions = "Light.", {"de": "Leicht."}
    assert (product.description_in("de-AT"), product.description_in("ja")) == ("Leicht.", "Light.")


def test_goods_can_be_returned_unless_the_catalogue_says_otherwise() -> None:
    assert Product("p", "Lamp", "home").return_class.value == "standard"
