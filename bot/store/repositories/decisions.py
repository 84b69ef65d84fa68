"""Findings of liability."""

from __future__ import annotations

from bot.aftersales.liability import LiabilityFinding
from bot.store.repositories.base import Repository
from bot.store.tables.decisions import liability_findings as _table


class SqlLiabilityFindings(Repository):
    """All findings of liability, append-only."""

    def add(self, finding: LiabilityFinding) -> None:
        """Keep a new finding."""
        self._keep(finding)

    async def of_case(self, case_number: str) -> list[LiabilityFinding]:
        """Return a case's findings, oldest first."""
        return await self._find(LiabilityFinding, _table.c.case_number == case_number, order_by=(_table.c.id,))
