"""Evidence, without the files."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, select

from bot.aftersales.evidence import Evidence
from bot.store.repositories.base import Repository
from bot.store.tables.evidence import evidence as _table

# SQLite takes a bounded number of parameters, 999 in old versions.
_AT_ONCE = 500
_OLDEST_FIRST = (_table.c.received_at, _table.c.id)


class SqlEvidencePieces(Repository):
    """All evidence."""

    def add(self, evidence: Evidence) -> None:
        """Keep a new piece."""
        self._keep(evidence)

    async def get(self, evidence_id: str) -> Evidence | None:
        """Return a piece, or None."""
        return await self._get(Evidence, evidence_id)

    async def of_conversation(self, conversation_id: str) -> list[Evidence]:
        """Return what was sent in a conversation, by whomever, oldest first."""
        return await self._find(Evidence, _table.c.conversation_id == conversation_id, order_by=_OLDEST_FIRST)

    async def of_case(self, case_number: str) -> list[Evidence]:
        """Return a case's evidence, oldest first."""
        return await self._find(Evidence, _table.c.case_number == case_number, order_by=_OLDEST_FIRST)

    async def count_since(self, conversation_id: str, since: datetime) -> int:
        """Return how many pieces the customer of a conversation has sent from a moment on."""
        statement = select(func.count()).where(
            _table.c.conversation_id == conversation_id, _table.c.received_at >= since, _table.c.agent_id.is_(None)
        )
        return int(await (await self._transaction.orm()).scalar(statement))

    async def known(self, evidence_ids: Collection[str]) -> set[str]:
        """Return which of these ids there are."""
        wanted, found = list(evidence_ids), set()
        orm = await self._transaction.orm()
        for start in range(0, len(wanted), _AT_ONCE):
            statement = select(_table.c.id).where(_table.c.id.in_(wanted[start : start + _AT_ONCE]))
            found |= set(await orm.scalars(statement))
        return found

    async def remove(self, evidence_id: str) -> None:
        """Forget a piece; its file is the store's."""
        found = await self.get(evidence_id)
        if found is not None:
            await (await self._transaction.orm()).delete(found)
