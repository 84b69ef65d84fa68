"""Checking the ledger: against itself, against the refunds, and these against what customers paid."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.aftersales.bookings import subject_of
from bot.aftersales.ledger import Account
from bot.aftersales.money import Money
from bot.aftersales.refund import Refund, RefundState
from bot.services.ports import UnitOfWork

_PAGE = 500


@dataclass
class LedgerReport:
    """What a check found: balances by account and currency, debit positive, and everything that is wrong."""

    totals: list[tuple[Account, Money]] = field(default_factory=list)
    refunds: int = 0
    problems: list[str] = field(default_factory=list)


async def check(uow: UnitOfWork) -> LedgerReport:
    """Return the state of the ledger.

    Every entry has to balance. The ledger has to owe and have paid for each refund what its state says. The refunds of
    an order, and of each of its payments, must not exceed what was paid.
    """
    report = LedgerReport(totals=await uow.ledger.totals())
    report.problems += [f"entry {id} does not balance" for id in await uow.ledger.unbalanced()]
    report.problems += _sums(report.totals)
    owed = await uow.ledger.balances(Account.OWED_TO_CUSTOMER)
    paid = await uow.ledger.balances(Account.PAID_OUT)
    number, known = "", set()
    by_order: dict[str, list[Refund]] = {}
    while page := await uow.refunds.after(number, _PAGE):
        for refund in page:
            number = refund.number
            report.refunds += 1
            report.problems += _booked(refund, owed, paid)
            known.add(subject_of(refund))
            if refund.state is not RefundState.CANCELED:
                by_order.setdefault(refund.order_number, []).append(refund)
    for subject in sorted({*owed, *paid} - known):
        if subject.startswith("refund:"):
            report.problems.append(f"{subject} is in the ledger only")
    for order_number, refunds in by_order.items():
        report.problems += await _against_payments(uow, order_number, refunds)
    return report


def _sums(totals: list[tuple[Account, Money]]) -> list[str]:
    sums: dict[str, Money] = {}
    for _, balance in totals:
        sums[balance.currency] = sums.get(balance.currency, Money.zero(balance.currency)) + balance
    return [f"all accounts together hold {balance}, not nothing" for balance in sums.values() if balance]


def _booked(refund: Refund, owed: dict[str, Money], paid: dict[str, Money]) -> list[str]:
    nothing = Money.zero(refund.amount.currency)
    left = sum((part.amount for part in refund.parts if part.reference), start=nothing)
    due = nothing if refund.state is RefundState.CANCELED else refund.amount - left
    problems = []
    for what, expected, booked in (
        ("owes", due, nothing - owed.get(subject_of(refund), nothing)),
        ("has paid", left, nothing - paid.get(subject_of(refund), nothing)),
    ):
        if booked != expected:
            problems.append(f"refund {refund.number} is {refund.state}: the ledger {what} {booked}, not {expected}")
    if sum((part.amount for part in refund.parts), start=nothing) != refund.amount:
        problems.append(f"refund {refund.number}: its parts do not add up to {refund.amount}")
    return problems


async def _against_payments(uow: UnitOfWork, order_number: str, refunds: list[Refund]) -> list[str]:
    order = await uow.orders.read(order_number)
    if order is None:
        return [f"order {order_number} is missing, but has refunds"]
    nothing = Money.zero(order.currency)
    problems = []
    total = sum((refund.amount for refund in refunds), start=nothing)
    if order.paid < total:
        problems.append(f"order {order_number}: {total} refunded of {order.paid} paid")
    parts = [part for refund in refunds for part in refund.parts]
    for payment in order.payments:
        back = sum((part.amount for part in parts if part.payment_id == payment.id), start=nothing)
        if payment.amount < back:
            problems.append(f"payment {payment.id}: {back} refunded of {payment.amount} paid")
    return problems
