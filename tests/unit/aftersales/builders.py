"""Small orders to decide about: everything has a plain default, a test states only what it is about."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from decimal import Decimal

from bot.aftersales.case import Case
from bot.aftersales.catalogue import Product, ReturnClass, Variant
from bot.aftersales.labels import IssueType
from bot.aftersales.money import Money
from bot.aftersales.order import (
    Address,
    Customer,
    Order,
    OrderLine,
    OrderState,
    Shipment,
    ShipmentState,
    TrackingEvent,
)

NOW = datetime(2026, 3, 20, 12, 0, tzinfo=timezone.utc)


def euros(amount: str | int | Decimal) -> Money:
    """Return an amount in euros."""
    return Money(Decimal(amount), "EUR")


def a_product(
    product_id: str = "shoes",
    *,
    return_class: ReturnClass = ReturnClass.STANDARD,
    price: Money | None = None,
    stock: int = 3,
) -> Product:
    """Return a product in sizes 41, 42 and 43, each with the same stock."""
    product = Product(product_id, f"The {product_id}", "shoes", return_class, titles={"de": "Die Schuhe"})
    product.variants = [
        Variant(
            f"{product_id}-{size}",
            product_id,
            euros(50) if price is None else price,
            stock,
            size=size,
            color="black",
        )
        for size in ("41", "42", "43")
    ]
    return product


def a_line(
    position: int = 1, quantity: int = 1, price: Money | None = None, product: Product | None = None
) -> OrderLine:
    """Return an order line of size 42 of a product."""
    product = product or a_product(f"product{position}", price=price)
    return OrderLine(
        position, product, f"{product.id}-42", quantity, euros(50) if price is None else price, "42", "black"
    )


def an_order(
    *lines: OrderLine,
    number: str = "10482733",
    country: str = "DE",
    delivered_days_ago: float | None = 5,
    state: OrderState | None = None,
    shipment: ShipmentState | None = None,
    shipping_fee: Money | None = None,
) -> Order:
    """Return an order whose only parcel arrived some days ago, or is still on its way for None."""
    lines = lines or (a_line(),)
    fee = shipping_fee if shipping_fee is not None else Money(Decimal("4.90"), lines[0].unit_price.currency)
    total = fee
    for line in lines:
        total += line.unit_price * line.quantity
    delivered_at = None if delivered_days_ago is None else NOW - timedelta(days=delivered_days_ago)
    parcel = shipment or (ShipmentState.DELIVERED if delivered_at else ShipmentState.IN_TRANSIT)
    customer = Customer("customer-1", "Anna Becker", "anna.becker@example.org", country, "de", "+4930901820")
    return Order(
        number=number,
        customer=customer,
        state=state or (OrderState.DELIVERED if delivered_at else OrderState.SHIPPED),
        placed_at=(delivered_at or NOW) - timedelta(days=4),
        address=Address("Anna Becker", "Lindenstraße 3", "10115", "Berlin", country),
        shipping_fee=fee,
        total=total,
        lines=list(lines),
        shipments=[Shipment("shipment-1", "Kranich Paket", "KP0042", parcel, delivered_at=delivered_at)],
    )


def a_split_order(
    *states: ShipmentState, country: str = "DE", delivered_days_ago: float = 5, silent_days: float = 1
) -> Order:
    """Return an order of 150 euros, one of whose parcels arrived; the others were scanned last in these states."""
    order = an_order(
        a_line(1), a_line(2, 2), country=country, delivered_days_ago=delivered_days_ago, state=OrderState.SHIPPED
    )
    for count, state in enumerate(states, start=2):
        scan = TrackingEvent(NOW - timedelta(days=silent_days), state)
        order.shipments.append(
            Shipment(f"shipment-{count}", "Kranich Paket", f"KP004{count + 1}", state, events=[scan])
        )
    return order


def a_case(number: str = "C1000001", order_number: str = "10482733") -> Case:
    """Return a case as it is right after registration."""
    return Case(
        number=number,
        conversation_id="conversation-1",
        customer_id="customer-1",
        order_number=order_number,
        issue_type=IssueType.DEFECTIVE,
        opened_at=NOW,
        next_contact_by=NOW + timedelta(days=2),
        language="de",
        channel="widget",
        source_message_id=f"message-{number}",
    )
