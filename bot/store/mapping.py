"""The mapping of our plain classes onto the tables; imperative, so that the classes know nothing of it.

Conversations and what belongs to them are not mapped: see ``bot.store.rows``.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Table
from sqlalchemy.orm import composite, configure_mappers, registry, relationship

from bot.aftersales.approval import Approval
from bot.aftersales.audit import AuditEvent
from bot.aftersales.case import Case
from bot.aftersales.catalogue import Product, Variant
from bot.aftersales.claim import Claim
from bot.aftersales.contact import Contact
from bot.aftersales.customs import CustomsMatter
from bot.aftersales.escalation import Escalation
from bot.aftersales.evidence import Evidence
from bot.aftersales.exchange import Exchange
from bot.aftersales.grant import Coupon, WarrantyExtension
from bot.aftersales.identification import Identification
from bot.aftersales.liability import LiabilityFinding
from bot.aftersales.money import Money
from bot.aftersales.notification import Notification
from bot.aftersales.offer import Offer
from bot.aftersales.order import Customer, Order, OrderLine, Payment, Shipment, TrackingEvent
from bot.aftersales.payment import RecordedInstruction
from bot.aftersales.rating import Rating
from bot.aftersales.refund import Refund, RefundPart
from bot.aftersales.repair import Repair
from bot.aftersales.reship import Reshipment
from bot.aftersales.return_ import Return, ReturnLine
from bot.aftersales.shop_event import ShopEvent
from bot.aftersales.sla import ServiceClock
from bot.aftersales.task import Task
from bot.services.account import Account, Session
from bot.services.inbox_ports import Snooze
from bot.services.words_model import CannedResponse, Mention
from bot.store.tables import (
    aftersales,
    approvals,
    claims,
    decisions,
    desk,
    evidence,
    follow_up,
    inboxes,
    lifecycles,
    metadata,
    money,
    service_levels,
    shop,
    words,
)

_registry = registry(metadata=metadata)
_started = False


def start_mappers() -> None:
    """Connect the classes with the tables; a second call does nothing."""
    global _started
    if _started:
        return
    _started = True
    _map_shop()
    _map_cases()
    _map_returns()
    _map_lifecycles()
    _map_escalations()
    _map_follow_up()
    _map_money()
    _map_service_levels()
    _map_desk()
    _map_words()
    configure_mappers()


def _map(kind: type, table: Table, *, version: Column[Any] | None = None, **properties: Any) -> None:
    options: dict[str, Any] = {} if version is None else {"version_id_col": version}
    if version is not None and version.name == "row_version":
        properties["_row_version"] = version
    _registry.map_imperatively(kind, table, properties=properties, **options)


def _money(table: Table, name: str) -> Any:
    return composite(Money.from_minor, table.c[f"{name}_minor"], table.c[f"{name}_currency"])


def _parts(kind: type, order_by: Any) -> Any:
    return relationship(kind, lazy="selectin", cascade="all, delete-orphan", order_by=order_by)


def _one(kind: type) -> Any:
    return relationship(kind, lazy="joined", innerjoin=True)


def _map_shop() -> None:
    t = shop
    _map(Variant, t.variants, version=t.variants.c.row_version, price=_money(t.variants, "price"))
    _map(Product, t.products, variants=_parts(Variant, (t.variants.c.position, t.variants.c.sku)))
    _map(Customer, t.customers)
    _map(TrackingEvent, t.tracking_events)
    _map(Shipment, t.shipments, events=_parts(TrackingEvent, (t.tracking_events.c.at, t.tracking_events.c.id)))
    _map(Payment, t.payments, amount=_money(t.payments, "amount"))
    _map(
        OrderLine,
        t.order_lines,
        product=_one(Product),
        unit_price=_money(t.order_lines, "unit_price"),
        discount=_money(t.order_lines, "discount"),
        tax=_money(t.order_lines, "tax"),
    )
    _map(
        Order,
        t.orders,
        version=t.orders.c.row_version,
        customer=_one(Customer),
        shipping_fee=_money(t.orders, "shipping_fee"),
        total=_money(t.orders, "total"),
        duties=_money(t.orders, "duties"),
        lines=_parts(OrderLine, t.order_lines.c.position),
        payments=_parts(Payment, (t.payments.c.paid_at, t.payments.c.id)),
        shipments=_parts(Shipment, (t.shipments.c.shipped_at, t.shipments.c.id)),
    )


def _map_cases() -> None:
    t = aftersales
    _map(Offer, t.offers, amount=_money(t.offers, "amount"))
    _map(LiabilityFinding, decisions.liability_findings)
    a = approvals.approvals
    _map(Approval, a, version=a.c.row_version, amount=_money(a, "amount"))
    _map(Case, t.cases, version=t.cases.c.version, offers=_parts(Offer, t.offers.c.id))


def _map_returns() -> None:
    t = aftersales
    _map(ReturnLine, t.return_lines)
    _map(
        Return,
        t.returns,
        version=t.returns.c.row_version,
        refund=_money(t.returns, "refund"),
        lines=_parts(ReturnLine, t.return_lines.c.position),
    )
    _map(
        Exchange,
        t.exchanges,
        version=t.exchanges.c.row_version,
        price_difference=_money(t.exchanges, "price_difference"),
    )


def _map_lifecycles() -> None:
    t = lifecycles
    _map(Repair, t.repairs, version=t.repairs.c.row_version, quote=_money(t.repairs, "quote"))
    _map(Reshipment, t.reshipments, version=t.reshipments.c.row_version)
    _map(
        CustomsMatter,
        t.customs_matters,
        version=t.customs_matters.c.row_version,
        charges=_money(t.customs_matters, "charges"),
    )
    _map(ShopEvent, t.shop_events)


def _map_escalations() -> None:
    t = aftersales
    _map(Escalation, t.escalations, version=t.escalations.c.version)
    _map(Identification, t.identifications, version=t.identifications.c.row_version)
    _map(AuditEvent, t.audit_events)


def _map_follow_up() -> None:
    t = follow_up
    _map(Notification, t.notifications)
    _map(Task, t.tasks, version=t.tasks.c.row_version)
    _map(Evidence, evidence.evidence)


def _map_money() -> None:
    t = money
    _map(RefundPart, t.refund_parts, amount=_money(t.refund_parts, "amount"))
    _map(
        Refund,
        t.refunds,
        version=t.refunds.c.row_version,
        amount=_money(t.refunds, "amount"),
        parts=_parts(RefundPart, t.refund_parts.c.position),
    )
    _map(RecordedInstruction, t.payment_instructions, amount=_money(t.payment_instructions, "amount"))
    _map(Coupon, t.coupons, version=t.coupons.c.row_version, amount=_money(t.coupons, "amount"))
    _map(WarrantyExtension, t.warranty_extensions)
    c = claims.claims
    of_claim = {name: _money(c, name) for name in ("amount", "accepted", "paid")}
    _map(Claim, c, version=c.c.row_version, **of_claim)


def _map_service_levels() -> None:
    t = service_levels
    _map(ServiceClock, t.service_clocks, version=t.service_clocks.c.row_version)
    _map(Rating, t.ratings, version=t.ratings.c.row_version)
    _map(Contact, t.contacts, version=t.contacts.c.row_version)


def _map_desk() -> None:
    t = desk
    _map(Account, t.accounts, version=t.accounts.c.row_version)
    _map(Session, t.sessions)
    _map(Snooze, inboxes.snoozes, version=inboxes.snoozes.c.row_version)


def _map_words() -> None:
    t = words
    _map(CannedResponse, t.canned_responses, version=t.canned_responses.c.version)
    _map(Mention, t.mentions)
