"""The simulated shop: each complaint has an order of its own, in goods of its own, so that every piece is counted."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from bench.simulation.places import Place

STOCK = 20
"""Free pieces of every variant in the beginning."""

_TITLES = ("Anorak", "Cardigan", "Blouson", "Poncho", "Kimono", "Parka", "Blazer")
#: Sizes with what they cost more than M, in euros; the colours are one.
_SIZES = {"S": Decimal(-10), "M": Decimal(0), "L": Decimal(0), "XL": Decimal(15)}
_FEE = Decimal("4.90")
_HUNDRED = Decimal(100)


@dataclass(frozen=True)
class Situation:
    """How an order stands when its customer complains; days count back from then.

    ``quantities`` are the pieces of each line, ``discount`` percent taken off each line. ``parcel`` is the last scan's
    state or None before shipping, ``moved`` how long ago that scan was, ``promised`` how long ago the parcel was
    promised for (negative: still to come). ``euros`` fixes the price of a piece.
    """

    quantities: tuple[int, ...] = (1,)
    discount: int = 0
    state: str = "delivered"
    parcel: str | None = "delivered"
    moved: int = 5
    promised: int = 4
    charges: int = 1
    euros: str | None = None
    duties: bool = False
    method: str = "card"
    scarce: bool = False
    """Whether the variants that were ordered are sold out."""


USUAL = Situation()
"""One piece, delivered five days ago as promised, paid once."""


@dataclass
class Bought:
    """An order in the currency of its place, with what is needed to work out refunds by hand."""

    number: str
    email: str
    place: Place
    placed_at: datetime
    units: list[Decimal] = field(default_factory=list)
    quantities: list[int] = field(default_factory=list)
    discounts: list[Decimal] = field(default_factory=list)
    euros: list[Decimal] = field(default_factory=list)
    fee: Decimal = Decimal(0)
    duties: Decimal = Decimal(0)

    @property
    def goods(self) -> Decimal:
        """Return what all lines cost after their discounts."""
        return sum(
            (unit * count - off for unit, count, off in zip(self.units, self.quantities, self.discounts)), Decimal(0)
        )

    @property
    def total(self) -> Decimal:
        """Return what the customer owed."""
        return self.goods + self.fee + self.duties

    def sku(self, line: int, size: str = "M") -> str:
        """Return the key of a variant of a line's product."""
        return f"{self.number}-{line}-{size.lower()}"

    def worth(self, line: int, pieces: int) -> Decimal:
        """Return what the first pieces of a line cost, odd cents of the discount on the first ones."""
        minor = Decimal(1).scaleb(-self.place.digits)
        each, odd = divmod(int(self.discounts[line - 1] / minor), self.quantities[line - 1])
        return self.units[line - 1] * pieces - minor * (each * pieces + min(odd, pieces))

    def dearer(self, size: str) -> Decimal:
        """Return what a variant costs more than the one of the first line, carried over in proportion."""
        ratio = _SIZES[size] / self.euros[0]
        return self.place.rounded(self.units[0] * ratio)


def order(serial: int, place: Place, at: datetime, situation: Situation, chance: random.Random) -> tuple[Bought, Any]:
    """Return an order that its customer complains about at a moment, and its part of a shop file."""
    number = str(20_000_000 + serial * 7)
    bought = Bought(number, f"customer{serial}@example.org", place, at - timedelta(days=situation.moved + 6))
    products, lines = [], []
    for position, quantity in enumerate(situation.quantities, start=1):
        euros = Decimal(situation.euros) if situation.euros else Decimal(chance.randint(2990, 8990)) / _HUNDRED
        unit = place.price(euros)
        discount = place.rounded(unit * quantity * situation.discount / _HUNDRED)
        bought.units.append(unit)
        bought.quantities.append(quantity)
        bought.discounts.append(discount)
        bought.euros.append(euros)
        products.append(_product(bought, position, euros, chance, is_scarce=situation.scarce))
        tax = place.rounded((unit * quantity - discount) * Decimal("0.15"))
        line = {"sku": bought.sku(position), "quantity": quantity, "unit_price": str(unit)}
        lines.append({**line, "discount": str(discount), "tax": str(tax)})
    bought.fee = place.price(_FEE)
    if situation.duties:
        bought.duties = place.rounded(bought.goods * Decimal("0.07"))
    return bought, {
        "products": products,
        "customers": [_customer(serial, bought)],
        "orders": [{
            "number": number,
            "customer": f"customer-{serial}",
            "state": situation.state,
            "placed_at": bought.placed_at.isoformat(),
            "currency": place.currency,
            "address": _address(serial, place),
            "shipping_fee": str(bought.fee),
            "duties": str(bought.duties),
            "total": str(bought.total),
            "lines": lines,
            "payments": _payments(bought, situation),
            "shipments": _shipments(bought, at, situation),
        }],
    }  # fmt: skip


def tracking_number(bought: Bought) -> str:
    """Return the number of an order's parcel."""
    return f"KP{bought.number}X"


def _product(bought: Bought, line: int, euros: Decimal, chance: random.Random, *, is_scarce: bool) -> dict[str, Any]:
    return {
        "id": f"{bought.number}-{line}",
        "title": _TITLES[(int(bought.number) // 7 + line) % len(_TITLES)],
        "category": "clothing",
        "supplier": chance.choice(("Porto Textil", "Fjell Outdoor", "Alpenwoll Werk")),
        "currency": "EUR",
        "variants": [
            {
                "sku": bought.sku(line, size),
                "price": str(max(Decimal(1), euros + more)),
                "stock": 0 if is_scarce and size == "M" else STOCK,
                "size": size,
                "color": "navy",
            }
            for size, more in _SIZES.items()
        ],
    }


def _customer(serial: int, bought: Bought) -> dict[str, Any]:
    return {
        "id": f"customer-{serial}",
        "name": f"Customer {serial}",
        "email": bought.email,
        "country": bought.place.country,
        "language": bought.place.language,
    }


def _address(serial: int, place: Place) -> dict[str, str]:
    return {
        "name": f"Customer {serial}",
        "street": f"Market Street {serial}",
        "postcode": place.postcode,
        "city": place.city,
        "country": place.country,
    }


def _payments(bought: Bought, situation: Situation) -> list[dict[str, str]]:
    paid_at = (bought.placed_at + timedelta(minutes=3)).isoformat()
    return [
        {"method": situation.method, "amount": str(bought.total), "paid_at": paid_at} for _ in range(situation.charges)
    ]


def _shipments(bought: Bought, at: datetime, situation: Situation) -> list[dict[str, Any]]:
    if situation.parcel is None:
        return []
    shipped, moved = bought.placed_at + timedelta(days=1), at - timedelta(days=situation.moved)
    parcel: dict[str, Any] = {
        "carrier": "Kranich Paket",
        "tracking_number": tracking_number(bought),
        "state": situation.parcel,
        "shipped_at": shipped.isoformat(),
        "promised_by": (at - timedelta(days=situation.promised)).isoformat(),
        "events": [
            {"at": shipped.isoformat(), "state": "in_transit", "location": "Hub"},
            {"at": moved.isoformat(), "state": situation.parcel, "location": bought.place.city},
        ],
    }
    if situation.parcel == "delivered":
        parcel["delivered_at"] = moved.isoformat()
    return [parcel]
