"""Approvals in memory."""

from __future__ import annotations

from bot.aftersales.approval import Approval
from bot.errors import ConflictError
from tests.fake_tables import Table


class FakeApprovals(Table[Approval]):
    def add(self, thing: Approval) -> None:
        if any(row.is_waiting for row in self.find(case_number=thing.case_number)):
            raise ConflictError(what="key")
        self.number(thing)
        super().add(thing)

    async def get(self, approval_id: int) -> Approval | None:
        return self.one(id=approval_id)

    async def of_case(self, case_number: str) -> list[Approval]:
        return self.find(case_number=case_number)

    async def waiting(self, limit: int = 200) -> list[Approval]:
        found = [row for row in self.rows if row.is_waiting]
        return sorted(found, key=lambda row: (row.asked_at, row.id))[:limit]

    async def decided(self, limit: int = 50) -> list[Approval]:
        found = [row for row in self.rows if row.decided_at is not None]
        return sorted(found, key=lambda row: (row.decided_at, row.id), reverse=True)[:limit]
