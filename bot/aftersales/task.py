"""Tasks: what a department has to do for a case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.aftersales.labels import IssueType, Label
from bot.aftersales.states import Machine
from bot.errors import IllegalStateError


class Department(Label):
    """Who has to do it."""

    WAREHOUSE = "warehouse"
    FINANCE = "finance"
    LOGISTICS = "logistics"
    QUALITY = "quality"
    LEGAL = "legal"
    SUPERVISOR = "supervisor"


class TaskState(Label):
    """Where a task stands."""

    OPEN = "open"
    DONE = "done"
    CANCELED = "canceled"


LOOKED_INTO = {
    IssueType.DELIVERED_NOT_RECEIVED: (Department.LOGISTICS, "ask_for_proof_of_delivery"),
    IssueType.LOST_PARCEL: (Department.LOGISTICS, "search_parcel"),
    IssueType.LATE_DELIVERY: (Department.LOGISTICS, "speed_parcel_up"),
    IssueType.CUSTOMS_CHARGES: (Department.LOGISTICS, "check_duties"),
    IssueType.OVERCHARGED: (Department.FINANCE, "check_payment"),
    IssueType.REFUND_MISSING: (Department.FINANCE, "trace_refund"),
    IssueType.COUNTERFEIT: (Department.QUALITY, "check_authenticity"),
    IssueType.SAFETY_HAZARD: (Department.QUALITY, "check_safety"),
    IssueType.POOR_SERVICE: (Department.SUPERVISOR, "answer_customer"),
}
"""Which department looks into what nobody can settle at once, and what it does."""

DECIDE = (Department.SUPERVISOR, "decide")
"""Who decides about the rest."""

_OUTLIVES_CASE = frozenset({"check_authenticity", "check_safety"})

OTHER = "other"
"""What people open a task for where no kind says it: the task's note does."""

BY_HAND = {
    **{what: department for department, what in (*LOOKED_INTO.values(), DECIDE)},
    "send_goods_back": Department.WAREHOUSE,
    "reclaim_duties": Department.FINANCE,
    "look_into_pattern": Department.QUALITY,
    OTHER: Department.SUPERVISOR,
}
"""The kinds of tasks that people open, and which department does them as a rule.

All other kinds belong to a return, a repair or the like, which opens them when their time comes and calls them off.
"""

OFFER_REFUND, REPAIR_FAILED, BROKEN_AGAIN = "offer_refund", "repair_failed", "promise_broken_again"
"""What a supervisor does where goods are sold out, cannot be mended, or a customer was left waiting."""

SEND_PAPERS = "send_papers"
"""What legal does with papers that customs waits for."""

REACH_CUSTOMER = "reach_customer"
"""What a supervisor does where an announcement did not arrive: the customer has to hear it in another way."""

LEADS_TO_DECISION = frozenset({what for _, what in (*LOOKED_INTO.values(), DECIDE)} - _OUTLIVES_CASE) | {
    OFFER_REFUND,
    REPAIR_FAILED,
    BROKEN_AGAIN,
}
"""What is needless once the case is decided, or has ended; goods are checked for the sake of other customers, too."""

MACHINE = Machine("task", {TaskState.OPEN: frozenset({TaskState.DONE, TaskState.CANCELED})})


@dataclass(eq=False)
class Task:
    """One thing to do; ``key`` names the occasion, so that it is opened once.

    The key of what is to do about the case itself, not about something that belongs to it, begins with ``case:``.
    ``what`` is a code such as ``inspect_return``, ``owner`` the id of the agent who took it, ``result`` what came of it
    in that person's words. ``note`` explains what somebody opened by hand. ``overdue_at`` is when it was noted that its
    time has passed, None until then.
    """

    key: str
    case_number: str
    department: Department
    what: str
    opened_at: datetime
    due_at: datetime
    owner: str | None = None
    state: TaskState = TaskState.OPEN
    result: str = ""
    note: str = ""
    ended_at: datetime | None = None
    overdue_at: datetime | None = None
    id: int | None = None

    @property
    def is_open(self) -> bool:
        """Tell whether it has yet to be done."""
        return self.state is TaskState.OPEN

    @property
    def is_about_case(self) -> bool:
        """Tell whether it is to do once for a case, whatever belongs to that."""
        return self.key.startswith("case:")

    def is_overdue(self, now: datetime) -> bool:
        """Tell whether its time has passed."""
        return self.is_open and now > self.due_at

    def give(self, owner: str | None) -> None:
        """Make it an agent's, or with None nobody's; raises IllegalStateError where it is over."""
        if not self.is_open:
            raise IllegalStateError("task", self.state.value, TaskState.OPEN.value)
        self.owner = owner

    def finish(self, result: str, now: datetime) -> None:
        """Record what came of it."""
        self.state = MACHINE.move(self.state, TaskState.DONE)
        self.result = result
        self.ended_at = now

    def cancel(self, now: datetime) -> None:
        """Record that it need not be done any more."""
        self.state = MACHINE.move(self.state, TaskState.CANCELED)
        self.ended_at = now


@dataclass(frozen=True)
class Workload:
    """How many tasks are open, and of how many of them the time has passed."""

    open: int = 0
    overdue: int = 0

    def __add__(self, other: Workload) -> Workload:
        """Return both together."""
        return Workload(self.open + other.open, self.overdue + other.overdue)
