"""A copy of everything about a customer, as one document (GDPR art. 15 and 20)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bot.aftersales.audit import AuditEvent
from bot.aftersales.order import Customer, Order
from bot.errors import NotFoundError
from bot.services.case_report import report
from bot.services.ports import UnitOfWork
from bot.services.timeline import timeline

_ALL_ORDERS = 100_000


async def export_customer(uow: UnitOfWork, customer_id: str, now: datetime, *, actor: str = "system") -> dict[str, Any]:
    """Return everything about a customer, ready for JSON, and write down that it was given out; the caller commits.

    Evidence is listed, its files are not in the document. Of conversations that are other customers', too, there is
    what is this one's for certain. Raises NotFoundError for no such customer.
    """
    customer = await uow.customers.get(customer_id)
    if customer is None:
        raise NotFoundError("customer", customer_id)
    found = await uow.personal_data.belongings(customer_id)
    orders = await uow.orders.of_customer(customer_id, _ALL_ORDERS)
    cases = []
    for order in orders:
        for case in (await report(uow, order.number))["cases"]:
            entries = [entry.as_json() for entry in await timeline(uow, case["number"])]
            cases.append({"order": order.number, **case, "timeline": entries})
    kept = await uow.personal_data.read(found)
    messages = kept.pop("messages")
    for conversation in kept["conversations"]:
        conversation["messages"] = [one for one in messages if one["conversation_id"] == conversation["id"]]
    uow.audit.add(AuditEvent(now, actor, "customer.exported", f"customer:{customer_id}"))
    return {
        "exported_at": now.isoformat(),
        "customer": _customer(customer),
        "orders": [_order(order) for order in orders],
        "cases": cases,
        **kept,
    }


def _customer(customer: Customer) -> dict[str, Any]:
    return {
        "id": customer.id,
        "name": customer.name,
        "email": customer.email,
        "phone": customer.phone,
        "country": customer.country,
        "language": customer.language,
        "created_at": customer.created_at.isoformat() if customer.created_at else None,
    }


def _order(order: Order) -> dict[str, Any]:
    return {
        "number": order.number,
        "state": order.state.value,
        "placed_at": order.placed_at.isoformat(),
        "address": vars(order.address),
        "currency": order.currency,
        "shipping_fee": str(order.shipping_fee.amount),
        "duties": str(order.duties.amount),
        "total": str(order.total.amount),
        "lines": [
            {
                "line": line.position,
                "product": line.product.id,
                "title": line.product.title,
                "sku": line.sku,
                "quantity": line.quantity,
                "unit_price": str(line.unit_price.amount),
                "discount": str(line.discount.amount),
                "tax": str(line.tax.amount),
            }
            for line in order.lines
        ],
        "payments": [
            {
                "id": payment.id,
                "method": payment.method,
                "amount": str(payment.amount.amount),
                "paid_at": payment.paid_at.isoformat(),
            }
            for payment in order.payments
        ],
        "shipments": [
            {
                "id": parcel.id,
                "carrier": parcel.carrier,
                "tracking_number": parcel.tracking_number,
                "state": parcel.state.value,
                "delivered_at": parcel.delivered_at.isoformat() if parcel.delivered_at else None,
                "events": [
                    {"at": event.at.isoformat(), "state": event.state.value, "location": event.location}
                    for event in parcel.events
                ],
            }
            for parcel in order.shipments
        ],
    }
