"""Approvals: what an agent wants to give above the own limit, until a supervisor has decided."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from bot.aftersales.labels import Label
from bot.aftersales.money import Money
from bot.aftersales.states import Machine


class ApprovalKind(Label):
    """What is carried out once it is approved."""

    REFUND = "refund"
    OFFER = "offer"
    CASE = "case"
    SETTLEMENT = "settlement"


class ApprovalState(Label):
    """Where an approval stands."""

    WAITING = "waiting"
    APPROVED = "approved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


_S = ApprovalState
MACHINE = Machine("approval", {_S.WAITING: frozenset({_S.APPROVED, _S.DECLINED, _S.WITHDRAWN})})


@dataclass(eq=False)
class Approval:
    """One request for the yes of somebody with a higher limit.

    ``amount`` is what it costs, ``terms`` say what to do beside that, ``reason`` is the agent's, ``answer`` the
    decider's. ``asked_by`` and ``decided_by`` are ids of accounts; it is decided by nobody where its case ended.
    """

    case_number: str
    kind: ApprovalKind
    amount: Money
    reason: str
    asked_by: str
    asked_at: datetime
    terms: dict[str, str] = field(default_factory=dict)
    state: ApprovalState = ApprovalState.WAITING
    decided_by: str | None = None
    decided_at: datetime | None = None
    answer: str = ""
    id: int | None = None

    @property
    def is_waiting(self) -> bool:
        """Tell whether nobody has decided yet."""
        return self.state is ApprovalState.WAITING

    def approve(self, by: str, now: datetime) -> None:
        """Record the yes."""
        self._end(ApprovalState.APPROVED, by, now)

    def decline(self, by: str, answer: str, now: datetime) -> None:
        """Record the no with its reason."""
        self._end(ApprovalState.DECLINED, by, now)
        self.answer = answer

    def withdraw(self, by: str | None, now: datetime) -> None:
        """Record that it is not wanted any more."""
        self._end(ApprovalState.WITHDRAWN, by, now)

    def _end(self, wanted: ApprovalState, by: str | None, now: datetime) -> None:
        self.state = MACHINE.move(self.state, wanted)
        self.decided_by, self.decided_at = by, now
