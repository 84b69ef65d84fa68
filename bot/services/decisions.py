"""What was given before, as a decision of the policy has to know it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

from bot.aftersales.case import Case, CaseState
from bot.aftersales.exchange import Exchange
from bot.aftersales.labels import FAULTS, IssueType, Remedy
from bot.aftersales.ladder import GOODWILL, Given
from bot.aftersales.money import Money
from bot.aftersales.offer import Offer, OfferState
from bot.aftersales.order import Order
from bot.aftersales.policy import Policy
from bot.aftersales.refund import RefundState, refunded_pieces
from bot.aftersales.reship import ReshipState
from bot.aftersales.return_ import Return, ReturnState
from bot.services.ports import UnitOfWork

_A_YEAR = timedelta(days=365)
_CALLED_OFF = frozenset({ReshipState.CANCELED, ReshipState.FOUND_MEANWHILE})
# What is owed anyway is no goodwill, whatever it is called in the offer.
_OWED = frozenset({IssueType.OVERCHARGED, IssueType.REFUND_MISSING})


async def given_before(uow: UnitOfWork, policy: Policy, order: Order, issue: IssueType, now: datetime) -> Given:
    """Return what an order and its customer were given: refunds, longer warranties, and goodwill that was accepted.

    Of goodwill nothing is looked up where the issue knows none. In a currency without an exchange rate it is left out
    of the customer's sum: a person decides there anyway.
    """
    refunds = [
        refund for refund in await uow.refunds.of_order(order.number) if refund.state is not RefundState.CANCELED
    ]
    breakdowns = tuple(refund.breakdown for refund in refunds)
    sent_again, extended = await _sent_again(uow, order.number), await extended_warranties(uow, order.number)
    row = policy.for_country(order.address.country).issues[issue]
    if not row.ladder and row.keep_below is None:
        return Given(breakdowns, sent_again=sent_again, extended=extended)
    for_order, to_customer = Money.zero(order.currency), Decimal(0)
    for case in await uow.cases.of_customer(order.customer.id, now - _A_YEAR):
        for amount in _goodwill(case):
            rate = policy.exchange_rates.get(amount.currency)
            to_customer += amount.amount / rate if rate else Decimal(0)
            if case.order_number == order.number:
                for_order += amount
    return Given(breakdowns, for_order, to_customer, sent_again, extended)


async def extended_warranties(uow: UnitOfWork, order_number: str) -> dict[int, date]:
    """Return the last day of each line's longer warranty, by the position of lines that were given one."""
    found: dict[int, date] = {}
    for extension in await uow.warranty_extensions.of_order(order_number):
        found[extension.position] = max(extension.until, found.get(extension.position, extension.until))
    return found


async def replacements_held(uow: UnitOfWork, order_number: str, before: Return | None = None) -> dict[int, Exchange]:
    """Return by order line the replacement that the customer has for pieces of it: the newest that did not come back.

    ``before`` a return is as it was when that was opened, so that it is what that return is to bring back.
    """
    arrived = {found.rma: found for found in await uow.exchanges.of_order(order_number) if found.has_arrived}
    held: dict[int, Exchange] = {}
    for return_ in reversed(await uow.returns.of_order(order_number) if arrived else []):
        had = {at: exchange for at, exchange in held.items() if _has_arrived_by(exchange, return_.requested_at)}
        if before is not None and return_.rma == before.rma:
            return {line.position: had[line.position] for line in return_.lines if line.position in had}
        for line in return_.lines if return_.uses_up_goods else ():
            if line.position in had:
                del held[line.position]
            if return_.state is ReturnState.COMPLETED and return_.rma in arrived:
                held[line.position] = arrived[return_.rma]
    return held


async def refunded_without_return(uow: UnitOfWork, order_number: str, returned: frozenset[str]) -> dict[int, int]:
    """Return how many pieces of each line were refunded whole in cases other than these, which have returns."""
    refunds = await uow.refunds.of_order(order_number)
    return refunded_pieces(
        refund.breakdown
        for refund in refunds
        if refund.case_number not in returned and refund.state is not RefundState.CANCELED
    )


async def _sent_again(uow: UnitOfWork, order_number: str) -> frozenset[int]:
    """Return the positions of lines of which pieces were, or will be, sent a second time."""
    found = [again for again in await uow.reshipments.of_order(order_number) if again.state not in _CALLED_OFF]
    return frozenset(position for again in found for position in again.lines)


def _has_arrived_by(exchange: Exchange, moment: datetime) -> bool:
    return exchange.ended_at is not None and exchange.ended_at <= moment


def _goodwill(case: Case) -> list[Money]:
    is_withdrawn = case.state is CaseState.WITHDRAWN and case.merged_into is None
    if is_withdrawn or case.issue_type in _OWED:
        return []
    return [offer.amount for offer in case.offers if offer.amount is not None and _is_goodwill(case, offer)]


def _is_goodwill(case: Case, offer: Offer) -> bool:
    """Tell whether an accepted offer cost money for goods that stay with the customer."""
    kept = offer.remedy is Remedy.REFUND_FULL and case.issue_type in FAULTS
    return offer.state is OfferState.ACCEPTED and (kept or offer.remedy in GOODWILL)
