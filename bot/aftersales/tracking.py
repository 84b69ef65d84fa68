"""What a scan says about a parcel and about the order it belongs to; scans may come late and in any order."""

from __future__ import annotations

from bot.aftersales.order import Order, OrderState, Shipment, ShipmentState, TrackingEvent

_NOT_THERE = frozenset({ShipmentState.LOST, ShipmentState.RETURNED_TO_SENDER})
_FOLLOWS_PARCELS = frozenset({OrderState.PAID, OrderState.SHIPPED, OrderState.DELIVERED})


def scan(order: Order, shipment: Shipment, event: TrackingEvent) -> bool:
    """Add a scan to a parcel of an order, and tell whether it is news; the newest by its own time decides."""
    if any((known.at, known.state) == (event.at, event.state) for known in shipment.events):
        return False
    shipment.events.append(event)
    newest = max(shipment.events, key=lambda known: known.at)
    shipment.state = newest.state
    if event.state is not ShipmentState.LABEL_CREATED:
        shipment.shipped_at = min(shipment.shipped_at or event.at, event.at)
    arrivals = [known.at for known in shipment.events if known.state is ShipmentState.DELIVERED]
    if newest.state in _NOT_THERE:
        shipment.delivered_at = None
    elif arrivals and shipment.delivered_at is None:
        shipment.delivered_at = min(arrivals)
    _follow(order)
    return True


def _follow(order: Order) -> None:
    """Move the order where its parcels are."""
    if order.state not in _FOLLOWS_PARCELS:
        return
    if order.delivered_at is not None:
        order.state = OrderState.DELIVERED
    elif any(parcel.state is not ShipmentState.LABEL_CREATED for parcel in order.shipments):
        order.state = OrderState.SHIPPED
