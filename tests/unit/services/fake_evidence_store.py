"""A store of evidence that knows only when each file was kept."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO

from bot.services.evidence_ports import CleanCopy


@dataclass
class FakeEvidenceStore:
    """Keeps moments instead of files."""

    kept: dict[str, datetime] = field(default_factory=dict)

    @contextmanager
    def receive(self) -> Iterator[BinaryIO]:
        yield io.BytesIO()

    async def keep(self, evidence_id: str, received: BinaryIO) -> CleanCopy:
        raise NotImplementedError

    async def read(self, evidence_id: str, *, thumbnail: bool = False) -> bytes:
        raise NotImplementedError

    async def remove(self, evidence_id: str) -> None:
        self.kept.pop(evidence_id, None)

    async def kept_before(self, moment: datetime) -> list[str]:
        return [evidence_id for evidence_id, at in self.kept.items() if at < moment]
