"""What the shop's own records say about a complaint, looked up before anything is offered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.aftersales.labels import IssueType, Label
from bot.aftersales.money import Money
from bot.aftersales.order import Order, OrderState, Shipment, ShipmentState
from bot.aftersales.refund import DUE, Refund, RefundState
from bot.aftersales.return_ import Return, ReturnState

SILENT_AFTER = timedelta(days=5)
"""How long a parcel may go without a scan before its silence is worth a word."""

_PARCEL = frozenset(
    {
        IssueType.LATE_DELIVERY,
        IssueType.LOST_PARCEL,
        IssueType.DELIVERED_NOT_RECEIVED,
        IssueType.CUSTOMS_HOLD,
    }
)


class Fact(Label):
    """What was found."""

    NOT_SHIPPED = "not_shipped"
    ON_TIME = "on_time"
    LATE = "late"
    UNDERWAY = "underway"
    LOST = "lost"
    SILENT = "silent"
    DELIVERED = "delivered"
    RETURNING = "returning"
    IN_CUSTOMS = "in_customs"
    PAID_RIGHT = "paid_right"
    OVERPAID = "overpaid"
    REFUND_SENT = "refund_sent"
    REFUND_OVERDUE = "refund_overdue"
    REFUND_EXPECTED = "refund_expected"
    REFUND_WAITS = "refund_waits"
    NO_REFUND = "no_refund"
    DUTIES_PAID = "duties_paid"
    DUTIES_OPEN = "duties_open"


@dataclass(frozen=True)
class Discovery:
    """One fact with what belongs to it; what does not apply is None."""

    fact: Fact
    shipment: Shipment | None = None
    day: date | None = None
    by: date | None = None
    days: int | None = None
    amount: Money | None = None
    paid: Money | None = None
    total: Money | None = None
    rma: str | None = None


def look_up(
    order: Order,
    issue: IssueType,
    refunds: Sequence[Refund],
    returns: Sequence[Return],
    now: datetime,
    refund_days: int,
) -> Discovery | None:
    """Return what the records say about an issue, or None where only the goods or the customer can tell.

    ``refunds`` and ``returns`` are those of the order, newest first; ``refund_days`` is what policy promises for the
    time between an agreed refund and its sending.
    """
    if issue in _PARCEL:
        return _parcel(order, now)
    if issue is IssueType.OVERCHARGED:
        return _payments(order, refunds)
    if issue is IssueType.REFUND_MISSING:
        return _refund(refunds, returns, now, refund_days)
    if issue is IssueType.CUSTOMS_CHARGES:
        fact = Fact.DUTIES_PAID if order.duties else Fact.DUTIES_OPEN
        return Discovery(fact, amount=order.duties)
    return None


def overpaid(order: Order, refunds: Sequence[Refund]) -> Money:
    """Return what was paid beyond the order's total and not given back yet; never less than nothing."""
    nothing = Money.zero(order.currency)
    given = sum(
        (refund.breakdown.overpaid for refund in refunds if refund.state is not RefundState.CANCELED), start=nothing
    )
    return max(order.paid - order.total - given, nothing)


def _parcel(order: Order, now: datetime) -> Discovery | None:
    if not order.shipments:
        return Discovery(Fact.NOT_SHIPPED) if order.state in (OrderState.PENDING, OrderState.PAID) else None
    # Of several parcels the one that still worries: the one not delivered that was sent first.
    shipment = next((s for s in order.shipments if s.delivered_at is None), order.shipments[-1])
    if shipment.state is ShipmentState.DELIVERED or shipment.delivered_at:
        return Discovery(Fact.DELIVERED, shipment)
    by_state = {
        ShipmentState.LOST: Fact.LOST,
        ShipmentState.RETURNED_TO_SENDER: Fact.RETURNING,
        ShipmentState.IN_CUSTOMS: Fact.IN_CUSTOMS,
        ShipmentState.LABEL_CREATED: Fact.NOT_SHIPPED,
    }
    if shipment.state in by_state:
        return Discovery(by_state[shipment.state], shipment)
    last = shipment.last_event
    if last is not None and now - last.at >= SILENT_AFTER:
        return Discovery(Fact.SILENT, shipment, days=(now - last.at).days)
    if shipment.promised_by is None:
        return Discovery(Fact.UNDERWAY, shipment)
    fact = Fact.LATE if shipment.is_late(now) else Fact.ON_TIME
    return Discovery(fact, shipment, day=shipment.promised_by.date())


def _payments(order: Order, refunds: Sequence[Refund]) -> Discovery:
    surplus = overpaid(order, refunds)
    fact = Fact.OVERPAID if surplus else Fact.PAID_RIGHT
    return Discovery(fact, amount=surplus, paid=order.paid, total=order.total)


def _refund(refunds: Sequence[Refund], returns: Sequence[Return], now: datetime, refund_days: int) -> Discovery:
    for refund in refunds:
        if refund.sent_at is not None and refund.arrives_by is not None:
            fact = Fact.REFUND_SENT if now.date() <= refund.arrives_by else Fact.REFUND_OVERDUE
            return Discovery(fact, amount=refund.amount, day=refund.sent_at.date(), by=refund.arrives_by)
        if refund.state in DUE:
            by = refund.pay_by or refund.agreed_at.date() + timedelta(days=refund_days)
            return Discovery(Fact.REFUND_EXPECTED, amount=refund.amount, by=by)
    waiting = next((r for r in returns if r.is_open and r.state is not ReturnState.MANUAL_REVIEW), None)
    return Discovery(Fact.REFUND_WAITS, rma=waiting.rma) if waiting else Discovery(Fact.NO_REFUND)
