"""Evidence in both databases."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from bot.aftersales.evidence import Evidence, EvidenceKind
from bot.conversations.model import Conversation
from tests.integration.conftest import UowFactory

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=timezone.utc)


def a_piece(evidence_id: str, conversation_id: str = "c-1", minutes: int = 0) -> Evidence:
    at = NOW + timedelta(minutes=minutes)
    return Evidence(evidence_id, conversation_id, EvidenceKind.IMAGE, "image/jpeg", 10, 4, 3, "ab" * 32, at)


async def test_evidence_is_found_by_conversation_time_and_id_and_can_be_removed(uow_factory: UowFactory) -> None:
    async with uow_factory() as uow:
        for conversation_id in ("c-1", "c-2"):
            uow.conversations.add(Conversation(conversation_id, "web", NOW, NOW))
        for piece in (a_piece("b", minutes=5), a_piece("a"), a_piece("x", "c-2")):
            uow.evidence.add(piece)
        paper = Evidence("d", "c-2", EvidenceKind.DOCUMENT, "application/pdf", 10, None, None, "cd" * 32, NOW)
        uow.evidence.add(paper)
        await uow.commit()
    async with uow_factory() as uow:
        assert [piece.id for piece in await uow.evidence.of_conversation("c-1")] == ["a", "b"]
        assert await uow.evidence.count_since("c-1", NOW) == 2
        assert await uow.evidence.count_since("c-1", NOW + timedelta(minutes=1)) == 1
        assert await uow.evidence.known(["a", "d", "nothing", *(f"n{number}" for number in range(1200))]) == {"a", "d"}
        assert await uow.evidence.known([]) == set()
        assert await uow.evidence.of_case("C1") == []
        kept = await uow.evidence.get("d")
        assert kept is not None
        assert vars(kept).items() >= {"kind": EvidenceKind.DOCUMENT, "width": None, "received_at": NOW}.items()
        await uow.evidence.remove("a")
        await uow.evidence.remove("nothing")
        await uow.commit()
    async with uow_factory() as uow:
        assert await uow.evidence.get("a") is None
        assert [piece.id for piece in await uow.evidence.of_conversation("c-1")] == ["b"]
