"""Claims against carriers and suppliers."""

from __future__ import annotations

from bot.aftersales.claim import Claim, ClaimState
from bot.store.repositories.base import Repository
from bot.store.tables.claims import claims as _table

_WAITING = (ClaimState.DRAFT, ClaimState.FILED, ClaimState.ACCEPTED)


class SqlClaims(Repository):
    """All claims."""

    def add(self, claim: Claim) -> None:
        """Keep a new claim."""
        self._keep(claim)

    async def get(self, number: str) -> Claim | None:
        """Return a claim, or None."""
        return await self._get(Claim, number)

    async def by_key(self, key: str) -> Claim | None:
        """Return the claim of an occasion, or None."""
        return await self._first(Claim, _table.c.key == key)

    async def of_case(self, case_number: str) -> list[Claim]:
        """Return a case's claims, oldest first."""
        return await self._find(Claim, _table.c.case_number == case_number, order_by=(_table.c.number,))

    async def open(self, limit: int = 200) -> list[Claim]:
        """Return the claims that somebody has to file, answer or pay, oldest first."""
        oldest_first = (_table.c.opened_at, _table.c.number)
        return await self._find(Claim, _table.c.state.in_(_WAITING), order_by=oldest_first, limit=limit)
