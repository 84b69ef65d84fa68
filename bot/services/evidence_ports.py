"""What keeping evidence needs: rows in the database, and a place for the files."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Protocol

from bot.aftersales.evidence import Evidence, EvidenceKind


class EvidencePieces(Protocol):
    """All evidence, without the files."""

    def add(self, evidence: Evidence) -> None:
        """Keep a new piece."""

    async def get(self, evidence_id: str) -> Evidence | None:
        """Return a piece, or None."""

    async def of_conversation(self, conversation_id: str) -> list[Evidence]:
        """Return what was sent in a conversation, by whomever, oldest first."""

    async def of_case(self, case_number: str) -> list[Evidence]:
        """Return a case's evidence, oldest first."""

    async def count_since(self, conversation_id: str, since: datetime) -> int:
        """Return how many pieces the customer of a conversation has sent from a moment on."""

    async def known(self, evidence_ids: Collection[str]) -> set[str]:
        """Return which of these ids there are."""

    async def remove(self, evidence_id: str) -> None:
        """Forget a piece; its file is the store's."""


@dataclass(frozen=True)
class CleanCopy:
    """What is kept of a file that was sent; pixels are None for a document."""

    kind: EvidenceKind
    media_type: str
    size_bytes: int
    width: int | None
    height: int | None
    sha256: str


class EvidenceStore(Protocol):
    """Where the files are; nobody but this process can reach them."""

    def receive(self) -> AbstractContextManager[BinaryIO]:
        """Give an empty file to write into what arrives; it is gone afterwards."""

    async def keep(self, evidence_id: str, received: BinaryIO) -> CleanCopy:
        """Keep a clean copy of a received file durably under an id.

        Raises EvidenceRefusedError where it is not what may be sent, or cannot be read.
        """

    async def read(self, evidence_id: str, *, thumbnail: bool = False) -> bytes:
        """Return the clean copy, or its small picture (JPEG); raises NotFoundError where there is none."""

    async def remove(self, evidence_id: str) -> None:
        """Delete the files of an id, if there are any."""

    async def kept_before(self, moment: datetime) -> list[str]:
        """Return the ids of files that are there since before a moment, and drop what never got an id."""
