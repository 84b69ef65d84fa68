"""What the shop sells."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.aftersales.labels import Label
from bot.aftersales.money import Money
from bot.errors import OutOfStockError


class ReturnClass(Label):
    """Whether goods can be taken back after a change of mind (Directive 2011/83/EU art. 16)."""

    STANDARD = "standard"
    HYGIENE = "hygiene"
    MADE_TO_MEASURE = "made_to_measure"
    PERISHABLE = "perishable"
    SEALED_MEDIA = "sealed_media"
    DIGITAL = "digital"


@dataclass(eq=False)
class Variant:
    """One sellable form of a product; ``stock`` counts pieces that nobody has reserved."""

    sku: str
    product_id: str
    price: Money
    stock: int
    size: str | None = None
    color: str | None = None

    @property
    def label(self) -> str:
        """Return size and colour in one short text, such as ``42 / black``."""
        return " / ".join(part for part in (self.size, self.color) if part)

    def reserve(self, quantity: int) -> None:
        """Take pieces out of the free stock, or raise OutOfStockError."""
        if quantity > self.stock:
            raise OutOfStockError(self.sku, self.stock)
        self.stock -= quantity

    def release(self, quantity: int) -> None:
        """Put reserved pieces back into the free stock."""
        self.stock += quantity


@dataclass(eq=False)
class Product:
    """A product with its variants; ``titles`` maps BCP 47 languages to names, ``title`` is the default.

    ``description`` is what the shop's page promises of it, in the same default language, or nothing; ``descriptions``
    maps languages as ``titles`` does.
    """

    id: str
    title: str
    category: str
    return_class: ReturnClass = ReturnClass.STANDARD
    warranty_months: int = 24
    supplier: str | None = None
    titles: dict[str, str] = field(default_factory=dict)
    description: str = ""
    descriptions: dict[str, str] = field(default_factory=dict)
    variants: list[Variant] = field(default_factory=list)

    def title_in(self, language: str) -> str:
        """Return the product's name in a language, or its default name."""
        return _in(self.titles, language) or self.title

    def description_in(self, language: str) -> str:
        """Return what the shop's page says of the product in a language, or in its default one."""
        return _in(self.descriptions, language) or self.description


def _in(texts: dict[str, str], language: str) -> str | None:
    return texts.get(language) or texts.get(language.split("-")[0])
