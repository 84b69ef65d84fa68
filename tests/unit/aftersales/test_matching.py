"""Which lines and variants a customer means, by words, ordinals, colours and sizes."""

from __future__ import annotations

import pytest

from bot.aftersales.catalogue import Product
from bot.aftersales.matching import lines_meant, variants_meant
from bot.aftersales.order import Order
from tests.unit.aftersales.builders import a_line, a_product, an_order

TITLES = [
    {"en": "Trail running shoes", "de": "Laufschuhe", "es": "Zapatillas de correr", "zh": "越野跑鞋"},
    {"en": "Electric kettle", "de": "Wasserkocher", "es": "Tetera eléctrica", "zh": "电热水壶"},
    {"en": "Cotton t-shirt", "de": "Baumwoll-T-Shirt", "es": "Camiseta de algodón", "zh": "纯棉T恤"},
]


@pytest.fixture
def order() -> Order:
    products = [Product(f"product{n}", titles["en"], "all", titles=titles) for n, titles in enumerate(TITLES, 1)]
    lines = [a_line(position, product=product) for position, product in enumerate(products, 1)]
    for line, color, size in zip(lines, ("black", "white", "white"), ("42", None, "M"), strict=True):
        line.color, line.size = color, size
    return an_order(*lines)


def meant(order: Order, text: str, language: str = "en", **evidence: list[int] | list[str]) -> list[int]:
    found: dict[str, list[int] | list[str]] = {"ordinals": [], "colors": [], "sizes": [], **evidence}
    return lines_meant(order, text, language=language, **found)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("the shoes are too tight", 1),
        ("die schuhe passen nicht", 1),
        ("las zapatillas", 1),
        ("跑鞋太小了", 1),
        ("my kettle leaks", 2),
        ("der wasserkocher ist kaputt", 2),
        ("la tetera no calienta", 2),
        ("la tetera electrica", 2),
        ("水壶坏了", 2),
        ("the t-shirt", 3),
    ],
)
def test_a_line_is_named_by_its_product_in_any_language(order: Order, text: str, position: int) -> None:
    assert meant(order, text) == [position]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("all of them", "en"), ("I want to return everything", "en"), ("both", "en"), ("alles", "de"),
        ("Sämtliche Artikel", "de"),
        ("tout renvoyer", "fr"), ("todo", "es"), ("las dos", "es"), ("tutti e due", "it"), ("o pedido inteiro", "pt"),
        ("allebei", "nl"), ("całe zamówienie", "pl"), ("всё", "ru"), ("hepsini", "tr"), ("كل شيء", "ar"),
        ("全部です", "ja"),
        ("둘 다요", "ko"), ("全部", "zh"), ("兩個都要退", "zh-TW"), ("ทั้งหมดเลยค่ะ", "th"), ("båda två", "sv"),
        ("det hele", "da"),
        ("alt sammen", "no"), ("molemmat", "fi"), ("všechno", "cs"), ("mindkettőt", "hu"), ("toate", "ro"),
        ("και τα δύο", "el"),
        ("усе", "uk"), ("и двете", "bg"), ("הכל", "he"), ("सब कुछ", "hi"), ("semuanya", "id"), ("tất cả", "vi"),
        ("kedua-duanya", "ms"), ("همه چیز", "fa"),
    ],
)  # fmt: skip
def test_everything_means_every_line(order: Order, text: str, language: str) -> None:
    assert meant(order, text, language) == [1, 2, 3]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("not at all", "en"), ("that's all, thanks", "en"), ("I changed my mind", "en"), ("alles klar", "de"),
        ("das ist alt", "de"),
        ("pas du tout", "fr"), ("tout de suite", "fr"), ("sobre todo", "es"), ("tudo bem", "pt"), ("всё равно", "ru"),
        ("все ещё жду", "ru"), ("allt bra", "sv"), ("minden rendben", "hu"), ("tot nu a venit", "ro"), ("hết hàng",
        "vi"),
        ("das habe ich mir so nicht vorgestellt", "de"), ("प्रोडक्ट सबसे खराब है", "hi"),
    ],
)  # fmt: skip
def test_an_idiom_about_everything_means_no_line(order: Order, text: str, language: str) -> None:
    assert meant(order, text, language) == []


@pytest.mark.parametrize("text", ["", "it is broken", "kaputt", "no funciona", "坏了"])
def test_a_message_that_names_no_line_means_none(order: Order, text: str) -> None:
    assert meant(order, text) == []


def test_two_products_may_be_named_at_once(order: Order) -> None:
    assert meant(order, "kettle and shoes") == [1, 2]


@pytest.mark.parametrize(
    ("ordinals", "positions"), [([2], [2]), ([-1], [3]), ([3, 1, 1], [1, 3]), ([4], []), ([0], [])]
)
def test_ordinals_count_from_one_and_from_the_end(order: Order, ordinals: list[int], positions: list[int]) -> None:
    assert meant(order, "", ordinals=ordinals) == positions


def test_a_colour_narrows_what_is_meant(order: Order) -> None:
    assert meant(order, "", colors=["black"]) == [1]
    assert meant(order, "", colors=["white"]) == [2, 3]


def test_a_size_narrows_what_is_meant(order: Order) -> None:
    assert meant(order, "", sizes=["m"]) == [3]


def test_a_colour_that_no_line_has_means_nothing(order: Order) -> None:
    assert meant(order, "", colors=["pink"]) == []


def test_variants_are_named_by_size() -> None:
    variants = a_product().variants
    assert [v.size for v in variants_meant(variants, "43 please", colors=[], sizes=[])] == ["43"]
    assert [v.size for v in variants_meant(variants, "", colors=[], sizes=["41.0"])] == ["41"]


@pytest.mark.parametrize("text", ["43の黒", "黑色43码", "43을 주세요"])
def test_a_size_is_found_where_nothing_parts_words(text: str) -> None:
    assert [v.size for v in variants_meant(a_product().variants, text, colors=[], sizes=[])] == ["43"]


@pytest.mark.parametrize("text", ["el más caro", "143", "43.5"])
def test_a_size_within_a_word_or_a_number_names_no_variant(text: str) -> None:
    variants = a_product().variants
    variants[0].size = "S"
    assert variants_meant(variants, text, colors=[], sizes=[]) == variants


def test_variants_are_named_by_colour() -> None:
    variants = a_product().variants
    variants[1].color = "red"
    assert variants_meant(variants, "", colors=["red"], sizes=[]) == [variants[1]]


def test_a_size_that_is_not_sold_names_no_variant() -> None:
    assert variants_meant(a_product().variants, "", colors=[], sizes=["50"]) == []


def test_without_size_or_colour_every_variant_may_be_meant() -> None:
    variants = a_product().variants
    assert variants_meant(variants, "another one", colors=[], sizes=[]) == variants
