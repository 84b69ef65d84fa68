"""One of everything, to be saved, read back and compared."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from bot.aftersales.case import Case
from bot.aftersales.catalogue import Product, ReturnClass, Variant
from bot.aftersales.escalation import Escalation, EscalationReason
from bot.aftersales.exchange import Exchange
from bot.aftersales.labels import IssueType, Payer, Priority, Remedy
from bot.aftersales.money import Money
from bot.aftersales.offer import Offer, Proposer
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
)
from bot.aftersales.return_ import Return, ReturnLine, ReturnMethod
from bot.conversations.model import InboundMessage
from bot.services.account import Account, Role
from tests.integration.conftest import UowFactory

NOW = datetime(2026, 3, 29, 1, 30, 15, 123456, tzinfo=timezone.utc)


def euro(amount: str) -> Money:
    return Money(Decimal(amount), "EUR")


def a_product() -> Product:
    variants = [Variant(f"SHOE-{size}", "shoe", euro("59.90"), 3, size, "black") for size in ("S", "M", "L", "XL")]
    product = Product("shoe", "Running shoes", "shoes", ReturnClass.STANDARD, 24, None, {"zh": "跑步鞋"})
    product.description, product.descriptions = "Light.\nThey breathe.", {"zh": "轻便。\n透气鞋面。"}
    product.variants = variants
    return product


def a_customer() -> Customer:
    return Customer("c1", "Anna Becker", "anna@example.org", "DE", "de", "+4930901820", NOW)


def an_order(product: Product, number: str = "10480001", customer: Customer | None = None) -> Order:
    events = [
        TrackingEvent(NOW - timedelta(days=3), ShipmentState.IN_TRANSIT, "Leipzig"),
        TrackingEvent(NOW - timedelta(days=2), ShipmentState.DELIVERED, "Berlin"),
    ]
    shipment = Shipment(
        f"s-{number}", "DHL", "JJD0001", ShipmentState.DELIVERED, NOW - timedelta(days=4), NOW, NOW, events
    )
    return Order(
        number,
        customer or a_customer(),
        OrderState.DELIVERED,
        NOW - timedelta(days=7),
        Address("Anna Becker", "Lindenallee 3", "10115", "Berlin", "DE"),
        euro("4.90"),
        euro("64.80"),
        [OrderLine(1, product, "SHOE-M", 1, euro("59.90"), "M", "black")],
        [Payment(f"p-{number}", "card", euro("64.80"), NOW - timedelta(days=7))],
        [shipment],
    )


def a_case(number: str = "C1", *, message: str = "m1", order: str = "10480001", at: datetime = NOW) -> Case:
    case = Case(
        number,
        "conversation",
        "c1",
        order,
        IssueType.WRONG_SIZE,
        at,
        at + timedelta(days=1),
        "de",
        "web",
        message,
        story="passt nicht 😕",
        wish=Remedy.EXCHANGE,
        lines={1: 2, 3: 1},
    )
    case.offer(Offer(Remedy.APOLOGY, Proposer.BOT, at, None, ["window_closed"]))
    case.offers.append(Offer(Remedy.REFUND_PARTIAL, Proposer.AGENT, at, Money(Decimal(1500), "JPY")))
    return case


def a_return(rma: str = "R1", *, case: str = "C1", order: str = "10480001", at: datetime = NOW) -> Return:
    lines = [ReturnLine(1, 1, IssueType.WRONG_SIZE)]
    method, deadline = ReturnMethod.DROP_OFF, date(2026, 4, 12)
    return Return(rma, case, order, method, deadline, euro("59.90"), Payer.CUSTOMER, at, lines)


def an_exchange() -> Exchange:
    return Exchange("R1", "C1", "10480001", "SHOE-L", 1, euro("-5.00"), date(2026, 4, 12))


def an_escalation(
    conversation: str = "conversation", priority: Priority = Priority.NORMAL, at: datetime = NOW
) -> Escalation:
    facts = {"order": "10480001", "tries": 2}
    return Escalation(conversation, EscalationReason.ASKED_FOR_HUMAN, priority, at, "de", facts=facts)


def an_account(name: str = "mona") -> Account:
    return Account(f"a-{name}", name, name.title(), "$argon2id$…", Role.SUPERVISOR, NOW, ["de", "en"])


def an_inbound(id: str = "i1", conversation: str = "conversation", platform_id: str | None = None) -> InboundMessage:
    return InboundMessage(id, conversation, "web", platform_id or id, "hallo", NOW, {"language": "de"}, "Hallo")


async def a_shop(uow_factory: UowFactory, *, orders: int = 1) -> None:
    """Save a product, a customer and orders numbered from 10480001."""
    async with uow_factory() as uow:
        product, customer = a_product(), a_customer()
        uow.products.add(product)
        for number in range(orders):
            uow.orders.add(an_order(product, str(10480001 + number), customer))
        await uow.commit()


def plain(thing: Any) -> Any:
    """Return a thing as nested dicts and lists, for comparison: things have no equality of their own."""
    if is_dataclass(thing):
        return {field.name: plain(getattr(thing, field.name)) for field in fields(thing)}
    if isinstance(thing, list):
        return [plain(item) for item in thing]
    return thing
