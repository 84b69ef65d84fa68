"""Importing one's own shop from a file: all of it, or nothing and the list of everything that is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.aftersales.catalogue import Product, ReturnClass, Variant
from bot.aftersales.money import Money
from bot.aftersales.order import (
    Address,
    Customer,
    Order,
    OrderLine,
    OrderState,
    Payment,
    Shipment,
    ShipmentState,
    TrackingEvent,
    normalised_number,
)
from bot.errors import ImportRejectedError
from bot.services.ports import UnitOfWork
from bot.services.shop_document import Document, Location, json_path, parse_moment, read_file
from bot.services.shop_rules import Known, broken_rules, parse_amount

__all__ = ["Known", "ShopData", "add_all", "import_shop", "load", "read_file"]

Entry = dict[str, Any]


@dataclass
class ShopData:
    """Products, customers and orders to add; orders may refer to what is in the shop already."""

    products: list[Product]
    customers: list[Customer]
    orders: list[Order]

    @property
    def counts(self) -> dict[str, int]:
        """Return how many there are of each kind."""
        return {
            "products": len(self.products),
            "variants": sum(len(product.variants) for product in self.products),
            "customers": len(self.customers),
            "orders": len(self.orders),
            "shipments": sum(len(order.shipments) for order in self.orders),
        }


def load(data: Any, known: Known | None = None) -> ShopData:
    """Return the shop that a document of ``data/shop/shop.schema.json`` describes.

    ``known`` is what the shop already has: orders may refer to it, and nothing may have its keys. Raises
    ImportRejectedError with every error there is, pairs of JSON path and message in the document's order.
    """
    return _build(data, Document(data), known or Known())


async def import_shop(uow_factory: Callable[[], UnitOfWork], data: Any) -> dict[str, int]:
    """Write a whole document in one transaction and return how many of each kind.

    Only adds: products, SKUs, customers and order numbers that exist already are errors. Raises
    ImportRejectedError, and then nothing was written; ConflictError where somebody wrote the same meanwhile.
    """
    document = Document(data)
    async with uow_factory() as uow:
        shop = _build(data, document, await _known(uow, document))
        add_all(uow, shop)
        await uow.commit()
    return shop.counts


def add_all(uow: UnitOfWork, shop: ShopData) -> None:
    """Add everything of a shop to a transaction."""
    for product in shop.products:
        uow.products.add(product)
    for customer in shop.customers:
        uow.customers.add(customer)
    for order in shop.orders:
        uow.orders.add(order)


async def _known(uow: UnitOfWork, document: Document) -> Known:
    """Return what the shop already has of everything that a document mentions."""
    orders = list(document.each(("orders",)))
    ids = _values(document, document.each(("customers",)), "id") | _values(document, orders, "customer")
    numbers = {normalised_number(number) for number in _values(document, orders, "number")}
    customers = [await uow.customers.get(customer_id) for customer_id in sorted(ids)]
    existing = [number for number in sorted(numbers) if await uow.orders.get(number)]
    return Known(
        products={product.id: product for product in await uow.products.all()},
        customers={customer.id: customer for customer in customers if customer},
        order_numbers=frozenset(existing),
    )


def _values(document: Document, owners: Iterator[Location] | list[Location], key: str) -> set[str]:
    return {value for owner in owners if (value := document.value((*owner, key))) is not None}


def _build(data: Any, document: Document, known: Known) -> ShopData:
    problems = sorted([*document.problems, *broken_rules(document, known)], key=lambda problem: _order(problem[0]))
    if problems:
        raise ImportRejectedError([(json_path(location), message) for location, message in problems])
    products = [_product(entry) for entry in data.get("products", ())]
    customers = [_customer(entry) for entry in data.get("customers", ())]
    goods = {
        variant.sku: (product, variant)
        for product in [*known.products.values(), *products]
        for variant in product.variants
    }
    buyers = {**known.customers, **{customer.id: customer for customer in customers}}
    orders = [_order_of(entry, buyers, goods) for entry in data.get("orders", ())]
    return ShopData(products, customers, orders)


_SECTIONS = ("format", "products", "customers", "orders")


def _order(location: Location) -> tuple[Any, ...]:
    """Return a sort key by which problems follow the document, whatever keys it has."""
    section = location[0] if location else ""
    rank = _SECTIONS.index(section) if section in _SECTIONS else -1
    return (rank, *((isinstance(key, str), key) for key in location))


def _product(entry: Entry) -> Product:
    currency = entry["currency"]
    return Product(
        id=entry["id"],
        title=entry["title"],
        category=entry["category"],
        return_class=ReturnClass(entry.get("return_class", ReturnClass.STANDARD)),
        warranty_months=int(entry.get("warranty_months", 24)),
        supplier=entry.get("supplier"),
        titles=dict(entry.get("titles", {})),
        description=entry.get("description", ""),
        descriptions=dict(entry.get("descriptions", {})),
        variants=[
            Variant(
                sku=variant["sku"],
                product_id=entry["id"],
                price=_money(variant["price"], currency),
                stock=int(variant["stock"]),
                size=variant.get("size"),
                color=variant.get("color"),
            )
            for variant in entry["variants"]
        ],
    )


def _customer(entry: Entry) -> Customer:
    return Customer(
        id=entry["id"],
        name=entry["name"],
        email=entry["email"],
        country=entry["country"],
        language=entry["language"],
        phone=entry.get("phone"),
        created_at=_moment(entry, "created_at"),
    )


def _order_of(entry: Entry, buyers: dict[str, Customer], goods: dict[str, tuple[Product, Variant]]) -> Order:
    number, currency = normalised_number(entry["number"]), entry["currency"]
    return Order(
        number=number,
        customer=buyers[entry["customer"]],
        state=OrderState(entry["state"]),
        placed_at=parse_moment(entry["placed_at"]),
        address=Address(**entry["address"]),
        shipping_fee=_money(entry["shipping_fee"], currency),
        total=_money(entry["total"], currency),
        duties=_money(entry.get("duties", 0), currency),
        lines=[
            _line(position, line, *goods[line["sku"]], currency)
            for position, line in enumerate(entry["lines"], start=1)
        ],
        payments=[
            Payment(
                id=f"{number}-p{count}",
                method=payment["method"],
                amount=_money(payment["amount"], currency),
                paid_at=parse_moment(payment["paid_at"]),
            )
            for count, payment in enumerate(entry.get("payments", ()), start=1)
        ],
        shipments=[
            _shipment(f"{number}-s{count}", shipment)
            for count, shipment in enumerate(entry.get("shipments", ()), start=1)
        ],
    )


def _line(position: int, entry: Entry, product: Product, variant: Variant, currency: str) -> OrderLine:
    return OrderLine(
        position=position,
        product=product,
        sku=variant.sku,
        quantity=int(entry["quantity"]),
        unit_price=_money(entry["unit_price"], currency),
        size=variant.size,
        color=variant.color,
        discount=_money(entry.get("discount", 0), currency),
        tax=_money(entry.get("tax", 0), currency),
    )


def _shipment(shipment_id: str, entry: Entry) -> Shipment:
    return Shipment(
        id=shipment_id,
        carrier=entry["carrier"],
        tracking_number=entry["tracking_number"],
        state=ShipmentState(entry["state"]),
        shipped_at=_moment(entry, "shipped_at"),
        promised_by=_moment(entry, "promised_by"),
        delivered_at=_moment(entry, "delivered_at"),
        events=sorted(
            (
                TrackingEvent(parse_moment(scan["at"]), ShipmentState(scan["state"]), scan.get("location", ""))
                for scan in entry.get("events", ())
            ),
            key=lambda event: event.at,
        ),
    )


def _moment(entry: Entry, key: str) -> datetime | None:
    return parse_moment(entry[key]) if key in entry else None


def _money(value: str | int | float, currency: str) -> Money:
    return Money(parse_amount(value), currency)
