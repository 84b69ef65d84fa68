"""The facts of an order that tell who answers for what went wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

from bot.aftersales.guarantee import guarantee_of
from bot.aftersales.money import Money
from bot.aftersales.order import Order, OrderState, Shipment, ShipmentState
from bot.aftersales.search import last_moved_at, was_late
from bot.aftersales.selection import Selection

DELIVERED_WITHIN = timedelta(days=30)
"""How long after the order goods may take where nothing was promised (Directive 2011/83/EU art. 18; 16 CFR 435.2)."""

_LONGEST_PAGE = 4000
_IN_THE_WAREHOUSE = frozenset({OrderState.PENDING, OrderState.PAID, OrderState.CANCELED})


class Facts:
    """What is known of an order, as the rules ask for it.

    ``guarantee_days`` are the policy's for faulty goods, None without end; ``extended`` maps positions of lines with
    a longer warranty to its last day.
    """

    def __init__(
        self,
        order: Order,
        now: datetime,
        selections: Sequence[Selection],
        guarantee_days: int | None = 0,
        extended: Mapping[int, date] | None = None,
    ) -> None:
        self.order = order
        self.now = now
        self.lines = [selection.line for selection in selections] or order.lines
        self.guarantee = guarantee_of(order, self.lines, guarantee_days, extended or {})

    def any_is(self, state: ShipmentState) -> bool:
        """Tell whether a parcel is in a state."""
        return any(shipment.state is state for shipment in self.order.shipments)

    def was_handed_over(self) -> bool:
        """Tell whether the carrier had any parcel; of an order without one the shop's word counts."""
        if not self.order.shipments:
            return self.order.state not in _IN_THE_WAREHOUSE
        return any(
            _handed_over_at(shipment) is not None or shipment.state is not ShipmentState.LABEL_CREATED
            for shipment in self.order.shipments
        )

    def should_be_there(self) -> bool:
        """Tell whether the time has passed within which the goods were promised, or else have to come."""
        promises = [shipment.promised_by for shipment in self.order.shipments if shipment.promised_by]
        return self.now > min(promises, default=self.order.placed_at + DELIVERED_WITHIN)

    def was_handed_over_late(self) -> bool:
        """Tell whether a parcel reached the carrier only after the promised time."""
        return any(_missed_promise_in_the_warehouse(shipment, self.now) for shipment in self.order.shipments)

    def is_late(self) -> bool:
        """Tell whether a parcel was or is late."""
        return any(was_late(shipment, self.now) for shipment in self.order.shipments)

    def days_without_scan(self) -> int | None:
        """Return for how many days no parcel under way has moved, or None where none ever did."""
        open_ = [shipment for shipment in self.order.shipments if shipment.delivered_at is None]
        moved = [at for shipment in open_ if (at := last_moved_at(shipment)) is not None]
        return (self.now - max(moved)).days if moved else None

    def days_since_delivery(self) -> int | None:
        """Return how long the order, or the last that came of it, has been there, in days; None where nothing is."""
        arrived_at = self.order.arrived_at
        return (self.now - arrived_at).days if arrived_at else None

    def was_delivered_elsewhere(self) -> bool:
        """Tell whether a delivery scan names another place than the address."""
        return any(_is_elsewhere(shipment, self.order.address.city) for shipment in self.order.shipments)

    def supplier(self) -> str | None:
        """Return who made the goods, where the shop knows."""
        return next((line.product.supplier for line in self.lines if line.product.supplier), None)

    def is_in_guarantee(self) -> bool:
        """Tell whether the legal guarantee, or the goods' own, still runs."""
        return self.guarantee is not None and self.guarantee.covers(self.now.date())

    def is_extended(self) -> bool:
        """Tell whether a longer warranty that was given still runs."""
        return self.guarantee is not None and self.now.date() <= self.guarantee.warranty

    def warranty_months(self) -> int:
        """Return the shortest guarantee of the goods, in months."""
        return min((line.product.warranty_months for line in self.lines), default=0)

    def product_page(self) -> str:
        """Return what the shop's page says of the goods now, cut where it is more than anybody reads."""
        pages = {line.product.id: line.product for line in self.lines if line.product.description}
        text = "\n".join(f"{product.title}: {product.description}" for product in pages.values())
        return text if len(text) <= _LONGEST_PAGE else f"{text[: _LONGEST_PAGE - 1]}…"

    def paid(self) -> Money:
        """Return the sum of the payments that are known."""
        return sum((payment.amount for payment in self.order.payments), start=Money.zero(self.order.currency))

    def named(self, name: str) -> str:
        """Return a fact as text; what is not known is empty."""
        values: dict[str, Callable[[], object]] = {
            "parcels": lambda: ", ".join(shipment.state.value for shipment in self.order.shipments),
            "promised_by": lambda: _newest(shipment.promised_by for shipment in self.order.shipments),
            "handed_over_at": lambda: _newest(_handed_over_at(shipment) for shipment in self.order.shipments),
            "delivered_at": lambda: _newest(shipment.delivered_at for shipment in self.order.shipments),
            "days_without_scan": self.days_without_scan,
            "days_since_delivery": self.days_since_delivery,
            "delivered_elsewhere": self.was_delivered_elsewhere,
            "skus": lambda: ", ".join(line.sku for line in self.lines),
            "product_page": self.product_page,
            "supplier": self.supplier,
            "warranty_months": self.warranty_months,
            "guaranteed_until": lambda: self.guarantee.until if self.guarantee else None,
            "paid": self.paid,
            "placed_at": lambda: self.order.placed_at.isoformat(),
            "total": lambda: self.order.total,
            "duties_at_checkout": lambda: self.order.duties,
        }
        value = values[name]()
        return "" if value is None else str(value)


def _handed_over_at(shipment: Shipment) -> datetime | None:
    """Return when the carrier had a parcel first: the shop says so, or a scan beyond the announcement does."""
    scans = [event.at for event in shipment.events if event.state is not ShipmentState.LABEL_CREATED]
    known = [at for at in (shipment.shipped_at, min(scans, default=None), shipment.delivered_at) if at]
    return min(known, default=None)


def _missed_promise_in_the_warehouse(shipment: Shipment, now: datetime) -> bool:
    if shipment.promised_by is None:
        return False
    handed_over_at = _handed_over_at(shipment)
    if handed_over_at is None:
        return shipment.state is ShipmentState.LABEL_CREATED and now > shipment.promised_by
    return handed_over_at > shipment.promised_by


def _is_elsewhere(shipment: Shipment, city: str) -> bool:
    """Tell whether the delivery scan names another place than the address; a scan without a place tells nothing."""
    event = shipment.last_event
    if event is None or event.state is not ShipmentState.DELIVERED or not event.location or not city:
        return False
    place, wanted = event.location.casefold(), city.casefold()
    # A place in another script cannot be compared with the address.
    if place.isascii() != wanted.isascii():
        return False
    return wanted not in place and place.split(",")[0].strip() not in wanted


def _newest(moments: Iterable[datetime | None]) -> str:
    known = [moment for moment in moments if moment is not None]
    return max(known).isoformat() if known else ""
