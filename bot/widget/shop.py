"""What the demo shop page shows: products as shelves, in one language."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from babel.numbers import format_currency

from bot.aftersales.catalogue import Product, Variant
from bot.l10n.languages import LANGUAGES, SPOKEN, locale_of
from bot.widget.strings import SHOP_STRINGS

_CATEGORIES = "shoes clothing kitchen electronics toys beauty sports home garden books".split()
_INKS = frozenset("black white red blue green grey brown beige pink purple yellow orange navy silver gold".split())

# Words of a product's name and the drawing that fits better than the one of its category.
_DRAWINGS = {
    word: drawing
    for drawing, words in {
        "boot": "boots",
        "jacket": "jacket hoodie sweater suit shirt",
        "trousers": "jeans trousers",
        "dress": "dress",
        "mug": "mug mugs tea",
        "pan": "pan",
        "knife": "knife",
        "phone": "smartphone tablet power",
        "laptop": "laptop",
        "speaker": "speaker",
        "watch": "smartwatch clock",
        "train": "train car",
        "blocks": "blocks puzzle game",
        "mat": "mat",
        "dumbbell": "dumbbells dumbbell",
        "backpack": "backpack",
        "tent": "tent",
        "textile": "linen bed blanket towels towel curtains",
        "can": "watering",
        "record": "vinyl disc film",
    }.items()
    for word in words.split()
}
_TONES = 6
_FEW_LEFT = 5
_ON_FRONT_PAGE = 4


@dataclass(frozen=True)
class Card:
    """One product on the page; ``picture`` names a drawing, ``tone`` and ``ink`` colours of the style."""

    title: str
    category: str
    price: str
    is_from: bool
    sizes: tuple[str, ...]
    colors: tuple[str, ...]
    stock: int
    picture: str
    tone: int
    ink: str

    @property
    def is_sold_out(self) -> bool:
        """Return whether no variant is left."""
        return self.stock <= 0

    @property
    def is_scarce(self) -> bool:
        """Return whether only a few pieces are left."""
        return 0 < self.stock <= _FEW_LEFT


@dataclass(frozen=True)
class Shelf:
    """All products of one category."""

    category: str
    cards: tuple[Card, ...]


def shelves_of(products: list[Product], language: str) -> list[Shelf]:
    """Return what has variants by category: the demo shop's own in their order, then the others."""
    grouped: dict[str, list[Card]] = {}
    for product in products:
        if product.variants:
            grouped.setdefault(product.category, []).append(_card(product, language))

    def rank(category: str) -> tuple[int, str]:
        return (_CATEGORIES.index(category) if category in _CATEGORIES else len(_CATEGORIES), category)

    return [Shelf(category, tuple(grouped[category])) for category in sorted(grouped, key=rank)]


@dataclass(frozen=True)
class ShopPage:
    """Everything the template reads."""

    language: str
    shelves: list[Shelf]
    category: str | None
    translate: Callable[[str, str, str], str]

    @property
    def direction(self) -> str:
        """Return ``ltr`` or ``rtl``."""
        return LANGUAGES[self.language].direction

    @property
    def language_name(self) -> str:
        """Return the page's language in itself."""
        return LANGUAGES[self.language].native_name

    @property
    def languages(self) -> list[tuple[str, str]]:
        """Return code and own name of every language of the page."""
        return [(code, LANGUAGES[code].native_name) for code in SPOKEN]

    @property
    def shown(self) -> list[Shelf]:
        """Return the chosen shelf, or the beginning of every shelf."""
        if self.category is not None:
            return [shelf for shelf in self.shelves if shelf.category == self.category]
        return [Shelf(shelf.category, shelf.cards[:_ON_FRONT_PAGE]) for shelf in self.shelves]

    def text(self, key: str, **values: object) -> str:
        """Return one of the page's texts in its language."""
        return self.translate(key, SHOP_STRINGS[key], self.language).format(**values)

    def category_name(self, category: str) -> str:
        """Return a category's name; categories of an imported shop keep the name they came with."""
        key = f"shop_category_{category}"
        return self.text(key) if key in SHOP_STRINGS else category.replace("_", " ").capitalize()

    def address(self, *, category: str | None = None, language: str | None = None) -> str:
        """Return the address of a category, or of all, in a language."""
        query = {"lang": language or self.language}
        if category is not None:
            query["category"] = category
        return "?" + urlencode(query)


def _card(product: Product, language: str) -> Card:
    cheapest = min((variant.price for variant in product.variants), key=lambda price: price.minor)
    colors = tuple(dict.fromkeys(variant.color for variant in product.variants if variant.color in _INKS))
    # A checksum, because hash() changes from process to process and the page should not.
    checksum = zlib.crc32(product.id.encode())
    return Card(
        title=product.title_in(language),
        category=product.category,
        price=format_currency(cheapest.amount, cheapest.currency, locale=locale_of(language)),
        is_from=any(variant.price != cheapest for variant in product.variants),
        sizes=_sizes(product.variants),
        colors=tuple(color for color in colors if color is not None),
        stock=sum(variant.stock for variant in product.variants),
        picture=_picture(product),
        tone=checksum % _TONES,
        ink=colors[checksum // _TONES % len(colors)] if colors else f"plain-{checksum // _TONES % _TONES}",
    )


def _picture(product: Product) -> str:
    """Return the drawing for a product: by a word of its name, else by its category."""
    drawn = [_DRAWINGS[word] for word in re.findall(r"[a-z-]+", product.title.lower()) if word in _DRAWINGS]
    # The last word of an English name is what the thing is; those before say of which kind.
    return drawn[-1] if drawn else product.category if product.category in _CATEGORIES else "parcel"


def _sizes(variants: list[Variant]) -> tuple[str, ...]:
    """Return the sizes in the order in which the shop lists them."""
    return tuple(dict.fromkeys(variant.size for variant in variants if variant.size))
