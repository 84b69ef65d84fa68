"""What routing needs of a database."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from bot.aftersales.escalation import Escalation, GivenBy
from bot.aftersales.labels import IssueType, Priority


class Waiting(NamedTuple):
    """A handoff in the queue; ``told`` is the last place and wait its customer was told, None before the first."""

    escalation_id: int
    conversation_id: str
    language: str
    priority: Priority
    opened_at: datetime
    team: str | None
    passed_over: list[str]
    told: tuple[int, int, datetime] | None


class Held(NamedTuple):
    """A handoff with an agent."""

    conversation_id: str
    agent_id: str
    given_by: GivenBy | None
    assigned_at: datetime


class Unanswered(NamedTuple):
    """A handoff whose agent lets the customer wait; ``waiting`` is what it would be in the queue."""

    held: Held
    waiting: Waiting


class Teamless(NamedTuple):
    """An open handoff without a team, and what its team would depend on; ``issue`` is None where there is no case."""

    conversation_id: str
    language: str
    issue: IssueType | None


class Past(NamedTuple):
    """How a handoff of late went; ``ended_at`` is None while it goes on."""

    opened_at: datetime
    first_assigned_at: datetime
    assigned_at: datetime
    ended_at: datetime | None
    team: str | None


class RoutingBoard(Protocol):
    """Who waits, who holds what, and how long that took of late, without loading whole handoffs."""

    async def waiting(self) -> list[Waiting]:
        """Return the queue: overdue ones first, then the most pressing, then the longest waiting."""

    async def held(self) -> list[Held]:
        """Return the handoffs with agents, those who have theirs longest first."""

    async def unanswered(self, now: datetime, patience: timedelta) -> list[Unanswered]:
        """Return what agents have held for longer than a time in which nobody answered the customer, longest first.

        A customer waits from the beginning of the handoff, and from the oldest message after an agent's last words.
        Who was taken over without asking waits only after writing. What was put out of sight is left out.
        """

    async def without_team(self) -> list[Teamless]:
        """Return the open handoffs that no team was found for, or that are older than teams, oldest first."""

    async def lately(self, since: datetime, limit: int = 200) -> list[Past]:
        """Return the newest handoffs that came to an agent since a moment."""

    async def note_told(self, escalation: Escalation, position: int, wait_seconds: int, now: datetime) -> None:
        """Record what a customer who waits was told."""

    async def claim_notice(
        self, escalation_id: int, told_at: datetime | None, position: int, wait_seconds: int, now: datetime
    ) -> bool:
        """Record the next thing that a customer is told after what was told at ``told_at`` (None: nothing yet).

        Returns False, or raises ConflictError, where somebody else told the customer something meanwhile.
        """
