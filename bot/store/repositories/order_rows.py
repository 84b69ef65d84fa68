"""Reading an order without the ORM, which needs several times as long; every turn of a form looks at one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from bot.aftersales.catalogue import Product, Variant
from bot.aftersales.money import Money
from bot.aftersales.order import Address, Customer, Order, OrderLine, OrderState, Payment, Shipment, TrackingEvent
from bot.store.rows import Rows, Thing
from bot.store.tables import shop
from bot.store.transaction import Transaction


def _money(minor: int, currency: str) -> Money:
    money = Money.from_minor(minor, currency)
    assert money is not None
    return money


def _rows(table: Any, names: str, make: Callable[..., Thing]) -> Rows[Thing]:
    return Rows(table, names.split(), make)


def _order(
    number: str,
    customer_id: str,
    state: OrderState,
    placed_at: datetime,
    address: Address,
    fee: int,
    fee_currency: str,
    total: int,
    total_currency: str,
    duties: int,
    duties_currency: str,
) -> tuple[str, Order]:
    nobody = Customer(customer_id, "", "", "", "")
    fee_money, total_money = _money(fee, fee_currency), _money(total, total_currency)
    order = Order(number, nobody, state, placed_at, address, fee_money, total_money)
    order.duties = _money(duties, duties_currency)
    return customer_id, order


def _variant(
    sku: str, product_id: str, price: int, currency: str, stock: int, size: str | None, color: str | None
) -> Variant:
    return Variant(sku, product_id, _money(price, currency), stock, size, color)


def _line(
    position: int,
    product_id: str,
    sku: str,
    quantity: int,
    price: int,
    currency: str,
    size: str | None,
    color: str | None,
    key: int,
    discount: int,
    discount_currency: str,
    tax: int,
    tax_currency: str,
) -> tuple[str, OrderLine]:
    # Who reads the lines puts the product in its place.
    nothing = Product(product_id, "", "")
    unit_price, off, taxed = _money(price, currency), _money(discount, discount_currency), _money(tax, tax_currency)
    return product_id, OrderLine(position, nothing, sku, quantity, unit_price, size, color, key, off, taxed)


def _payment(key: str, method: str, minor: int, currency: str, paid_at: datetime) -> Payment:
    return Payment(key, method, _money(minor, currency), paid_at)


def _event(shipment_id: str, at: datetime, state: Any, location: str, key: int) -> tuple[str, TrackingEvent]:
    return shipment_id, TrackingEvent(at, state, location, key)


_ORDERS = _rows(
    shop.orders,
    "number customer_id state placed_at address shipping_fee_minor shipping_fee_currency total_minor total_currency "
    "duties_minor duties_currency",
    _order,
)
_CUSTOMERS = _rows(shop.customers, "id name email country language phone created_at", Customer)
_PRODUCTS = _rows(
    shop.products,
    "id title category return_class warranty_months supplier titles description descriptions",
    Product,
)
_VARIANTS = _rows(shop.variants, "sku product_id price_minor price_currency stock size color", _variant)
_LINES = _rows(
    shop.order_lines,
    "position product_id sku quantity unit_price_minor unit_price_currency size color id "
    "discount_minor discount_currency tax_minor tax_currency",
    _line,
)
_PAYMENTS = _rows(shop.payments, "id method amount_minor amount_currency paid_at", _payment)
_SHIPMENTS = _rows(shop.shipments, "id carrier tracking_number state shipped_at promised_by delivered_at", Shipment)
_EVENTS = _rows(shop.tracking_events, "shipment_id at state location id", _event)

_SENT = "(SELECT id FROM shipments WHERE order_number = ?)"


async def read_order(transaction: Transaction, number: str) -> Order | None:
    """Return an order with everything that belongs to it, or None."""
    for customer_id, order in await _find(transaction, _ORDERS, "number = ?", number):
        (order.customer,) = await _find(transaction, _CUSTOMERS, "id = ?", customer_id)
        for product_id, line in await _find(transaction, _LINES, "order_number = ? ORDER BY position", number):
            line.product = await _product(transaction, product_id)
            order.lines.append(line)
        order.payments = await _find(transaction, _PAYMENTS, "order_number = ? ORDER BY paid_at, id", number)
        order.shipments = await _find(transaction, _SHIPMENTS, "order_number = ? ORDER BY shipped_at, id", number)
        events = await _find(transaction, _EVENTS, f"shipment_id IN {_SENT} ORDER BY at, id", number)
        for shipment in order.shipments:
            shipment.events = [event for shipment_id, event in events if shipment_id == shipment.id]
        return order
    return None


async def _product(transaction: Transaction, product_id: str) -> Product:
    product = transaction.shelf.get(product_id)
    if product is None:
        (product,) = await _find(transaction, _PRODUCTS, "id = ?", product_id)
        product.variants = await _find(transaction, _VARIANTS, "product_id = ? ORDER BY position, sku", product_id)
        transaction.shelf.put(product)
    return product


async def _find(transaction: Transaction, rows: Rows[Thing], where: str, value: str) -> list[Thing]:
    found = await transaction.read(f"{rows.select} WHERE {where}", value)
    return [rows.load(row, transaction.dialect) for row in found]
