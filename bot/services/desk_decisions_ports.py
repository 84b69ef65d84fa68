"""What decisions of agents need of a database."""

from __future__ import annotations

from typing import Protocol

from bot.aftersales.approval import Approval


class Approvals(Protocol):
    """All approvals asked for."""

    def add(self, approval: Approval) -> None:
        """Keep a new approval; a case waits for one at most, of two at once the second is a ConflictError."""

    async def get(self, approval_id: int) -> Approval | None:
        """Return an approval, or None."""

    async def of_case(self, case_number: str) -> list[Approval]:
        """Return a case's approvals, oldest first."""

    async def waiting(self, limit: int = 200) -> list[Approval]:
        """Return those nobody has decided about, the longest waiting first."""

    async def decided(self, limit: int = 50) -> list[Approval]:
        """Return those somebody has decided about, the newest decision first."""
