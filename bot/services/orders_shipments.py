"""What a source tells about the parcels of an order."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from bot.aftersales import tracking
from bot.aftersales.order import Order, Shipment, ShipmentState, TrackingEvent
from bot.services.ports import UnitOfWork
from bot.services.scans import follow


async def merge_shipments(uow: UnitOfWork, known: Order, order: Order, now: datetime) -> bool:
    """Bring the parcels of a known order up to date, and tell whether that changed them.

    Parcels are the same where their tracking numbers are. Scans that the shop or a carrier has reported are never
    taken back: as everywhere, the newest by its own time decides.
    """
    changed = False
    for told in order.shipments:
        parcel = next((one for one in known.shipments if one.tracking_number == told.tracking_number), None)
        if parcel is None:
            parcel = Shipment(_free_id(known), told.carrier, told.tracking_number, ShipmentState.LABEL_CREATED)
            known.shipments.append(parcel)
            changed = True
        changed = _describe(parcel, told) or changed
        for event in list(_scans(parcel, told, now)):
            if tracking.scan(known, parcel, event):
                changed = True
                if parcel.state is event.state:
                    await follow(uow, known, parcel, now)
    return changed


def _free_id(order: Order) -> str:
    taken = {parcel.id for parcel in order.shipments}
    return next(name for count in range(1, len(taken) + 2) if (name := f"{order.number}-s{count}") not in taken)


def _describe(parcel: Shipment, told: Shipment) -> bool:
    before = (parcel.carrier, parcel.promised_by, parcel.shipped_at)
    parcel.carrier = told.carrier
    parcel.promised_by = told.promised_by or parcel.promised_by
    parcel.shipped_at = parcel.shipped_at or told.shipped_at
    return before != (parcel.carrier, parcel.promised_by, parcel.shipped_at)


def _scans(parcel: Shipment, told: Shipment, now: datetime) -> Iterator[TrackingEvent]:
    """Yield the scans of a parcel that may be news, and one for its state where no scan bears it out."""
    yield from (TrackingEvent(event.at, event.state, event.location) for event in told.events)
    last = told.last_event
    if told.state is parcel.state or (last is not None and last.state is told.state):
        return
    if told.state is ShipmentState.DELIVERED and told.delivered_at is not None:
        yield TrackingEvent(told.delivered_at, told.state)
    elif parcel.state is ShipmentState.LABEL_CREATED:
        yield TrackingEvent(told.shipped_at or now, told.state)
    elif parcel.state is not ShipmentState.DELIVERED and told.state is not ShipmentState.LABEL_CREATED:
        # Such a state comes without a time, and must not be older than the scan that it follows.
        newest = parcel.last_event
        at = max(now, newest.at) if newest else now
        yield TrackingEvent(at, told.state)
