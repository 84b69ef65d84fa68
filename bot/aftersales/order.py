"""Orders as the shop delivered them: lines, payments, parcels, and the proof of whose order it is."""

from __future__ import annotations

import hmac
import re
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.aftersales.catalogue import Product
from bot.aftersales.labels import Label
from bot.aftersales.money import Money

# No money in the owner's own currency, which only the owner knows.
_NOTHING: Any = None

_ASSUMED = "unknown"


class OrderState(Label):
    """Where an order stands."""

    PENDING = "pending"
    PAID = "paid"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    RETURNED = "returned"
    CANCELED = "canceled"


class ShipmentState(Label):
    """Where a parcel stands, as its carrier says."""

    LABEL_CREATED = "label_created"
    IN_TRANSIT = "in_transit"
    IN_CUSTOMS = "in_customs"
    OUT_FOR_DELIVERY = "out_for_delivery"
    DELIVERED = "delivered"
    LOST = "lost"
    RETURNED_TO_SENDER = "returned_to_sender"


@dataclass(eq=False)
class Customer:
    """Somebody who bought something; ``phone`` is E.164, ``language`` BCP 47, ``country`` ISO 3166 alpha-2."""

    id: str
    name: str
    email: str
    country: str
    language: str
    phone: str | None = None
    created_at: datetime | None = None


@dataclass(eq=False)
class TrackingEvent:
    """One scan of a parcel."""

    at: datetime
    state: ShipmentState
    location: str = ""
    id: int | None = None


@dataclass(eq=False)
class Shipment:
    """One parcel of an order."""

    id: str
    carrier: str
    tracking_number: str
    state: ShipmentState
    shipped_at: datetime | None = None
    promised_by: datetime | None = None
    delivered_at: datetime | None = None
    events: list[TrackingEvent] = field(default_factory=list)

    @property
    def stage(self) -> ShipmentState:
        """Return how far it has come: its state, but what has arrived stays so, and all ways to the door are one."""
        if self.delivered_at is not None:
            return ShipmentState.DELIVERED
        is_at_the_door = self.state is ShipmentState.OUT_FOR_DELIVERY
        return ShipmentState.IN_TRANSIT if is_at_the_door else self.state

    @property
    def last_event(self) -> TrackingEvent | None:
        """Return the newest scan, or None before the first."""
        return max(self.events, key=lambda event: event.at, default=None)

    def is_late(self, now: datetime) -> bool:
        """Tell whether the promised time has passed without delivery."""
        return self.delivered_at is None and self.promised_by is not None and now > self.promised_by


@dataclass(eq=False)
class Payment:
    """Money the customer paid for an order."""

    id: str
    method: str
    amount: Money
    paid_at: datetime


@dataclass(eq=False)
class OrderLine:
    """One line of an order; ``position`` counts from 1 and names the line in every conversation.

    ``unit_price`` is the price of one piece before ``discount``, which is taken off the whole line. ``tax`` is the
    part of what the whole line cost that is tax; it is included, not added.
    """

    position: int
    product: Product
    sku: str
    quantity: int
    unit_price: Money
    size: str | None = None
    color: str | None = None
    id: int | None = None
    discount: Money = _NOTHING
    tax: Money = _NOTHING

    def __post_init__(self) -> None:
        self.discount = self.discount or Money.zero(self.unit_price.currency)
        self.tax = self.tax or Money.zero(self.unit_price.currency)

    @property
    def total(self) -> Money:
        """Return what the whole line cost, its discount taken off, its tax included."""
        return self.unit_price * self.quantity - self.discount

    @property
    def variant_label(self) -> str:
        """Return size and colour in one short text."""
        return " / ".join(part for part in (self.size, self.color) if part)


@dataclass(eq=False)
class Address:
    """Where a parcel goes; ``country`` is ISO 3166 alpha-2."""

    name: str
    street: str
    postcode: str
    city: str
    country: str


@dataclass(eq=False)
class Order:
    """One purchase of one customer, all amounts in one currency.

    ``total`` is the sum of the lines after their discounts, ``shipping_fee`` and ``duties``, which are the import
    charges that the customer paid to the shop at checkout.
    """

    number: str
    customer: Customer
    state: OrderState
    placed_at: datetime
    address: Address
    shipping_fee: Money
    total: Money
    lines: list[OrderLine] = field(default_factory=list)
    payments: list[Payment] = field(default_factory=list)
    shipments: list[Shipment] = field(default_factory=list)
    duties: Money = _NOTHING

    def __post_init__(self) -> None:
        self.duties = self.duties or Money.zero(self.total.currency)

    @property
    def paid(self) -> Money:
        """Return what the customer has paid for this order.

        A shop need not tell its payments: then whatever went beyond pending was paid in full.
        """
        if self.payments:
            return sum((payment.amount for payment in self.payments), start=Money.zero(self.currency))
        return Money.zero(self.currency) if self.state is OrderState.PENDING else self.total

    @property
    def assumed_payment(self) -> Payment | None:
        """Return the payment that stands for those which the shop did not tell, or None; no provider knows it."""
        only = self.payments[0] if len(self.payments) == 1 else None
        return only if only and (only.id, only.method) == (self._assumed_id, _ASSUMED) else None

    @property
    def told_payments(self) -> list[Payment]:
        """Return the payments that the shop told."""
        return [] if self.assumed_payment else self.payments

    def assume_payment(self) -> None:
        """Keep what counts as paid without told payments, so that it changes no more with the total."""
        if self.paid and not self.payments:
            self.payments.append(Payment(self._assumed_id, _ASSUMED, self.paid, self.placed_at))

    @property
    def _assumed_id(self) -> str:
        # That of the first payment which is told, and takes its place.
        return f"{self.number}-p1"

    @property
    def currency(self) -> str:
        """Return the ISO 4217 code all amounts of this order are in."""
        return self.total.currency

    @property
    def delivered_at(self) -> datetime | None:
        """Return when the last parcel arrived, or None while one is still on its way."""
        return self.arrived_at if all(shipment.delivered_at for shipment in self.shipments) else None

    @property
    def arrived_at(self) -> datetime | None:
        """Return when the last of the parcels that are there arrived, or None where none is."""
        return max((shipment.delivered_at for shipment in self.shipments if shipment.delivered_at), default=None)

    @property
    def is_split(self) -> bool:
        """Tell whether its parcels fare differently: nobody knows which pieces are in which."""
        return len({shipment.stage for shipment in self.shipments}) > 1

    def line(self, position: int) -> OrderLine | None:
        """Return the line at a position, or None."""
        return next((line for line in self.lines if line.position == position), None)

    def is_proved_by(self, factor: str, *, by_email_only: bool = False) -> bool:
        """Tell whether an e-mail address, four last phone digits, a phone number or a postcode is this order's.

        With ``by_email_only`` nothing but the whole e-mail address counts.
        Every comparison runs in constant time, and all of them always run, so that neither the answer nor its
        timing tells which one was close.
        """
        given = _folded(factor)
        digits = re.sub(r"\D", "", given)
        phone = re.sub(r"\D", "", self.customer.phone or "")
        matches = [
            _same(given, _folded(self.customer.email)),
            _same(_compact(given), _compact(_folded(self.address.postcode))) and len(_compact(given)) >= 3,
            _same(digits, phone[-4:]) and len(digits) == 4,
            _same(digits[-9:], phone[-9:]) and len(digits) >= 9,
        ]
        return any(matches[:1] if by_email_only else matches)


def normalised_number(text: str) -> str:
    """Return an order number as it is stored: upper case, without spaces, dashes, dots or hashes."""
    return re.sub(r"[\s\-–—.#_/]", "", unicodedata.normalize("NFKC", text)).upper()


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().casefold()


def _compact(text: str) -> str:
    return re.sub(r"[\s-]", "", text)


def _same(left: str, right: str) -> bool:
    return hmac.compare_digest(left.encode(), right.encode())
