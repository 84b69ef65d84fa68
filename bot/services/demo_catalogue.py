"""What the demo shop sells and who buys there, read from ``data/shop``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from bot.aftersales.catalogue import Product, ReturnClass, Variant
from bot.aftersales.money import Money

try:
    # Ten times as fast, but not in every build of PyYAML.
    from yaml import CSafeLoader as SafeLoader
except ImportError:
    from yaml import SafeLoader  # type: ignore[assignment]

SHOP_DATA = Path(__file__).resolve().parents[2] / "data" / "shop"
PEOPLE_FILE = "people.yml"
#: A file a language, product id: title; the catalogue itself has the others.
TITLES_FOLDER = "titles"
BASE_CURRENCY = "EUR"

#: Given or family name: as it is written, and in the Latin letters of an e-mail address.
Name = tuple[str, str]


@dataclass(frozen=True)
class Country:
    """How people of one country are called, live and pay; ``#`` in a pattern is a digit, ``@`` a letter.

    ``tax`` is a share of the net price, included in prices; ``duty`` a share of the goods' value, paid beside it.
    """

    code: str
    customers: int
    language: str
    currency: str
    rate: Decimal
    tax: Decimal
    duty: Decimal
    phone: str
    carrier: str
    hub: str
    street: str
    name: str
    given: tuple[Name, ...]
    family: tuple[Name, ...]
    streets: tuple[str, ...]
    places: tuple[tuple[str, str], ...]

    def price(self, base: Money) -> Money:
        """Return what a price of the catalogue comes to in this country, as a shop would print it."""
        if self.currency == base.currency:
            return base
        return Money(_tidy(base.amount * self.rate), self.currency)


def load_catalogue(directory: Path = SHOP_DATA) -> list[Product]:
    """Return the products of the demo shop, by file and in the order they are written there."""
    titles = {path.stem: _read(path) for path in sorted((directory / TITLES_FOLDER).glob("*.yml"))}
    products = []
    for path in sorted(directory.glob("*.yml")):
        content = _read(path)
        products += [_product(content["category"], entry) for entry in content.get("products", ())]
    for product in products:
        product.titles |= {language: named[product.id] for language, named in titles.items() if product.id in named}
    return products


def load_countries(directory: Path = SHOP_DATA) -> dict[str, Country]:
    """Return the countries of the demo shop's customers by ISO 3166 code, in the order they are written."""
    entries = _read(directory / PEOPLE_FILE)["countries"]
    return {code: _country(code, entry) for code, entry in entries.items()}


def fill(pattern: str, number: int) -> str:
    """Return a pattern with ``#`` and ``@`` replaced, from the right, by digits and letters of a number."""
    filled = []
    for symbol in reversed(pattern):
        if symbol == "#":
            number, digit = divmod(number, 10)
            symbol = str(digit)
        elif symbol == "@":
            number, letter = divmod(number, 23)
            symbol = "ABDEFGHJKLMNPQRSTUVWXYZ"[letter]
        filled.append(symbol)
    return "".join(reversed(filled))


def _read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), Loader=SafeLoader)
    return content


def _product(category: str, entry: dict[str, Any]) -> Product:
    product = Product(
        id=entry["id"],
        title=entry["title"]["en"],
        category=category,
        return_class=ReturnClass(entry.get("return_class", ReturnClass.STANDARD)),
        warranty_months=entry.get("warranty_months", 24),
        supplier=entry["supplier"],
        titles=dict(entry["title"]),
        description=entry["description"],
    )
    prices = entry.get("prices", {})
    for size, color, stock in _forms(entry):
        sku = "-".join(_slug(part) for part in (product.id, size, color) if part)
        price = Money(Decimal(prices.get(size, entry["price"])), BASE_CURRENCY)
        product.variants.append(Variant(sku, product.id, price, stock, size=size, color=color))
    return product


def _forms(entry: dict[str, Any]) -> Iterator[tuple[str | None, str | None, int]]:
    """Yield size, colour and stock of every form: rows of stock are colours, columns are sizes."""
    sizes = [str(size) for size in entry.get("sizes", ())]
    rows = entry["stock"] if isinstance(entry["stock"], dict) else {None: entry["stock"]}
    for color, row in rows.items():
        if not sizes:
            yield None, color, row
        elif len(row) != len(sizes):
            raise ValueError(f"{entry['id']}: {len(row)} numbers of stock for {len(sizes)} sizes")
        else:
            for size, stock in zip(sizes, row):
                yield size, color, stock


def _slug(text: str) -> str:
    return text.lower().replace(" ", "").replace("/", "x")


def _country(code: str, entry: dict[str, Any]) -> Country:
    return Country(
        code=code,
        customers=entry["customers"],
        language=entry["language"],
        currency=entry["currency"],
        rate=Decimal(entry["rate"]),
        tax=Decimal(entry["tax"]),
        duty=Decimal(entry["duty"]),
        phone=entry["phone"],
        carrier=entry["carrier"],
        hub=entry["hub"],
        street=entry["street"],
        name=entry["name"],
        given=tuple(_name(name) for name in entry["given"]),
        family=tuple(_name(name) for name in entry["family"]),
        streets=tuple(entry["streets"]),
        places=tuple((city, str(postcode)) for city, postcode in entry["places"]),
    )


def _name(entry: str | list[str]) -> Name:
    return (entry, entry) if isinstance(entry, str) else (entry[0], entry[1])


def _tidy(amount: Decimal) -> Decimal:
    """Round an amount to one that looks like a price: small ones end in .90, large ones keep three digits."""
    if amount < 100:
        return max(amount.to_integral_value() - 1, Decimal(0)) + Decimal("0.90")
    return amount.quantize(Decimal(1).scaleb(amount.adjusted() - 2))
