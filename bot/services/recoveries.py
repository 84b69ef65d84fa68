"""Recoveries: what the shop wants back for a case, kept in step with what the case has cost and who answers for it."""

from __future__ import annotations

from datetime import datetime

from bot.aftersales.apportion import total, worth
from bot.aftersales.case import Case
from bot.aftersales.claim import ClaimAgainst, ClaimState
from bot.aftersales.labels import IssueType, Liability
from bot.aftersales.money import Money
from bot.aftersales.order import Order, OrderLine, ShipmentState
from bot.aftersales.refund import RefundState
from bot.services import claims
from bot.services.lifecycle import order_of
from bot.services.ports import UnitOfWork

_OWN = ":claim:"
"""What tells the keys of these claims from those of claims that people opened."""

_UNANSWERED = frozenset({ClaimState.DRAFT, ClaimState.FILED})
_NOT_THERE = frozenset({IssueType.LATE_DELIVERY, IssueType.LOST_PARCEL, IssueType.DELIVERED_NOT_RECEIVED})


async def follow(uow: UnitOfWork, case: Case, now: datetime, *, actor: str = "bot") -> None:
    """Claim from whoever answers for a case what it has cost so far: open, change or drop claims; commits nothing.

    To be called whenever that may have changed; where nothing has, nothing happens. What a party has answered stays as
    it is, and only what came on top is claimed beside it. Claims that people opened for occasions of their own are left
    alone.
    """
    known = [claim for claim in await uow.claims.of_case(case.number) if _OWN in claim.key]
    if not known and case.liability not in (Liability.CARRIER, Liability.SUPPLIER):
        return
    order = await order_of(uow, case.order_number)
    party = _answerable(case, order)
    for claim in known:
        if claim.state in _UNANSWERED and (claim.against, claim.party) != party:
            await claims.withdraw(uow, claim.number, actor, now)
    if party is None:
        return
    mine = [claim for claim in known if (claim.against, claim.party) == party]
    answered = [claim.amount for claim in mine if claim.state not in (*_UNANSWERED, ClaimState.WITHDRAWN)]
    owed = await _cost(uow, case, order) - total(answered, order.currency)
    pending = [claim for claim in mine if claim.state in _UNANSWERED]
    is_owed = Money.zero(owed.currency) < owed
    # Of several, which cases that were merged bring along, one carries the whole sum.
    for claim in pending[1:] if is_owed else pending:
        await claims.withdraw(uow, claim.number, actor, now)
    if is_owed and pending:
        await claims.amend(uow, pending[0].number, owed, actor, now)
    elif is_owed:
        key = f"case:{case.number}{_OWN}{len(known) + 1}"
        await claims.open_claim(uow, case, *party, owed, key, now, actor=actor)


async def _cost(uow: UnitOfWork, case: Case, order: Order) -> Money:
    """Return the money agreed for a case, and the price of what left the warehouse for it a second time."""
    spent = [
        refund.amount
        for refund in await uow.refunds.of_order(order.number)
        if refund.case_number == case.number and refund.state is not RefundState.CANCELED
    ]
    for reshipment in await uow.reshipments.of_order(order.number):
        if reshipment.case_number == case.number and reshipment.shipped_at is not None:
            spent += _prices(order, reshipment.lines)
    for exchange in await uow.exchanges.of_order(order.number):
        if exchange.case_number == case.number and exchange.has_left:
            # What a dearer replacement costs more is the customer's to pay, what a cheaper one leaves was refunded.
            spent += [*_prices(order, case.lines), min(exchange.price_difference, Money.zero(order.currency))]
    return total(spent, order.currency)


def _prices(order: Order, pieces: dict[int, int]) -> list[Money]:
    found = ((order.line(position), quantity) for position, quantity in pieces.items())
    return [worth(line, quantity) for line, quantity in found if line is not None]


def _answerable(case: Case, order: Order) -> tuple[ClaimAgainst, str] | None:
    """Return whom to claim from, or None where it is nobody, or nobody that the shop's records name."""
    if case.liability is Liability.CARRIER:
        carrier = _carrier(case, order)
        return (ClaimAgainst.CARRIER, carrier) if carrier else None
    if case.liability is Liability.SUPPLIER:
        suppliers = {line.product.supplier for line in _lines(case, order)} - {None, ""}
        return (ClaimAgainst.SUPPLIER, str(suppliers.pop())) if len(suppliers) == 1 else None
    return None


def _carrier(case: Case, order: Order) -> str:
    """Return the carrier of the parcel in question: the lost or missing one where goods did not come, else the last."""
    parcels = order.shipments
    if case.issue_type in _NOT_THERE:
        lost = [parcel for parcel in parcels if parcel.state is ShipmentState.LOST]
        parcels = lost or [parcel for parcel in parcels if parcel.delivered_at is None] or parcels
    return parcels[-1].carrier.strip() if parcels else ""


def _lines(case: Case, order: Order) -> list[OrderLine]:
    return [line for line in order.lines if line.position in case.lines or not case.lines]
