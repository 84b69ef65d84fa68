"""The demo shop sells enough of everything, named in every language that is spoken."""

from __future__ import annotations

import re
from collections import Counter
from decimal import Decimal

import pytest

from bot.aftersales.catalogue import Product, ReturnClass
from bot.aftersales.money import Money
from bot.l10n.languages import LANGUAGES, SPOKEN
from bot.services.demo_catalogue import fill, load_catalogue, load_countries

COLORS = {
    "black", "white", "red", "blue", "green", "grey", "brown", "beige",
    "pink", "purple", "yellow", "orange", "navy", "silver", "gold",
}  # fmt: skip


@pytest.fixture(scope="module")
def catalogue() -> list[Product]:
    return load_catalogue()


def test_catalogue_has_ten_categories_and_over_sixty_products(catalogue: list[Product]) -> None:
    categories = Counter(product.category for product in catalogue)
    assert len(categories) == 10
    assert len(catalogue) >= 64
    assert min(categories.values()) >= 6


def test_every_product_has_a_title_in_every_spoken_language(catalogue: list[Product]) -> None:
    for product in catalogue:
        assert set(product.titles) == set(SPOKEN), product.id
        assert product.title == product.titles["en"]
        # A title in one language that was left standing in others would show here; near relatives may share a few.
        assert len(set(product.titles.values())) > 0.9 * len(SPOKEN), product.id


@pytest.mark.parametrize("language", [code for code in SPOKEN if LANGUAGES[code].script != "Latn"])
def test_titles_are_written_in_the_script_of_their_language(catalogue: list[Product], language: str) -> None:
    for product in catalogue:
        # Beside USB-C and T恤.
        assert sum(character.isalpha() and character > "\u0250" for character in product.titles[language]) >= 2, (
            product.id
        )


def test_titles_of_one_language_are_told_apart(catalogue: list[Product]) -> None:
    for language in SPOKEN:
        assert len({product.titles[language] for product in catalogue}) == len(catalogue), language


def test_keys_are_unique(catalogue: list[Product]) -> None:
    for keys in ([p.id for p in catalogue], [v.sku for p in catalogue for v in p.variants]):
        assert len(set(keys)) == len(keys)


def test_variants_can_be_sold(catalogue: list[Product]) -> None:
    variants = [variant for product in catalogue for variant in product.variants]
    assert all(variant.price.currency == "EUR" and variant.price.amount > 0 for variant in variants)
    assert all(variant.color is None or variant.color in COLORS for variant in variants)
    sold_out = [variant for variant in variants if variant.stock == 0]
    assert 20 < len(sold_out) < len(variants) / 4


def test_every_return_class_is_sold(catalogue: list[Product]) -> None:
    assert {product.return_class for product in catalogue} == set(ReturnClass)


@pytest.mark.parametrize(
    ("country", "euros", "price"),
    [
        ("DE", "79.90", "79.90 EUR"),
        ("US", "79.90", "87.90 USD"),
        ("GB", "4.90", "3.90 GBP"),
        ("CN", "79.90", "623.00 CNY"),
        ("JP", "79.90", "13200 JPY"),
        ("KR", "4.90", "7250 KRW"),
    ],
)
def test_price_abroad_looks_like_a_price(country: str, euros: str, price: str) -> None:
    assert str(load_countries()[country].price(Money(Decimal(euros), "EUR"))) == price


def test_pattern_is_filled_from_the_right() -> None:
    assert fill("+3460000####", 733) == "+34600000733"
    assert fill("SE1# #@@", 7).startswith("SE1")
    assert "#" not in fill("##-###", 1)
    assert "@" not in fill("101# @@", 1)


def test_every_product_has_a_page_that_keeps_what_its_title_says(catalogue: list[Product]) -> None:
    assert len({product.description for product in catalogue}) == len(catalogue)
    for product in catalogue:
        assert 60 <= len(product.description) <= 400, product.id
        # Four mugs are four mugs on their page, and every size that is sold is on it where sizes are measures.
        words = {"2": "two", "3": "three", "4": "four", "5": "five", "6": "six", "50": "fifty"}
        for number in re.findall(r"\d+", product.title):
            page = product.description.lower()
            assert number in page or words.get(number, number) in page, f"{product.id}: {number}"
        for size in {variant.size for variant in product.variants if variant.size}:
            if size.endswith((" ml", " l", " g", " m", " GB", " TB", " mAh", " mm")):
                assert size in product.description, f"{product.id}: {size}"
