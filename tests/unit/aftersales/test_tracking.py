"""Scans of a parcel lead to the same place in whatever order they come."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.aftersales.order import OrderState, ShipmentState, TrackingEvent
from bot.aftersales.tracking import scan
from tests.unit.aftersales.builders import NOW, an_order

S = ShipmentState
WAY = [S.LABEL_CREATED, S.IN_TRANSIT, S.IN_CUSTOMS, S.OUT_FOR_DELIVERY, S.DELIVERED]


def event(hours: int, state: ShipmentState) -> TrackingEvent:
    return TrackingEvent(NOW + timedelta(hours=hours), state, "Leipzig")


@given(st.permutations(list(enumerate(WAY))))
def test_the_order_of_arrival_does_not_matter(scans: list[tuple[int, ShipmentState]]) -> None:
    order = an_order(delivered_days_ago=None, state=OrderState.PAID, shipment=S.LABEL_CREATED)
    (parcel,) = order.shipments
    for hours, state in scans:
        assert scan(order, parcel, event(hours, state))
    assert (parcel.state, parcel.delivered_at) == (S.DELIVERED, NOW + timedelta(hours=4))
    assert parcel.shipped_at == NOW + timedelta(hours=1)
    assert order.state is OrderState.DELIVERED


def test_a_scan_that_is_known_is_no_news() -> None:
    order = an_order(delivered_days_ago=None)
    assert scan(order, order.shipments[0], event(0, S.IN_TRANSIT))
    assert not scan(order, order.shipments[0], event(0, S.IN_TRANSIT))
    assert len(order.shipments[0].events) == 1


def test_a_parcel_that_goes_back_after_delivery_is_not_there() -> None:
    order = an_order()
    scan(order, order.shipments[0], event(1, S.RETURNED_TO_SENDER))
    assert order.delivered_at is None
    assert order.state is OrderState.SHIPPED


def test_a_canceled_order_stays_canceled() -> None:
    order = an_order(delivered_days_ago=None, state=OrderState.CANCELED)
    scan(order, order.shipments[0], event(1, S.IN_TRANSIT))
    assert order.state is OrderState.CANCELED
