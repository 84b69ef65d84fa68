"""What a parcel's scans tell: whether it is late, when it moved last, and whether a search for it is over."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.aftersales.labels import IssueType
from bot.aftersales.order import Order, Shipment, ShipmentState
from bot.aftersales.policy_terms import Row

_UNDER_WAY = frozenset({ShipmentState.IN_TRANSIT, ShipmentState.OUT_FOR_DELIVERY})


@dataclass(frozen=True)
class Search:
    """A carrier's search: its last day, None where no parcel's silence can end it, and whether it is over."""

    until: date | None
    is_over: bool


def search_of(order: Order, row: Row, issue: IssueType, now: datetime) -> Search | None:
    """Return how the search for an order's parcels stands, or None where the issue knows no search.

    It is over at once where the carrier itself says that a parcel is lost. Silence ends it for parcels under way, and
    for parcels the customer denies having; one in customs or on its way back is not lost however long it takes.
    """
    if row.wait_days is None:
        return None
    if any(shipment.state is ShipmentState.LOST for shipment in order.shipments):
        return Search(None, is_over=True)
    searched = _delivered(order) if issue is IssueType.DELIVERED_NOT_RECEIVED else _under_way(order)
    moved = [at for shipment in searched if (at := last_moved_at(shipment)) is not None]
    if not moved:
        return Search(None, is_over=False)
    until = max(moved).date() + timedelta(days=row.wait_days)
    return Search(until, is_over=now.date() > until)


def searched_parcel(order: Order, issue: IssueType, others: Collection[str] = ()) -> Shipment | None:
    """Return the parcel to be searched for: one the carrier has lost, else the one that has been silent for longest.

    Of several equally good ones it is none of ``others``, the numbers of those that are searched for already. None for
    an order without parcels.
    """
    denied = _delivered(order) if issue is IssueType.DELIVERED_NOT_RECEIVED else _under_way(order)
    lost = [shipment for shipment in order.shipments if shipment.state is ShipmentState.LOST]
    missing = [shipment for shipment in order.shipments if shipment.delivered_at is None]
    for parcels in (lost, denied, missing, order.shipments):
        free = [shipment for shipment in parcels if shipment.tracking_number not in others]
        if parcels:
            return min(free or parcels, key=lambda shipment: last_moved_at(shipment) or order.placed_at)
    return None


def last_moved_at(shipment: Shipment) -> datetime | None:
    """Return when a parcel was seen last, or None where it never moved."""
    event = shipment.last_event
    moments = [at for at in (event.at if event else None, shipment.delivered_at, shipment.shipped_at) if at]
    return max(moments, default=None)


def was_late(shipment: Shipment, now: datetime) -> bool:
    """Tell whether a parcel arrived after the promised time, or has not arrived although it has passed."""
    if shipment.promised_by is None:
        return False
    return (shipment.delivered_at or now) > shipment.promised_by


def _delivered(order: Order) -> list[Shipment]:
    return [shipment for shipment in order.shipments if shipment.delivered_at is not None]


def _under_way(order: Order) -> list[Shipment]:
    return [shipment for shipment in order.shipments if shipment.state in _UNDER_WAY]
