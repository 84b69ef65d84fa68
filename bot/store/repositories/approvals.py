"""Approvals of what exceeds an agent's limit."""

from __future__ import annotations

from bot.aftersales.approval import Approval, ApprovalState
from bot.store.repositories.base import Repository
from bot.store.tables.approvals import approvals as _table


class SqlApprovals(Repository):
    """All approvals asked for."""

    def add(self, approval: Approval) -> None:
        """Keep a new approval; a case waits for one at most, of two at once the second is a ConflictError."""
        self._keep(approval)

    async def get(self, approval_id: int) -> Approval | None:
        """Return an approval, or None."""
        return await self._first(Approval, _table.c.id == approval_id)

    async def of_case(self, case_number: str) -> list[Approval]:
        """Return a case's approvals, oldest first."""
        return await self._find(Approval, _table.c.case_number == case_number, order_by=(_table.c.id,))

    async def waiting(self, limit: int = 200) -> list[Approval]:
        """Return those nobody has decided about, the longest waiting first."""
        t = _table.c
        return await self._find(Approval, t.state == ApprovalState.WAITING, order_by=(t.asked_at, t.id), limit=limit)

    async def decided(self, limit: int = 50) -> list[Approval]:
        """Return those somebody has decided about, the newest decision first."""
        t = _table.c
        return await self._find(
            Approval, t.decided_at.is_not(None), order_by=(t.decided_at.desc(), t.id.desc()), limit=limit
        )
