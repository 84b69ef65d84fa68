"""The right to change one's mind: which goods it is not for, and that it begins before they arrive."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from bot.aftersales.catalogue import ReturnClass
from bot.aftersales.labels import WITHDRAWALS, IssueType
from bot.aftersales.order import Order, Shipment, ShipmentState
from bot.aftersales.order_change import obstacle
from bot.aftersales.policy_terms import Terms
from bot.aftersales.selection import Selection

REFUSED_FOR: Mapping[ReturnClass, str] = {
    ReturnClass.HYGIENE: "hygiene_goods",
    ReturnClass.MADE_TO_MEASURE: "made_to_measure",
    ReturnClass.PERISHABLE: "perishable_goods",
    ReturnClass.SEALED_MEDIA: "unsealed_media",
    ReturnClass.DIGITAL: "digital_content",
}
"""Goods that a destination may except from the right, with the code of the refusal."""

_ONCE_UNSEALED = frozenset({ReturnClass.HYGIENE, ReturnClass.SEALED_MEDIA})
"""Excepted only once the seal is broken (Directive 2011/83/EU art. 16(e) and (i))."""


@dataclass(frozen=True)
class Withdrawal:
    """What is special about a change of mind; nothing is where a complaint is none.

    ``excepted`` holds the order lines that are not taken back, by position with the code of the refusal, and
    ``hang_on_seal`` those for which nobody knows yet whether they are. ``is_early`` tells that the right is used
    before the goods have arrived.
    """

    excepted: Mapping[int, str] = field(default_factory=dict)
    hang_on_seal: tuple[int, ...] = ()
    is_early: bool = False


def withdrawal_of(
    order: Order, selections: Sequence[Selection], issue: IssueType, terms: Terms, *, sealed: bool | None
) -> Withdrawal:
    """Return what is special about these pieces; ``sealed`` is None where nobody knows whether the seal is broken."""
    if issue not in WITHDRAWALS:
        return Withdrawal()
    # Nobody has opened what has not arrived.
    is_whole = True if order.arrived_at is None else sealed
    barred = terms.exceptions if is_whole is False else terms.exceptions - _ONCE_UNSEALED
    unclear = terms.exceptions & _ONCE_UNSEALED if is_whole is None else frozenset()
    classes = {piece.line.position: piece.line.product.return_class for piece in selections}
    return Withdrawal(
        {position: REFUSED_FOR[kind] for position, kind in classes.items() if kind in barred},
        tuple(position for position, kind in classes.items() if kind in unclear),
        _is_early(order, terms),
    )


def _is_early(order: Order, terms: Terms) -> bool:
    """Tell whether the law lets a customer withdraw from goods that are under way and have not arrived.

    A right that lasts so many days from receipt may be used before (Directive 2011/83/EU art. 9 and recital 40). What
    has not left yet is canceled instead, and what the carrier lost is paid for.
    """
    if terms.floor.days is None or order.arrived_at is not None or obstacle(order) != "already_shipped":
        return False
    return any(shipment.state is not ShipmentState.LOST for shipment in order.shipments)


def parcel_back(order: Order) -> Shipment | None:
    """Return the last parcel of an order that goes back to its sender as a whole, never received, or None."""
    if any(shipment.state is not ShipmentState.RETURNED_TO_SENDER for shipment in order.shipments):
        return None
    return order.shipments[-1] if order.shipments and order.arrived_at is None else None


def sent_from(order: Order, now: datetime) -> date:
    """Return the day from which goods can be sent back: the last that one of the parcels is promised for, or now."""
    promised = [shipment.promised_by for shipment in order.shipments if shipment.delivered_at is None]
    return max(now, *filter(None, promised)).date() if any(promised) else now.date()
