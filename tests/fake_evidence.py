"""Evidence in memory."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timezone
from functools import partial
from typing import BinaryIO

from bot.aftersales.evidence import Evidence, EvidenceKind, EvidenceRefusal
from bot.errors import EvidenceRefusedError, NotFoundError
from bot.services.evidence_ports import CleanCopy
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


@dataclass
class FakeEvidenceStore:
    """Files in memory, and since when they are kept; whatever begins with ``not a picture`` is refused as one."""

    kept: dict[str, datetime] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)

    @contextmanager
    def receive(self) -> Iterator[BinaryIO]:
        yield io.BytesIO()

    async def keep(self, evidence_id: str, received: BinaryIO) -> CleanCopy:
        received.seek(0)
        content = received.read()
        if content.startswith(b"not a picture"):
            raise EvidenceRefusedError(EvidenceRefusal.UNSUPPORTED_TYPE)
        self.files[evidence_id] = content
        self.kept[evidence_id] = datetime.now(timezone.utc)
        digest = hashlib.sha256(content).hexdigest()
        return CleanCopy(EvidenceKind.IMAGE, "image/jpeg", len(content), 8, 8, digest)

    async def read(self, evidence_id: str, *, thumbnail: bool = False) -> bytes:
        if evidence_id not in self.files:
            raise NotFoundError("evidence", evidence_id)
        return self.files[evidence_id]

    async def remove(self, evidence_id: str) -> None:
        self.kept.pop(evidence_id, None)
        self.files.pop(evidence_id, None)

    async def kept_before(self, moment: datetime) -> list[str]:
        return [evidence_id for evidence_id, at in self.kept.items() if at < moment]
