"""A claim: what the shop wants back from a carrier or a supplier for a case that they answer for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.aftersales.labels import Label
from bot.aftersales.ledger import Account, JournalEntry, entry
from bot.aftersales.money import Money
from bot.aftersales.states import Machine


class ClaimAgainst(Label):
    """What kind of business has to pay."""

    CARRIER = "carrier"
    SUPPLIER = "supplier"


class ClaimState(Label):
    """Where a claim stands."""

    DRAFT = "draft"
    FILED = "filed"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    PAID = "paid"
    WITHDRAWN = "withdrawn"


_S = ClaimState
MACHINE = Machine(
    "claim",
    {
        _S.DRAFT: frozenset({_S.FILED, _S.WITHDRAWN}),
        # What turns out to be more, or less, is demanded anew.
        _S.FILED: frozenset({_S.DRAFT, _S.ACCEPTED, _S.REJECTED, _S.WITHDRAWN}),
        # Whoever was refused may file again with better proof.
        _S.REJECTED: frozenset({_S.FILED}),
        _S.ACCEPTED: frozenset({_S.PAID}),
    },
)


@dataclass(eq=False)
class Claim:
    """One demand; ``key`` names the occasion, so that it is opened once.

    ``party`` is the carrier's or supplier's name, ``reason`` a code, ``amount`` what is demanded. ``reference`` is what
    the party calls the claim, ``accepted`` what it has promised, ``paid`` what came, ``answer`` its words.
    """

    number: str
    key: str
    case_number: str
    order_number: str
    against: ClaimAgainst
    party: str
    reason: str
    amount: Money
    opened_at: datetime
    state: ClaimState = ClaimState.DRAFT
    reference: str | None = None
    filed_at: datetime | None = None
    accepted: Money | None = None
    answer: str = ""
    answered_at: datetime | None = None
    paid: Money | None = None
    ended_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Tell whether something still has to happen."""
        return self.state in (ClaimState.DRAFT, ClaimState.FILED, ClaimState.ACCEPTED)

    def file(self, reference: str, now: datetime) -> None:
        """Record that the party has the demand and what it calls it."""
        self._move(ClaimState.FILED)
        self.reference, self.filed_at = reference, now
        self.answered_at = self.ended_at = None

    def amend(self, amount: Money) -> None:
        """Change the demand before it is answered; where the party has it already, it has to be filed again."""
        if self.state is not ClaimState.DRAFT:
            self._move(ClaimState.DRAFT)
            self.filed_at = None
        self.amount = amount

    def accept(self, amount: Money, answer: str, now: datetime) -> None:
        """Record that the party will pay all or a part."""
        self._move(ClaimState.ACCEPTED)
        self.accepted, self.answer, self.answered_at = amount, answer, now

    def reject(self, answer: str, now: datetime) -> None:
        """Record that the party will not pay."""
        self._move(ClaimState.REJECTED)
        self.answer, self.answered_at, self.ended_at = answer, now, now

    def pay(self, amount: Money, now: datetime) -> None:
        """Record what came, which may be more or less than what was promised."""
        self._move(ClaimState.PAID)
        self.paid, self.ended_at = amount, now

    def withdraw(self, now: datetime) -> None:
        """Record that the shop wants nothing any more, for instance because the parcel was found."""
        self._move(ClaimState.WITHDRAWN)
        self.ended_at = now

    def _move(self, wanted: ClaimState) -> None:
        self.state = MACHINE.move(self.state, wanted)


def subject_of(claim: Claim) -> str:
    """Return how the ledger and the audit log name a claim."""
    return f"claim:{claim.number}"


def claim_accepted(claim: Claim, at: datetime) -> JournalEntry:
    """Book what the party owes the shop now; a demand that nobody has accepted is no money yet."""
    assert claim.accepted is not None
    return entry(
        f"{subject_of(claim)}:accepted",
        at,
        subject_of(claim),
        "claim.accepted",
        debit=[(Account.CLAIMS_RECEIVABLE, claim.accepted)],
        credit=[(Account.CLAIMS_RECOVERED, claim.accepted)],
    )


def claim_paid(claim: Claim, at: datetime) -> JournalEntry:
    """Book what came; what is missing or too much changes what was recovered, so that nothing stays owed."""
    assert claim.accepted is not None and claim.paid is not None
    nothing = Money.zero(claim.paid.currency)
    missing = claim.accepted - claim.paid
    return entry(
        f"{subject_of(claim)}:paid",
        at,
        subject_of(claim),
        "claim.paid",
        debit=[(Account.RECEIVED, claim.paid), (Account.CLAIMS_RECOVERED, max(missing, nothing))],
        credit=[(Account.CLAIMS_RECEIVABLE, claim.accepted), (Account.CLAIMS_RECOVERED, max(missing * -1, nothing))],
    )
