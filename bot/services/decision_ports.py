"""What findings of liability need of a database."""

from __future__ import annotations

from typing import Protocol

from bot.aftersales.liability import LiabilityFinding


class LiabilityFindings(Protocol):
    """All findings of liability, append-only."""

    def add(self, finding: LiabilityFinding) -> None:
        """Keep a new finding."""

    async def of_case(self, case_number: str) -> list[LiabilityFinding]:
        """Return a case's findings, oldest first."""
