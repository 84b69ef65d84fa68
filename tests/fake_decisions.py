"""Findings of liability in memory."""

from __future__ import annotations

from bot.aftersales.liability import LiabilityFinding
from tests.fake_tables import Table


class FakeLiabilityFindings(Table[LiabilityFinding]):
    def add(self, thing: LiabilityFinding) -> None:
        self.number(thing)
        super().add(thing)

    async def of_case(self, case_number: str) -> list[LiabilityFinding]:
        return self.find(case_number=case_number)
