from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.aftersales.claim import Claim, ClaimAgainst, ClaimState, claim_accepted, claim_paid
from bot.aftersales.ledger import Account, balances
from bot.errors import IllegalStateError
from tests.unit.aftersales.builders import NOW, euros


def a_claim() -> Claim:
    against = ClaimAgainst.CARRIER
    return Claim("L1", "key", "C1", "10482733", against, "Kranich Paket", "lost_parcel", euros(50), NOW)


def test_a_claim_is_filed_accepted_and_paid() -> None:
    claim = a_claim()
    claim.file("KP-77", NOW)
    claim.accept(euros(40), "up to our limit", NOW + timedelta(days=9))
    assert claim.is_open
    claim.pay(euros(40), NOW + timedelta(days=12))
    assert (claim.state, claim.reference, claim.paid, claim.is_open) == (ClaimState.PAID, "KP-77", euros(40), False)


def test_a_rejected_claim_can_be_filed_again() -> None:
    claim = a_claim()
    claim.file("KP-77", NOW)
    claim.reject("no proof", NOW)
    claim.file("KP-78", NOW)
    assert (claim.state, claim.ended_at) == (ClaimState.FILED, None)


def test_a_draft_is_neither_accepted_nor_paid() -> None:
    with pytest.raises(IllegalStateError):
        a_claim().accept(euros(40), "", NOW)
    with pytest.raises(IllegalStateError):
        a_claim().pay(euros(40), NOW)


@given(accepted=st.integers(1, 99_999), paid=st.integers(1, 99_999))
def test_whatever_is_paid_nothing_stays_owed_and_the_payment_is_what_was_recovered(accepted: int, paid: int) -> None:
    claim = a_claim()
    claim.accepted, claim.paid = euros(accepted), euros(paid)
    postings = [*claim_accepted(claim, NOW).postings, *claim_paid(claim, NOW).postings]
    by_account = {
        account: balances(found for found in postings if found.account is account)["EUR"]
        for account in {posting.account for posting in postings}
    }
    assert not by_account[Account.CLAIMS_RECEIVABLE]
    assert by_account[Account.RECEIVED] == euros(paid)
    assert by_account[Account.CLAIMS_RECOVERED] == euros(-paid)
