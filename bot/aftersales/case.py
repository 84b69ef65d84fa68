"""A case: one complaint or wish of one customer, from registration to closing."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zlib import crc32

from bot.aftersales.labels import IssueType, Label, Liability, Priority, Remedy
from bot.aftersales.offer import Offer, OfferState
from bot.aftersales.states import Machine
from bot.errors import IllegalStateError


class CaseState(Label):
    """Where a case stands."""

    REGISTERED = "registered"
    TRIAGED = "triaged"
    INVESTIGATING = "investigating"
    OFFERED = "offered"
    COUNTERED = "countered"
    AGREED = "agreed"
    EXECUTING = "executing"
    RESOLVED = "resolved"
    CLOSED = "closed"
    WAITING_CUSTOMER = "waiting_customer"
    ESCALATED = "escalated"
    WITHDRAWN = "withdrawn"
    REOPENED = "reopened"


_S = CaseState
OPEN = frozenset(
    {
        _S.REGISTERED,
        _S.TRIAGED,
        _S.INVESTIGATING,
        _S.OFFERED,
        _S.COUNTERED,
        _S.AGREED,
        _S.EXECUTING,
        _S.WAITING_CUSTOMER,
        _S.ESCALATED,
        _S.REOPENED,
    }
)
"""States in which something still has to happen."""

AWAITS_CUSTOMER = frozenset({_S.OFFERED, _S.WAITING_CUSTOMER})
"""Open states in which nothing goes on until the customer has answered."""

AWAITS_SHOP = frozenset(
    {_S.REGISTERED, _S.TRIAGED, _S.INVESTIGATING, _S.COUNTERED, _S.AGREED, _S.ESCALATED, _S.REOPENED}
)
"""Open states in which the customer waits for our answer; of what is executed, ``waits`` knows whose turn it is."""

_SIDE = frozenset({_S.WAITING_CUSTOMER, _S.ESCALATED, _S.WITHDRAWN, _S.RESOLVED})

MACHINE = Machine(
    "case",
    {
        _S.REGISTERED: _SIDE | {_S.TRIAGED, _S.INVESTIGATING, _S.OFFERED, _S.AGREED},
        _S.TRIAGED: _SIDE | {_S.INVESTIGATING, _S.OFFERED, _S.AGREED},
        _S.INVESTIGATING: _SIDE | {_S.OFFERED, _S.AGREED},
        _S.OFFERED: _SIDE | {_S.COUNTERED, _S.AGREED, _S.INVESTIGATING},
        _S.COUNTERED: _SIDE | {_S.OFFERED, _S.AGREED, _S.INVESTIGATING},
        _S.AGREED: _SIDE | {_S.EXECUTING},
        _S.EXECUTING: _SIDE,
        _S.WAITING_CUSTOMER: OPEN | {_S.WITHDRAWN, _S.RESOLVED},
        _S.ESCALATED: OPEN | {_S.WITHDRAWN, _S.RESOLVED},
        _S.REOPENED: _SIDE | {_S.INVESTIGATING, _S.OFFERED, _S.AGREED},
        _S.RESOLVED: frozenset({_S.CLOSED, _S.REOPENED}),
        _S.CLOSED: frozenset({_S.REOPENED}),
        _S.WITHDRAWN: frozenset({_S.REOPENED}),
    },
)


@dataclass(eq=False)
class Case:
    """A complaint with everything known about it.

    ``lines`` maps order line positions to quantities. ``story`` is in the customer's words and language.
    ``source_message_id`` is the inbound message that confirmed it: a second run of that message finds this case.
    ``next_contact_by`` is the promise made to the customer. ``policy_rules`` are the rules that fired when it was
    decided, each with ``id``, ``file``, ``line`` and ``text``; ``verdict`` is what they came to, in plain JSON.

    ``merged_into`` is the case that a duplicate goes on in. ``decisions`` counts what people decided, so that of two
    who decide at once the second one is noticed.
    """

    number: str
    conversation_id: str
    customer_id: str
    order_number: str
    issue_type: IssueType
    opened_at: datetime
    next_contact_by: datetime
    language: str
    channel: str
    source_message_id: str
    story: str = ""
    wish: Remedy | None = None
    lines: dict[int, int] = field(default_factory=dict)
    priority: Priority = Priority.NORMAL
    liability: Liability = Liability.UNDETERMINED
    policy_version: str | None = None
    policy_name: str | None = None
    policy_rules: list[dict[str, Any]] = field(default_factory=list)
    state: CaseState = CaseState.REGISTERED
    resolved_at: datetime | None = None
    offers: list[Offer] = field(default_factory=list)
    verdict: dict[str, Any] | None = None
    merged_into: str | None = None
    decisions: int = 0
    version: int = 1

    @property
    def is_open(self) -> bool:
        """Tell whether something still has to happen."""
        return self.state in OPEN

    @property
    def standing(self) -> int:
        """Return a number that changes with whatever a decision about the case rests on.

        What happens by itself meanwhile, such as a priority that rises with a missed target, does not change it.
        """
        offer = self.offers[-1] if self.offers else None
        facts = (
            self.state.value, self.decisions, self.merged_into, self.issue_type.value, self.wish and self.wish.value,
            sorted(self.lines.items()), self.liability.value, len(self.offers), offer and offer.state.value,
        )  # fmt: skip
        return crc32(repr(facts).encode()) % 1_000_000_000

    @property
    def was_refused(self) -> bool:
        """Tell whether it ended in the moment it was registered, because policy allowed nothing of what was wanted."""
        is_over = self.state is CaseState.CLOSED and self.resolved_at == self.opened_at
        return is_over and self.verdict is not None and not self.offers and self.merged_into is None

    def triage(self, priority: Priority, liability: Liability) -> None:
        """Record how pressing the case is and who seems to answer for it."""
        self.priority = priority
        self.liability = liability
        self._move(CaseState.TRIAGED)

    def hold_liable(self, liable: Liability) -> None:
        """Record who answers for it by the newest finding."""
        self.liability = liable

    def investigate(self) -> None:
        """Record that a person has to look into the facts."""
        self._move(CaseState.INVESTIGATING)

    def offer(self, offer: Offer) -> None:
        """Propose a remedy to the customer and keep it in the ledger."""
        was_declined = bool(self.offers) and self.offers[-1].state is not OfferState.PROPOSED
        if self.state is not CaseState.OFFERED or not was_declined:
            self._move(CaseState.OFFERED)
        self.offers.append(offer)

    def counter(self, offer: Offer) -> None:
        """Keep in the ledger what the customer wants instead; before the first offer it is no more than a wish."""
        self.offers.append(offer)
        if self.state is CaseState.OFFERED:
            self._move(CaseState.COUNTERED)

    def agree(self) -> None:
        """Record that both sides agreed on the newest offer, or on the customer's wish."""
        if self.offers and self.offers[-1].state is OfferState.PROPOSED:
            self.offers[-1].accept()
        self._move(CaseState.AGREED)

    def execute(self) -> None:
        """Record that what was agreed is being carried out."""
        self._move(CaseState.EXECUTING)

    def wait_for_customer(self) -> None:
        """Record that nothing goes on until the customer has answered; ``execute`` goes on."""
        self._move(CaseState.WAITING_CUSTOMER)

    def escalate(self) -> None:
        """Hand the case to a person."""
        self._move(CaseState.ESCALATED)

    def return_to_bot(self) -> None:
        """Take the case back from a person who left it to the bot again."""
        self._move(CaseState.INVESTIGATING)

    def withdraw(self) -> None:
        """Record that the customer took the complaint back."""
        self._move(CaseState.WITHDRAWN)

    def resolve(self, now: datetime) -> None:
        """Record that the customer got what was agreed."""
        self._move(CaseState.RESOLVED)
        self.resolved_at = now

    def refuse(self) -> None:
        """Record that policy allows nothing of what was wanted, which the customer hears at once, with the reasons."""
        self.resolve(self.opened_at)
        self.close()

    def merge_into(self, survivor: str) -> None:
        """Record that this is the same matter as another case, which goes on instead of it."""
        if self.merged_into is not None:
            raise IllegalStateError("case", "merged", "merged")
        if self.is_open:
            self._move(CaseState.WITHDRAWN)
        self.merged_into = survivor

    def reopen(self) -> None:
        """Take a finished case up again, one step more pressing than before."""
        if self.merged_into is not None:
            raise IllegalStateError("case", "merged", CaseState.REOPENED.value)
        self._move(CaseState.REOPENED)
        self.resolved_at = None
        self.raise_priority()

    def contest(self) -> None:
        """Take a refused case up because its customer wants a person to look at it."""
        self._move(CaseState.REOPENED)
        self.resolved_at = None

    def close(self) -> None:
        """Record that the customer is satisfied, or has not said otherwise for long enough."""
        self._move(CaseState.CLOSED)

    def raise_priority(self) -> None:
        """Make the case one step more pressing."""
        self.priority = self.priority.raised

    def _move(self, wanted: CaseState) -> None:
        self.state = MACHINE.move(self.state, wanted)
