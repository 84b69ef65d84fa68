from __future__ import annotations

from datetime import timedelta

import pytest

from bot.aftersales.investigation import Fact, look_up, overpaid
from bot.aftersales.labels import IssueType
from bot.aftersales.order import Order, OrderState, Payment, Shipment, ShipmentState, TrackingEvent
from bot.aftersales.refund import Refund, RefundBreakdown, RefundState
from tests.unit.aftersales.builders import NOW, an_order, euros


def fact(order: Order, issue: IssueType, refunds: list[Refund] | None = None) -> Fact | None:
    found = look_up(order, issue, refunds or [], [], NOW, 14)
    return found.fact if found else None


def parcel(state: ShipmentState, *, promised: int | None = None, silent: int = 1) -> Order:
    order = an_order(delivered_days_ago=None)
    promised_by = None if promised is None else NOW + timedelta(days=promised)
    shipment = Shipment("s", "Kranich Paket", "KP1", state, promised_by=promised_by)
    shipment.events = [TrackingEvent(NOW - timedelta(days=silent), state, "Leipzig")]
    order.shipments = [shipment]
    return order


def refund(state: RefundState, *, sent_days_ago: int | None = None) -> Refund:
    made = Refund(
        "F1000001", "key", "C1000001", "10482733", "return", NOW, NOW, RefundBreakdown.of_overpaid(euros(5)), euros(5)
    )
    made.state = state
    if sent_days_ago is not None:
        made.sent_at = NOW - timedelta(days=sent_days_ago)
        made.arrives_by = (made.sent_at + timedelta(days=5)).date()
    return made


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (parcel(ShipmentState.IN_TRANSIT, promised=2), Fact.ON_TIME),
        (parcel(ShipmentState.IN_TRANSIT, promised=-2), Fact.LATE),
        (parcel(ShipmentState.IN_TRANSIT, promised=-2, silent=9), Fact.SILENT),
        (parcel(ShipmentState.IN_TRANSIT), Fact.UNDERWAY),
        (parcel(ShipmentState.LOST), Fact.LOST),
        (parcel(ShipmentState.RETURNED_TO_SENDER), Fact.RETURNING),
        (parcel(ShipmentState.IN_CUSTOMS), Fact.IN_CUSTOMS),
        (parcel(ShipmentState.LABEL_CREATED), Fact.NOT_SHIPPED),
        (an_order(), Fact.DELIVERED),
    ],
)
def test_of_a_parcel_the_carrier_tells(order: Order, expected: Fact) -> None:
    assert fact(order, IssueType.LATE_DELIVERY) is expected
    assert fact(order, IssueType.DELIVERED_NOT_RECEIVED) is expected


def test_an_order_without_a_parcel_has_not_been_shipped() -> None:
    order = an_order(delivered_days_ago=None, state=OrderState.PAID)
    order.shipments = []
    assert fact(order, IssueType.LATE_DELIVERY) is Fact.NOT_SHIPPED


def test_payments_are_compared_with_the_total_and_what_went_back() -> None:
    order = an_order()
    order.payments = [Payment("p", "card", order.total, NOW)]
    assert fact(order, IssueType.OVERCHARGED) is Fact.PAID_RIGHT
    order.payments.append(Payment("q", "card", euros(5), NOW))
    assert fact(order, IssueType.OVERCHARGED) is Fact.OVERPAID
    assert overpaid(order, [refund(RefundState.CANCELED)]) == euros(5)
    assert fact(order, IssueType.OVERCHARGED, [refund(RefundState.AGREED)]) is Fact.PAID_RIGHT


@pytest.mark.parametrize(
    ("refunds", "expected"),
    [
        ([], Fact.NO_REFUND),
        ([refund(RefundState.AGREED)], Fact.REFUND_EXPECTED),
        ([refund(RefundState.CANCELED)], Fact.NO_REFUND),
        ([refund(RefundState.SENT, sent_days_ago=2)], Fact.REFUND_SENT),
        ([refund(RefundState.SENT, sent_days_ago=9)], Fact.REFUND_OVERDUE),
    ],
)
def test_of_a_missing_refund_the_newest_counts(refunds: list[Refund], expected: Fact) -> None:
    assert fact(an_order(), IssueType.REFUND_MISSING, refunds) is expected


def test_duties_are_looked_up_in_the_order() -> None:
    order = an_order()
    assert fact(order, IssueType.CUSTOMS_CHARGES) is Fact.DUTIES_OPEN
    order.duties = euros(12)
    assert fact(order, IssueType.CUSTOMS_CHARGES) is Fact.DUTIES_PAID


def test_of_the_goods_only_the_customer_can_tell() -> None:
    assert fact(an_order(), IssueType.DAMAGED) is None
