"""The ledger: what customers are owed and were paid, in balanced double entries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.aftersales.labels import Label
from bot.aftersales.money import Money
from bot.errors import UnbalancedEntryError


class Account(Label):
    """The chart of accounts."""

    # What complaints cost.
    GOODS_REFUNDED = "goods_refunded"
    SHIPPING_REFUNDED = "shipping_refunded"
    DUTIES_REFUNDED = "duties_refunded"
    OVERPAYMENTS_RETURNED = "overpayments_returned"
    GOODWILL = "goodwill"
    COUPONS_GRANTED = "coupons_granted"
    # What they bring in.
    DEDUCTIONS_KEPT = "deductions_kept"
    CLAIMS_RECOVERED = "claims_recovered"
    REPAIR_INCOME = "repair_income"
    PRICE_DIFFERENCES = "price_differences"
    # What is owed to somebody, or by somebody.
    OWED_TO_CUSTOMER = "owed_to_customer"
    COUPON_LIABILITY = "coupon_liability"
    OWED_BY_CUSTOMER = "owed_by_customer"
    CLAIMS_RECEIVABLE = "claims_receivable"
    # Money and sales.
    PAID_OUT = "paid_out"
    RECEIVED = "received"
    COUPONS_REDEEMED = "coupons_redeemed"


@dataclass(frozen=True)
class Posting:
    """An amount on an account: debit where positive, credit where negative."""

    account: Account
    amount: Money


@dataclass(frozen=True)
class JournalEntry:
    """Something that happened, as postings that add up to nothing in every currency.

    ``id`` names the occasion, such as ``refund:F1000001:agreed``, so that it is booked once. ``subject`` is what it is
    about, such as ``refund:F1000001``; ``what`` a past event name. Entries are never changed: mistakes are reversed.
    Raises UnbalancedEntryError where the postings do not balance, or there are none.
    """

    id: str
    at: datetime
    subject: str
    what: str
    postings: tuple[Posting, ...]

    def __post_init__(self) -> None:
        if not self.postings or any(balances(self.postings).values()):
            raise UnbalancedEntryError(self.id)

    def reversed(self, id: str, at: datetime, what: str) -> JournalEntry:
        """Return the entry that undoes this one."""
        postings = tuple(Posting(posting.account, posting.amount * -1) for posting in self.postings)
        return JournalEntry(id, at, self.subject, what, postings)


def entry(
    id: str,
    at: datetime,
    subject: str,
    what: str,
    *,
    debit: Iterable[tuple[Account, Money]],
    credit: Iterable[tuple[Account, Money]],
) -> JournalEntry:
    """Return an entry of positive amounts on both sides; amounts of nothing are left out."""
    postings = [Posting(account, amount) for account, amount in debit]
    postings += [Posting(account, amount * -1) for account, amount in credit]
    return JournalEntry(id, at, subject, what, tuple(posting for posting in postings if posting.amount))


def balances(postings: Iterable[Posting]) -> dict[str, Money]:
    """Return what postings add up to, by currency."""
    sums: dict[str, Money] = {}
    for posting in postings:
        currency = posting.amount.currency
        sums[currency] = sums.get(currency, Money.zero(currency)) + posting.amount
    return sums
