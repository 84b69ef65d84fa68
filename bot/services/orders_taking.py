"""Writing what an order source tells: what is new is taken over, what Parley itself knows stays."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal

import structlog

from bot.aftersales.audit import AuditEvent
from bot.aftersales.catalogue import Product
from bot.aftersales.money import Money
from bot.aftersales.order import Address, Customer, Order, OrderLine, OrderState
from bot.services.order_sources_ports import OrderOrigin, SourcedOrder
from bot.services.orders_payments import merge_payments
from bot.services.orders_shipments import merge_shipments
from bot.services.ports import UnitOfWork
from bot.services.privacy import is_erased
from bot.services.shop_file import load

log = structlog.get_logger(__name__)

UNKNOWN_DOMAIN = "unknown.invalid"
"""Where the e-mail addresses of customers are that gave none; RFC 2606 reserves it, so that nobody can have one."""

# Who changes an order here tells the shop; until it has followed, its older state must not come back.
_ONWARD = (OrderState.PENDING, OrderState.PAID, OrderState.SHIPPED, OrderState.DELIVERED, OrderState.RETURNED)


async def take(uow: UnitOfWork, sourced: SourcedOrder, source: str, now: datetime, conversation_id: str) -> Order:
    """Add an order to the transaction, or bring the known one up to date, and return it; commits nothing.

    Raises ImportRejectedError where the order does not obey the rules of a shop file.
    """
    shop = load(sourced.document())
    (order,) = shop.orders
    refunded = Money(Decimal(sourced.refunded), order.currency)
    known = await uow.orders.get(order.number)
    if known is None:
        await _settle_goods(uow, shop.products, order)
        order.customer = await _customer(uow, order.customer, order.number)
        await merge_payments(uow, order, order, refunded)
        uow.orders.add(order)
        _record(uow, order, "order.taken_over", now, conversation_id, source=source)
    elif is_erased(known.customer):
        return known
    elif known.currency != order.currency:
        log.warning("orders.currency_differs", source=source)
        return known
    else:
        changes = await _merge(uow, known, order, shop.products, refunded, now)
        if changes:
            _record(uow, known, "order.refreshed", now, conversation_id, source=source, what=" ".join(changes))
    digest = _digest(order.address)
    await uow.order_origins.put(OrderOrigin(order.number, source, now, digest))
    return known or order


async def _merge(
    uow: UnitOfWork, known: Order, order: Order, products: list[Product], refunded: Money, now: datetime
) -> list[str]:
    """Bring a known order up to date and return what has changed, as codes."""
    changes = []
    if _contact(known.customer, order.customer):
        changes.append("customer")
    origin = await uow.order_origins.get(known.number)
    if origin is not None and origin.address_digest != _digest(order.address) and known.address != order.address:
        known.address = order.address
        changes.append("address")
    if await _merge_lines(uow, known, order, products):
        changes.append("lines")
    if await merge_payments(uow, known, order, refunded):
        changes.append("payments")
    if await merge_shipments(uow, known, order, now):
        changes.append("shipments")
    if _move(known, order.state):
        changes.append("state")
    return changes


def _move(known: Order, state: OrderState) -> bool:
    """Move an order on; what was called off, here or there, stays so."""
    if known.state is OrderState.CANCELED or known.state is state:
        return False
    if state is not OrderState.CANCELED and _ONWARD.index(state) < _ONWARD.index(known.state):
        return False
    known.state = state
    return True


async def _merge_lines(uow: UnitOfWork, known: Order, order: Order, products: list[Product]) -> bool:
    """Add the lines that the shop has put on the order since; lines that were changed here stay as they are."""
    shared = len(known.lines)
    if len(order.lines) <= shared or _listed(known.lines) != _listed(order.lines[:shared]):
        return False
    if any(event.action == "order.items_changed" for event in await uow.audit.of_subject(f"order:{known.number}")):
        # The lines that are missing here may be those that the customer left out, and was given the money back for.
        return False
    await _settle_goods(uow, products, order)
    known.lines.extend(order.lines[shared:])
    known.shipping_fee, known.duties, known.total = order.shipping_fee, order.duties, order.total
    return True


def _listed(lines: list[OrderLine]) -> list[tuple[int, str, int]]:
    return [(line.position, line.sku, line.quantity) for line in lines]


async def _settle_goods(uow: UnitOfWork, products: Iterable[Product], order: Order) -> None:
    """Let the lines of an order point at the catalogue's products; what is not in it yet is added.

    Known variants stay as they are: how many are free is counted here, those set aside for customers left out.
    Of known products only a page that nothing was known of is taken over.
    """
    homes: dict[str, Product] = {}
    for product in products:
        known = await uow.products.get(product.id)
        if known is not None and not known.description:
            known.description, known.descriptions = product.description, product.descriptions
        for variant in list(product.variants):
            home = await uow.products.by_sku(variant.sku) or known
            homes[variant.sku] = home or product
            if home is None:
                continue
            product.variants.remove(variant)
            if all(sold.sku != variant.sku for sold in home.variants):
                home.variants.append(variant)
                uow.products.arrange(home)
        if product.variants and known is None:
            uow.products.add(product)
    for line in order.lines:
        line.product = homes[line.sku]


async def _customer(uow: UnitOfWork, customer: Customer, order_number: str) -> Customer:
    known = await uow.customers.get(customer.id)
    if known is not None and is_erased(known):
        # What was erased stays so; who buys again afterwards is somebody new.
        customer.id = f"{customer.id}.{order_number}"
        known = await uow.customers.get(customer.id)
    if known is None:
        uow.customers.add(customer)
        return customer
    _contact(known, customer)
    return known


def _contact(known: Customer, told: Customer) -> bool:
    """Take over how a customer is reached, and tell whether that is news; what the source leaves out stays.

    These details prove orders: another customer's never become this one's.
    """
    if known.id != told.id:
        return False
    before = (known.name, known.email, known.phone)
    known.name = told.name
    known.email = known.email if told.email.endswith(f"@{UNKNOWN_DOMAIN}") else told.email
    known.phone = told.phone or known.phone
    return before != (known.name, known.email, known.phone)


def _digest(address: Address) -> str:
    return hashlib.sha256(json.dumps(asdict(address), sort_keys=True).encode()).hexdigest()


def _record(uow: UnitOfWork, order: Order, action: str, now: datetime, conversation_id: str, **data: str) -> None:
    event = AuditEvent(now, "system", action, f"order:{order.number}", conversation_id)
    event.data = dict(data)
    uow.audit.add(event)
    log.info(f"orders.{action.partition('.')[2]}", **data)
