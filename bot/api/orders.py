"""Orders as they stand, one or many."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bot.aftersales.money import Money
from bot.aftersales.order import Order, OrderLine, Shipment, normalised_number
from bot.api import cursor
from bot.api.operation import Answer, Call
from bot.conversations.ports import UnitOfWork
from bot.services.lifecycle_report import when
from bot.services.problem import ProblemError


async def show(call: Call) -> Answer:
    """Answer an order."""
    number = normalised_number(call.values["number"])
    async with call.uow() as uow:
        found = await _read(uow, number, await uow.changes.of_order(number))
    if found is None:
        raise ProblemError(404, "not_found", "there is no order of this number")
    return Answer(200, found)


async def index(call: Call) -> Answer:
    """Answer a page of orders, the longest unchanged first."""
    limit = call.values["limit"] or DEFAULT_LIMIT
    async with call.uow() as uow:
        places = await uow.changes.orders(call.values["updated_since"], call.values["cursor"], limit + 1)
        orders = [await _read(uow, place.key, place.moment) for place in places[:limit]]
    following = cursor.write(places[limit - 1]) if len(places) > limit else None
    return Answer(200, {"orders": [order for order in orders if order], "next": following})


DEFAULT_LIMIT = 50


async def _read(uow: UnitOfWork, number: str, changed_at: datetime | None) -> dict[str, Any] | None:
    order = await uow.orders.read(number)
    if order is None:
        return None
    cases = await uow.cases.of_order(number)
    return {
        "number": order.number,
        "customer": order.customer.id,
        "state": order.state.value,
        "placed_at": when(order.placed_at),
        "currency": order.currency,
        "address": {name: getattr(order.address, name) for name in ("name", "street", "postcode", "city", "country")},
        **{name: _amount(getattr(order, name)) for name in ("shipping_fee", "duties", "total")},
        "lines": [_line(line) for line in order.lines],
        "payments": _payments(order),
        "shipments": [_shipment(parcel) for parcel in order.shipments],
        "cases": [case.number for case in cases],
        "updated_at": when(changed_at or order.placed_at),
    }


def _line(line: OrderLine) -> dict[str, Any]:
    return {
        "line": line.position,
        "sku": line.sku,
        "product": line.product.id,
        "title": line.product.title,
        "size": line.size,
        "color": line.color,
        "quantity": line.quantity,
        **{name: _amount(getattr(line, name)) for name in ("unit_price", "discount", "tax")},
    }


def _payments(order: Order) -> list[dict[str, Any]]:
    return [
        {"method": paid.method, "amount": _amount(paid.amount), "paid_at": when(paid.paid_at)}
        for paid in order.payments
    ]


def _shipment(parcel: Shipment) -> dict[str, Any]:
    return {
        "carrier": parcel.carrier,
        "tracking_number": parcel.tracking_number,
        "state": parcel.state.value,
        **{name: when(getattr(parcel, name)) for name in ("shipped_at", "promised_by", "delivered_at")},
        "events": [
            {"at": when(scan.at), "state": scan.state.value, "location": scan.location} for scan in parcel.events
        ],
    }


def _amount(money: Money) -> str:
    return f"{money.amount:f}"
