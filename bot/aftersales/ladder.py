"""Ladders: what may be offered one after the other, never above what goodwill is left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from bot.aftersales.labels import Remedy
from bot.aftersales.money import Money
from bot.aftersales.order import Order
from bot.aftersales.policy_terms import Caps, Row, Rung
from bot.aftersales.refund import RefundBreakdown, breakdown
from bot.aftersales.selection import Selection
from bot.aftersales.verdict import Step

GOODWILL = frozenset({Remedy.COUPON, Remedy.REFUND_PARTIAL})
"""Remedies that cost money and leave the goods with the customer: the caps are for these."""

_IN_FULL = frozenset({Remedy.REFUND_FULL, Remedy.RETURN_REFUND})
_HUNDRED = Decimal(100)


@dataclass(frozen=True)
class Given:
    """What was given before: the order's ``refunds``, and the goodwill it and its customer had.

    ``to_customer`` is what the customer had in the last 365 days, in the currency whose exchange rate is 1.
    ``sent_again`` are the positions of lines of which pieces were sent a second time, ``extended`` those of lines with
    a longer warranty, each with its last day.
    """

    refunds: tuple[RefundBreakdown, ...] = ()
    for_order: Money | None = None
    to_customer: Decimal = Decimal(0)
    sent_again: frozenset[int] = frozenset()
    extended: Mapping[int, date] = field(default_factory=dict)


def cap_of(order: Order, caps: Caps, given: Given, rates: Mapping[str, Decimal]) -> Money:
    """Return how much goodwill is left for an order, in its currency."""
    left, of_customer = left_of_order(order, caps, given), left_of_customer(order, caps, given, rates)
    return left if of_customer is None else min(left, of_customer)


def left_of_order(order: Order, caps: Caps, given: Given) -> Money:
    """Return how much goodwill the share of an order's total leaves, in its currency."""
    nothing = Money.zero(order.currency)
    return max(nothing, order.total * (caps.percent_of_order / _HUNDRED) - (given.for_order or nothing))


def left_of_customer(order: Order, caps: Caps, given: Given, rates: Mapping[str, Decimal]) -> Money | None:
    """Return how much goodwill the customer's year leaves, in the order's currency.

    None without such a cap, and for a currency without an exchange rate.
    """
    rate = rates.get(order.currency)
    if caps.per_customer is None or rate is None:
        return None
    return max(Money.zero(order.currency), Money((caps.per_customer - given.to_customer) * rate, order.currency))


def steps(
    row: Row,
    remedies: Sequence[Remedy],
    order: Order,
    selections: Sequence[Selection],
    full: RefundBreakdown,
    cap: Money,
    given: Given,
) -> tuple[Step, ...]:
    """Return the offers of a ladder that are open and within the cap, each worth more than the one before.

    An amount that rounds to nothing, or to what was offered already, is left out, and so is one that would be no
    less than money back in full.
    """
    found = []
    last = Money.zero(order.currency)
    for rung in row.ladder:
        if rung.remedy not in remedies:
            continue
        amount = _amount(rung, order, selections, full, given)
        if amount is not None:
            if amount <= last or (rung.remedy in GOODWILL and (cap < amount or full.total <= amount)):
                continue
            last = amount
        found.append(Step(rung.remedy, rung.percent, amount, rung.months))
    return tuple(found)


def _amount(
    rung: Rung, order: Order, selections: Sequence[Selection], full: RefundBreakdown, given: Given
) -> Money | None:
    if rung.remedy in _IN_FULL:
        return full.total
    if rung.percent is None:
        return None
    share = rung.percent / _HUNDRED
    # The very sum that is booked when the customer accepts: rounded line by line.
    if not given.refunds:
        return sum((line.goods * share for line in full.lines), start=Money.zero(order.currency))
    return breakdown(order, selections, outbound_shipping=False, duties=False, share=share, earlier=given.refunds).total
