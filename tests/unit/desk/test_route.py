"""The way of a parcel as the panel draws it."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from bot.aftersales.order import Order, Shipment, ShipmentState, TrackingEvent
from bot.desk.route import StopKind, route_of
from tests.unit.aftersales.builders import an_order

NOW = datetime(2026, 11, 22, 12, tzinfo=timezone.utc)


def scan(days_ago: float, state: ShipmentState, place: str) -> TrackingEvent:
    return TrackingEvent(NOW - timedelta(days=days_ago), state, place)


def parcel(state: ShipmentState, *events: TrackingEvent) -> tuple[Shipment, Order]:
    order = an_order()
    shipment = order.shipments[0]
    shipment.state, shipment.events = state, list(events)
    shipment.delivered_at = events[-1].at if state is ShipmentState.DELIVERED else None
    return shipment, order


def test_scans_at_one_place_are_one_stop_and_the_destination_lies_ahead() -> None:
    shipment, order = parcel(
        ShipmentState.IN_TRANSIT,
        scan(4, ShipmentState.LABEL_CREATED, "Rotterdam"),
        scan(3.5, ShipmentState.IN_TRANSIT, "Rotterdam"),
        scan(1, ShipmentState.IN_TRANSIT, "Leipzig hub"),
    )
    first, here, ahead = route_of(shipment, order, NOW)
    assert (first.place, len(first.events), first.kind, first.since_last) == ("Rotterdam", 2, StopKind.PASSED, None)
    assert (here.kind, here.since_last) == (StopKind.HERE, timedelta(days=2.5))
    assert (ahead.kind, ahead.place, ahead.since_last) == (StopKind.AHEAD, order.address.city, timedelta(days=1))
    assert not any(stop.is_silent for stop in (first, here, ahead))


def test_a_parcel_that_nobody_heard_of_for_long_is_marked() -> None:
    shipment, order = parcel(ShipmentState.IN_TRANSIT, scan(9, ShipmentState.IN_TRANSIT, "Rotterdam"))
    assert [stop.is_silent for stop in route_of(shipment, order, NOW)] == [False, True]


def test_a_delivered_parcel_has_arrived_and_nothing_lies_ahead() -> None:
    shipment, order = parcel(
        ShipmentState.DELIVERED,
        scan(3, ShipmentState.IN_CUSTOMS, "Basel"),
        scan(1, ShipmentState.DELIVERED, "Leipzig"),
    )
    customs, arrived = route_of(shipment, order, NOW)
    assert (customs.is_trouble, arrived.kind) == (True, StopKind.ARRIVED)


def test_a_parcel_without_scans_shows_where_it_goes() -> None:
    shipment, order = parcel(ShipmentState.LABEL_CREATED)
    (ahead,) = route_of(shipment, order, NOW)
    assert (ahead.kind, ahead.since_last) == (StopKind.AHEAD, None)
