"""A customs matter: a parcel that an authority holds until it has papers or money."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from bot.aftersales.labels import Label, Payer
from bot.aftersales.money import Money
from bot.aftersales.states import Machine


class CustomsState(Label):
    """Where a customs matter stands."""

    REPORTED = "reported"
    PAPERS_REQUESTED = "papers_requested"
    PAPERS_RECEIVED = "papers_received"
    SUBMITTED = "submitted"
    RELEASED = "released"
    REFUSED = "refused"
    ABANDONED = "abandoned"
    CLOSED = "closed"


class Paper(Label):
    """What customs authorities ask for."""

    INVOICE = "invoice"
    PROOF_OF_PAYMENT = "proof_of_payment"
    IDENTITY = "identity"
    TAX_NUMBER = "tax_number"
    AUTHORISATION = "authorisation"
    CERTIFICATE = "certificate"


OF_CUSTOMER = frozenset({Paper.PROOF_OF_PAYMENT, Paper.IDENTITY, Paper.TAX_NUMBER, Paper.AUTHORISATION})
"""Papers that only the customer has; the others are the shop's to give."""

_S = CustomsState
_DECIDED = frozenset({_S.RELEASED, _S.REFUSED, _S.ABANDONED})
MACHINE = Machine(
    "customs",
    {
        _S.REPORTED: _DECIDED | {_S.PAPERS_REQUESTED, _S.SUBMITTED},
        _S.PAPERS_REQUESTED: _DECIDED | {_S.PAPERS_RECEIVED, _S.SUBMITTED},
        _S.PAPERS_RECEIVED: _DECIDED | {_S.PAPERS_REQUESTED, _S.SUBMITTED},
        # An authority may ask for more when it has read the first papers.
        _S.SUBMITTED: _DECIDED | {_S.PAPERS_REQUESTED},
        _S.RELEASED: frozenset({_S.CLOSED}),
        _S.REFUSED: frozenset({_S.CLOSED}),
        _S.ABANDONED: frozenset({_S.CLOSED}),
    },
)


@dataclass(eq=False)
class CustomsMatter:
    """What an authority wants for one parcel, and what it decided.

    ``papers`` are those it asked for last, ``due_on`` the day it waits for them until. ``charges`` is what it wants to
    be paid and ``payer`` who pays that; ``reference`` is the authority's own number.
    """

    number: str
    case_number: str
    order_number: str
    reported_at: datetime
    authority: str = ""
    reference: str = ""
    tracking_number: str | None = None
    state: CustomsState = CustomsState.REPORTED
    papers: tuple[Paper, ...] = ()
    due_on: date | None = None
    payer: Payer = Payer.CUSTOMER
    charges: Money | None = None
    decided_at: datetime | None = None
    ended_at: datetime | None = None
    reason: str = ""

    @property
    def subject(self) -> str:
        """Return how it is named in audit events and keys."""
        return f"customs:{self.number}"

    @property
    def is_open(self) -> bool:
        """Tell whether something still has to happen."""
        return self.state is not CustomsState.CLOSED

    @property
    def is_decided(self) -> bool:
        """Tell whether the authority, or the customer by giving up, has decided."""
        return self.decided_at is not None

    @property
    def of_customer(self) -> tuple[Paper, ...]:
        """Return those of the papers that only the customer has."""
        return tuple(paper for paper in self.papers if paper in OF_CUSTOMER)

    @property
    def wants_customer(self) -> bool:
        """Tell whether the customer has to send something."""
        return self.state is CustomsState.PAPERS_REQUESTED and bool(self.of_customer)

    def is_overdue(self, today: date) -> bool:
        """Tell whether the authority has waited long enough for its papers."""
        return self.state is CustomsState.PAPERS_REQUESTED and self.due_on is not None and today > self.due_on

    def request_papers(self, papers: tuple[Paper, ...], due_on: date) -> None:
        """Record what the authority wants to see."""
        self._move(CustomsState.PAPERS_REQUESTED)
        self.papers = papers
        self.due_on = due_on

    def receive_papers(self) -> None:
        """Record that everything that was asked for is together."""
        self._move(CustomsState.PAPERS_RECEIVED)

    def submit(self) -> None:
        """Record that the authority has the papers."""
        self._move(CustomsState.SUBMITTED)

    def release(self, now: datetime) -> None:
        """Record that the parcel goes on to the customer."""
        self._decide(CustomsState.RELEASED, now)

    def refuse(self, reason: str, now: datetime) -> None:
        """Record that the authority does not let the parcel in."""
        self._decide(CustomsState.REFUSED, now)
        self.reason = reason

    def abandon(self, reason: str, now: datetime) -> None:
        """Record that nobody claims the parcel any more."""
        self._decide(CustomsState.ABANDONED, now)
        self.reason = reason

    def close(self, now: datetime) -> None:
        """Record that nothing follows from the decision any more."""
        self._move(CustomsState.CLOSED)
        self.ended_at = now

    def _decide(self, wanted: CustomsState, now: datetime) -> None:
        self._move(wanted)
        self.decided_at = now

    def _move(self, wanted: CustomsState) -> None:
        self.state = MACHINE.move(self.state, wanted)
