"""Demo orders from their course: what happened to an order, told in days before now."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta, timezone
from decimal import Decimal

from bot.aftersales.catalogue import Product, Variant
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
)
from bot.services.demo_catalogue import BASE_CURRENCY, Country

WAREHOUSE = "Leipzig, DE"
#: Inside the customs union of the warehouse: parcels to everywhere else pass customs.
CUSTOMS_UNION = frozenset({"DE", "AT", "ES", "FR", "IT", "NL", "PL"})

_FREE_SHIPPING_FROM = Decimal(100)
_LOCAL_FEE = Money(Decimal("4.90"), BASE_CURRENCY)
_OVERSEAS_FEE = Money(Decimal("14.90"), BASE_CURRENCY)
_LABEL_BEFORE = timedelta(hours=4)
_ROUND_OF_A_VAN = timedelta(hours=3)
# UPU S10: weights of the check digit of a postal item number.
_S10_WEIGHTS = (8, 6, 4, 2, 3, 5, 9, 7)


@dataclass(frozen=True)
class Parcel:
    """How a parcel travelled, in days before now; a promise in the future is negative.

    ``end`` is the day of the newest scan, which is the delivery where ``state`` says so.
    """

    state: ShipmentState
    shipped: int
    promised: int
    end: int


@dataclass(frozen=True)
class Course:
    """What happened to an order, in days before now; ``charges`` counts how often the customer paid."""

    state: OrderState
    placed: int
    parcels: tuple[Parcel, ...] = ()
    charges: int = 1
    method: str = "card"


@dataclass(frozen=True)
class Checkout:
    """What else happened at checkout: a coupon of some percent, and import charges paid in advance."""

    coupon_percent: int = 0
    pays_duties: bool = False


def delivered(days_ago: int, *, late_by: int = 0) -> Course:
    """Return the course of an order that arrived some days ago, as promised or some days late."""
    shipped = days_ago + 4 + late_by
    promised = days_ago + late_by if late_by else days_ago - 1
    parcel = Parcel(ShipmentState.DELIVERED, shipped, promised, end=days_ago)
    return Course(OrderState.DELIVERED, shipped + 1, (parcel,))


def under_way(
    state: ShipmentState,
    *,
    shipped: int,
    promised: int,
    last_scan: int,
    order: OrderState = OrderState.SHIPPED,
) -> Course:
    """Return the course of an order whose parcel has not arrived."""
    return Course(order, shipped + 1, (Parcel(state, shipped, promised, last_scan),))


class OrderFactory:
    """Makes orders of a catalogue for one present moment."""

    def __init__(self, catalogue: Iterable[Product], countries: dict[str, Country], now: datetime) -> None:
        self._goods = {variant.sku: (product, variant) for product in catalogue for variant in product.variants}
        self._countries = countries
        self._today = now.astimezone(timezone.utc).date()

    def moment(self, days_ago: int, hour: int, minute: int = 0) -> datetime:
        """Return a time of day some days ago, or days ahead where negative; in UTC."""
        return datetime.combine(self._today - timedelta(days=days_ago), time(hour, minute), timezone.utc)

    def make(
        self,
        number: str,
        customer: Customer,
        address: Address,
        items: Iterable[tuple[str, int]],
        course: Course,
        checkout: Checkout = Checkout(),
    ) -> Order:
        """Return an order of ``(sku, quantity)`` items, in the currency of the customer's country."""
        country = self._countries[customer.country]
        goods = [(*self._goods[sku], quantity) for sku, quantity in items]
        lines = [
            _line(position, product, variant, quantity, country, checkout)
            for position, (product, variant, quantity) in enumerate(goods, start=1)
        ]
        fee = _fee(goods, country)
        worth = sum((line.total for line in lines), start=Money.zero(country.currency))
        duties = worth * (country.duty if checkout.pays_duties else Decimal(0))
        total = worth + fee + duties
        placed_at = self.moment(course.placed, 8, int(number) % 60)
        return Order(
            number=number,
            customer=customer,
            state=course.state,
            placed_at=placed_at,
            # The address of an order can be changed without moving the customer's other orders.
            address=replace(address),
            shipping_fee=fee,
            total=total,
            lines=lines,
            payments=[
                Payment(f"{number}-p{count}", course.method, total, placed_at + timedelta(minutes=2 * count))
                for count in range(1, course.charges + 1)
            ],
            shipments=[
                self._shipment(f"{number}-s{count}", parcel, country, address)
                for count, parcel in enumerate(course.parcels, start=1)
            ],
            duties=duties,
        )

    def _shipment(self, shipment_id: str, parcel: Parcel, country: Country, address: Address) -> Shipment:
        minute = int(re.sub(r"\D", "", shipment_id)) % 60
        shipped_at = self.moment(parcel.shipped, 15, minute)
        end = self.moment(parcel.end, 10, minute)
        return Shipment(
            id=shipment_id,
            carrier=country.carrier,
            tracking_number=tracking_number(shipment_id),
            state=parcel.state,
            shipped_at=shipped_at,
            promised_by=self.moment(parcel.promised, 20),
            delivered_at=end if parcel.state is ShipmentState.DELIVERED else None,
            events=_scans(_route(parcel.state, country, address), shipped_at, end),
        )


def tracking_number(shipment_id: str) -> str:
    """Return a postal item number (UPU S10), such as ``LX593590345DE``, which no order number looks like."""
    # Multiplying by a number coprime to 10**8 shuffles the serials and keeps them distinct.
    order_number, _, parcel = shipment_id.partition("-s")
    serial = f"{(int(order_number) * 7_919_003 + 31) % 10**8:08d}"
    remainder = 11 - sum(int(digit) * weight for digit, weight in zip(serial, _S10_WEIGHTS)) % 11
    check = {10: 0, 11: 5}.get(remainder, remainder)
    return f"L{chr(ord('W') + int(parcel))}{serial}{check}DE"


def _line(
    position: int, product: Product, variant: Variant, quantity: int, country: Country, checkout: Checkout
) -> OrderLine:
    line = OrderLine(
        position=position,
        product=product,
        sku=variant.sku,
        quantity=quantity,
        unit_price=country.price(variant.price),
        size=variant.size,
        color=variant.color,
    )
    line.discount = line.total * (Decimal(checkout.coupon_percent) / 100)
    line.tax = line.total * (country.tax / (1 + country.tax))
    return line


def _fee(goods: list[tuple[Product, Variant, int]], country: Country) -> Money:
    worth = sum(variant.price.amount * quantity for _, variant, quantity in goods)
    if worth >= _FREE_SHIPPING_FROM:
        return Money.zero(country.currency)
    return country.price(_LOCAL_FEE if country.code in CUSTOMS_UNION else _OVERSEAS_FEE)


def _route(state: ShipmentState, country: Country, address: Address) -> list[tuple[ShipmentState, str]]:
    """Return the scans of a parcel from the label to the present state, each with its place."""
    route = [
        (ShipmentState.LABEL_CREATED, WAREHOUSE),
        (ShipmentState.IN_TRANSIT, WAREHOUSE),
        (ShipmentState.IN_TRANSIT, country.hub),
    ]
    if state in (ShipmentState.IN_TRANSIT, ShipmentState.LOST):
        # Nobody scans a lost parcel: its tracking just stops.
        return route
    if country.code not in CUSTOMS_UNION:
        route.append((ShipmentState.IN_CUSTOMS, country.hub))
    if state is ShipmentState.IN_CUSTOMS:
        return route
    route.append((ShipmentState.OUT_FOR_DELIVERY, address.city))
    return route if state is ShipmentState.OUT_FOR_DELIVERY else [*route, (state, address.city)]


def _scans(route: list[tuple[ShipmentState, str]], shipped_at: datetime, end: datetime) -> list[TrackingEvent]:
    """Spread the scans of a route between departure and end; a van that delivers left the same morning."""
    at_the_door = route[-2][0] is ShipmentState.OUT_FOR_DELIVERY
    way = route[1:-1] if at_the_door else route[1:]
    arrival = end - _ROUND_OF_A_VAN if at_the_door else end
    step = (arrival - shipped_at) / (len(way) - 1)
    times = [shipped_at - _LABEL_BEFORE, *(shipped_at + step * count for count in range(len(way)))]
    if at_the_door:
        times.append(end)
    return [
        TrackingEvent(moment.replace(second=0, microsecond=0), state, place)
        for moment, (state, place) in zip(times, route)
    ]
