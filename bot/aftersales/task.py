"""Tasks: what a department has to do for a case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.aftersales.labels import Label
from bot.aftersales.states import Machine


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


MACHINE = Machine("task", {TaskState.OPEN: frozenset({TaskState.DONE, TaskState.CANCELED})})


@dataclass(eq=False)
class Task:
    """One thing to do; ``key`` names the occasion, so that it is opened once.

    ``what`` is a code such as ``inspect_return``, ``owner`` the id of the agent who took it, ``result`` what came of it
    in that person's words.
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
    ended_at: datetime | None = None
    id: int | None = None

    @property
    def is_open(self) -> bool:
        """Tell whether it has yet to be done."""
        return self.state is TaskState.OPEN

    def is_overdue(self, now: datetime) -> bool:
        """Tell whether its time has passed."""
        return self.is_open and now > self.due_at

    def finish(self, result: str, now: datetime) -> None:
        """Record what came of it."""
        self.state = MACHINE.move(self.state, TaskState.DONE)
        self.result = result
        self.ended_at = now

    def cancel(self, now: datetime) -> None:
        """Record that it need not be done any more."""
        self.state = MACHINE.move(self.state, TaskState.CANCELED)
        self.ended_at = now
