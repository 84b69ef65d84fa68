"""What a shop file must obey beyond its schema: unique keys, references that lead somewhere, sums, dates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

import phonenumbers
from babel.numbers import is_currency

from bot.aftersales.catalogue import Product
from bot.aftersales.money import minor_digits
from bot.aftersales.order import Customer, OrderState, ShipmentState, normalised_number
from bot.services.shop_document import Document, Location, Problem, parse_moment

_BEFORE_SHIPPING = frozenset({OrderState.PENDING.value, OrderState.PAID.value})
_NOT_UNDER_WAY = frozenset({ShipmentState.LABEL_CREATED.value})
_MAX_NUMBER = 32


@dataclass(frozen=True)
class Known:
    """What the database already holds of what a file mentions."""

    products: dict[str, Product] = field(default_factory=dict)
    customers: dict[str, Customer] = field(default_factory=dict)
    order_numbers: frozenset[str] = frozenset()

    @property
    def skus(self) -> frozenset[str]:
        """Return the SKUs on sale already."""
        return frozenset(variant.sku for product in self.products.values() for variant in product.variants)


def broken_rules(document: Document, known: Known) -> Iterator[Problem]:
    """Yield every broken rule; values with a schema error are left out of account."""
    products = list(document.each(("products",)))
    variants = [variant for product in products for variant in document.each((*product, "variants"))]
    customers = list(document.each(("customers",)))
    orders = list(document.each(("orders",)))
    yield from _once(document, [(*product, "id") for product in products], known.products)
    yield from _once(document, [(*variant, "sku") for variant in variants], known.skus)
    yield from _once(document, [(*customer, "id") for customer in customers], known.customers)
    yield from _once_ordered(document, orders, known.order_numbers)
    for product in products:
        yield from _amounts(document, product, ((*v, "price") for v in document.each((*product, "variants"))))
        yield from _page(document, product)
    for customer in customers:
        yield from _phone(document, (*customer, "phone"))
    skus = known.skus | {document.value((*variant, "sku")) for variant in variants}
    customer_ids = known.customers.keys() | {document.value((*customer, "id")) for customer in customers}
    for order in orders:
        yield from _refers(document, (*order, "customer"), customer_ids, "customer")
        for line in document.each((*order, "lines")):
            yield from _refers(document, (*line, "sku"), skus, "SKU")
        yield from _amounts(document, order, _amounts_of(document, order))
        yield from _parts_of_lines(document, order)
        yield from _total(document, order)
        yield from _progress(document, order)
        for shipment in document.each((*order, "shipments")):
            yield from _parcel(document, order, shipment)


def parse_amount(value: str | int | float) -> Decimal:
    """Return an amount exactly as it is written in the file."""
    return Decimal(value) if isinstance(value, (str, int)) else Decimal(repr(value))


def _once(document: Document, locations: Iterable[Location], existing: Iterable[str]) -> Iterator[Problem]:
    seen = set()
    for location in locations:
        key = document.value(location)
        if key in seen:
            yield location, f"{key} occurs twice in this file"
        elif key in existing:
            yield location, f"{key} exists already"
        if key is not None:
            seen.add(key)


def _once_ordered(document: Document, orders: list[Location], existing: Iterable[str]) -> Iterator[Problem]:
    seen = set()
    for order in orders:
        location = (*order, "number")
        value = document.value(location)
        if value is None:
            continue
        number = normalised_number(value)
        if not 3 <= len(number) <= _MAX_NUMBER or not any(symbol.isdigit() for symbol in number):
            yield location, f"must have 3 to {_MAX_NUMBER} letters and digits, one digit at least"
        elif number in seen:
            yield location, f"{number} occurs twice in this file"
        elif number in existing:
            yield location, f"{number} exists already"
        seen.add(number)


def _refers(document: Document, location: Location, known: Iterable[str], kind: str) -> Iterator[Problem]:
    key = document.value(location)
    if key is not None and key not in known:
        yield location, f"there is no {kind} {key}, neither in this file nor in the shop"


def _page(document: Document, product: Location) -> Iterator[Problem]:
    """Yield a page that is told in other languages only: nobody would know what to show where there is none."""
    if document.value((*product, "descriptions")) and not document.has((*product, "description")):
        yield (*product, "description"), "is missing: there are descriptions in other languages"


def _phone(document: Document, location: Location) -> Iterator[Problem]:
    value = document.value(location)
    if value is None:
        return
    try:
        plausible = phonenumbers.is_possible_number(phonenumbers.parse(value))
    except phonenumbers.NumberParseException:
        plausible = False
    if not plausible:
        yield location, "is no possible phone number of its country"


def _amounts_of(document: Document, order: Location) -> Iterator[Location]:
    yield (*order, "shipping_fee")
    yield (*order, "total")
    yield (*order, "duties")
    yield from ((*line, key) for line in document.each((*order, "lines")) for key in ("unit_price", "discount", "tax"))
    yield from ((*payment, "amount") for payment in document.each((*order, "payments")))


def _amounts(document: Document, owner: Location, locations: Iterable[Location]) -> Iterator[Problem]:
    """Yield a currency that does not exist, and amounts finer than their currency."""
    currency = document.value((*owner, "currency"))
    if currency is None:
        return
    if not is_currency(currency):
        yield (*owner, "currency"), f"{currency} is no currency of ISO 4217"
        return
    for location in locations:
        value = document.value(location)
        if value is None:
            continue
        amount = parse_amount(value)
        if not amount.is_finite() or amount != amount.quantize(Decimal(1).scaleb(-minor_digits(currency))):
            yield location, f"has more decimals than {currency}, which has {minor_digits(currency)}"


def _parts_of_lines(document: Document, order: Location) -> Iterator[Problem]:
    """Yield a discount above the price of its line, and a tax above what is left of it."""
    for line in document.each((*order, "lines")):
        price, pieces = document.value((*line, "unit_price")), document.value((*line, "quantity"))
        discount, tax = _part(document, (*line, "discount")), _part(document, (*line, "tax"))
        if price is None or pieces is None or discount is None or tax is None:
            continue
        paid = parse_amount(price) * int(pieces) - discount
        if not (paid.is_finite() and tax.is_finite()):
            # Reported with the amounts.
            continue
        if paid < 0:
            yield (*line, "discount"), "must not be more than the whole line costs"
        elif paid < tax:
            yield (*line, "tax"), "must not be more than the whole line costs after its discount"


def _total(document: Document, order: Location) -> Iterator[Problem]:
    lines = document.value((*order, "lines"))
    places = [(*order, "lines", index) for index in range(len(lines or ()))]
    factors = [(document.value((*p, "unit_price")), document.value((*p, "quantity"))) for p in places]
    fee, total = document.value((*order, "shipping_fee")), document.value((*order, "total"))
    others = [_part(document, (*order, "duties")), *(_part(document, (*place, "discount")) for place in places)]
    if not factors or fee is None or total is None or any(None in pair for pair in factors) or None in others:
        return
    duties, *discounts = (part for part in others if part is not None)
    expected = sum((parse_amount(price) * int(pieces) for price, pieces in factors), start=parse_amount(fee))
    expected += duties - sum(discounts)
    if parse_amount(total) != expected:
        yield (*order, "total"), f"must be {expected:f}: {_summed(bool(any(discounts)), bool(duties))}"


def _summed(has_discounts: bool, has_duties: bool) -> str:
    lines = "the lines after their discounts" if has_discounts else "the lines"
    return (
        f"the sum of {lines}, the shipping fee and the duties"
        if has_duties
        else f"the sum of {lines} and the shipping fee"
    )


def _part(document: Document, location: Location) -> Decimal | None:
    """Return an amount that may be left out, which means nothing, or None where it cannot be read."""
    if not document.has(location):
        return Decimal(0)
    value = document.value(location)
    return None if value is None else parse_amount(value)


def _progress(document: Document, order: Location) -> Iterator[Problem]:
    """Yield an order whose state its parcels do not bear out."""
    state = document.value((*order, "state"))
    location = (*order, "shipments")
    parcels = [document.value((*shipment, "state")) for shipment in document.each(location)]
    if state in (OrderState.SHIPPED.value, OrderState.DELIVERED.value) and not document.value(location):
        yield location, f"an order that is {state} needs a parcel"
    if state == OrderState.DELIVERED.value:
        for index, parcel in enumerate(parcels):
            if parcel not in (None, ShipmentState.DELIVERED.value):
                yield (*location, index, "state"), "every parcel of a delivered order must be delivered"
    if state in _BEFORE_SHIPPING:
        for index, parcel in enumerate(parcels):
            if parcel is not None and parcel not in _NOT_UNDER_WAY:
                yield (*location, index, "state"), f"an order that is {state} has no parcel under way"


def _parcel(document: Document, order: Location, shipment: Location) -> Iterator[Problem]:
    """Yield a parcel that contradicts itself or travelled back in time."""
    delivered = document.value((*shipment, "state")) == ShipmentState.DELIVERED.value
    delivered_at = (*shipment, "delivered_at")
    if delivered and not document.has(delivered_at):
        yield delivered_at, "is missing: the parcel is delivered"
    if not delivered and document.value((*shipment, "state")) and document.value(delivered_at):
        yield delivered_at, "must be left out: the parcel is not delivered"
    placed_at = (*order, "placed_at")
    yield from _not_before(document, (*shipment, "promised_by"), placed_at)
    yield from _not_before(document, (*shipment, "shipped_at"), placed_at)
    yield from _not_before(document, delivered_at, placed_at)
    yield from _not_before(document, delivered_at, (*shipment, "shipped_at"))
    for scan in document.each((*shipment, "events")):
        yield from _not_before(document, (*scan, "at"), placed_at)


def _not_before(document: Document, later: Location, earlier: Location) -> Iterator[Problem]:
    first, second = _moment(document.value(earlier)), _moment(document.value(later))
    if first and second and second < first:
        yield later, f"must not be before {earlier[-1]}"


def _moment(value: Any) -> datetime | None:
    return None if value is None else parse_moment(value)
