from __future__ import annotations

from decimal import Decimal

import pytest

from bot.aftersales.ledger import Account, JournalEntry, Posting, balances, entry
from bot.aftersales.money import Money
from bot.errors import UnbalancedEntryError
from tests.unit.aftersales.builders import NOW, euros

YEN = Money(Decimal(500), "JPY")


def test_an_entry_that_does_not_balance_cannot_be_made() -> None:
    with pytest.raises(UnbalancedEntryError):
        entry("e", NOW, "refund:F1", "x", debit=[(Account.GOODWILL, euros(5))], credit=[(Account.PAID_OUT, euros(4))])
    with pytest.raises(UnbalancedEntryError):
        JournalEntry("e", NOW, "refund:F1", "x", ())


def test_every_currency_balances_for_itself() -> None:
    with pytest.raises(UnbalancedEntryError):
        entry("e", NOW, "s", "x", debit=[(Account.GOODWILL, YEN)], credit=[(Account.PAID_OUT, euros(500))])
    both = entry(
        "e",
        NOW,
        "s",
        "x",
        debit=[(Account.GOODWILL, YEN), (Account.GOODWILL, euros(1))],
        credit=[(Account.PAID_OUT, YEN), (Account.PAID_OUT, euros(1))],
    )
    assert balances(both.postings) == {"JPY": Money.zero("JPY"), "EUR": euros(0)}


def test_amounts_of_nothing_are_left_out() -> None:
    made = entry(
        "e",
        NOW,
        "s",
        "x",
        debit=[(Account.GOODWILL, euros(1)), (Account.GOODS_REFUNDED, euros(0))],
        credit=[(Account.OWED_TO_CUSTOMER, euros(1))],
    )
    assert made.postings == (Posting(Account.GOODWILL, euros(1)), Posting(Account.OWED_TO_CUSTOMER, euros(-1)))


def test_an_entry_and_its_reversal_leave_nothing() -> None:
    made = entry("e", NOW, "s", "x", debit=[(Account.GOODWILL, euros(1))], credit=[(Account.PAID_OUT, euros(1))])
    undone = made.reversed("e2", NOW, "x.undone")
    for account in (Account.GOODWILL, Account.PAID_OUT):
        left = balances(p for p in (*made.postings, *undone.postings) if p.account is account)
        assert left == {"EUR": euros(0)}


def test_an_entry_cannot_be_changed() -> None:
    made = entry("e", NOW, "s", "x", debit=[(Account.GOODWILL, euros(1))], credit=[(Account.PAID_OUT, euros(1))])
    with pytest.raises(AttributeError):
        made.what = "y"  # type: ignore[misc]
