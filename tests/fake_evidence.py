"""Evidence in memory."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from functools import partial

from bot.aftersales.evidence import Evidence
from tests.fake_tables import Table


class FakeEvidencePieces(Table[Evidence]):
    async def get(self, evidence_id: str) -> Evidence | None:
        return self.one(id=evidence_id)

    async def of_conversation(self, conversation_id: str) -> list[Evidence]:
        return self.find(conversation_id=conversation_id)

    async def of_case(self, case_number: str) -> list[Evidence]:
        return self.find(case_number=case_number)

    async def count_since(self, conversation_id: str, since: datetime) -> int:
        return sum(piece.received_at >= since for piece in self.find(conversation_id=conversation_id, agent_id=None))

    async def known(self, evidence_ids: Collection[str]) -> set[str]:
        return {piece.id for piece in self.rows if piece.id in evidence_ids}

    async def remove(self, evidence_id: str) -> None:
        for piece in self.find(id=evidence_id):
            self.rows.remove(piece)
            self.uow.undo.append(partial(self.rows.append, piece))
