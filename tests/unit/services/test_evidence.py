"""Evidence belongs to who sent it, is bounded, finds its case, and can be forgotten."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from bot.aftersales.escalation import Escalation, EscalationReason
from bot.aftersales.evidence import MAX_PIECES, Evidence, EvidenceKind, EvidenceRefusal
from bot.aftersales.labels import Priority
from bot.errors import EvidenceRefusedError, NotFoundError
from bot.services import evidence
from bot.services.evidence_ports import CleanCopy
from tests.fake_evidence import FakeEvidenceStore
from tests.fakes import FakeUnitOfWork

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=timezone.utc)
COPY = CleanCopy(EvidenceKind.IMAGE, "image/jpeg", 1000, 640, 480, "ab" * 32)


@pytest.fixture
def uow() -> FakeUnitOfWork:
    return FakeUnitOfWork()


async def send(uow: FakeUnitOfWork, conversation_id: str = "c-1", at: datetime = NOW) -> Evidence:
    return await evidence.add(uow, evidence.new_id(), conversation_id, COPY, at)


def test_ids_are_long_and_differ() -> None:
    ids = {evidence.new_id() for _ in range(100)}
    assert len(ids) == 100
    assert all(len(bytes.fromhex(found)) == 16 for found in ids)


async def test_what_was_sent_is_recorded_without_anything_personal(uow: FakeUnitOfWork) -> None:
    piece = await send(uow)
    (event,) = await uow.audit.of_subject(f"evidence:{piece.id}")
    assert (event.actor, event.action, event.conversation_id) == ("system", "evidence.added", "c-1")
    assert event.data == {"kind": "image", "bytes": 1000}


async def test_only_the_conversation_that_sent_it_owns_it(uow: FakeUnitOfWork) -> None:
    piece = await send(uow)
    assert await evidence.owned(uow, "c-1", piece.id) is piece
    for conversation_id, evidence_id in (("c-2", piece.id), ("c-1", evidence.new_id()), ("c-1", "")):
        with pytest.raises(NotFoundError):
            await evidence.owned(uow, conversation_id, evidence_id)


async def test_ten_pieces_an_hour_and_no_more(uow: FakeUnitOfWork) -> None:
    for minute in range(MAX_PIECES):
        await send(uow, at=NOW + timedelta(minutes=minute))
    with pytest.raises(EvidenceRefusedError) as refused:
        await send(uow, at=NOW + timedelta(minutes=59))
    assert refused.value.reason == EvidenceRefusal.TOO_MANY
    await send(uow, "c-2", NOW + timedelta(minutes=59))
    await send(uow, at=NOW + timedelta(minutes=61))


async def test_a_case_gets_what_its_conversation_sent_and_no_case_has(uow: FakeUnitOfWork) -> None:
    first, second = await send(uow), await send(uow)
    await send(uow, "c-2")
    assert await evidence.attach_to_case(uow, "c-1", "C1", NOW) == [first, second]
    third = await send(uow)
    assert await evidence.attach_to_case(uow, "c-1", "C2", NOW) == [third]
    assert await evidence.attach_to_case(uow, "c-1", "C2", NOW) == []
    assert await evidence.of_case(uow, "C1") == [first, second]
    assert await evidence.of_case(uow, "C2") == [third]
    assert await evidence.of_conversation(uow, "c-1") == [first, second, third]
    *_, event = await uow.audit.of_subject(f"evidence:{third.id}")
    assert (event.action, event.data) == ("evidence.attached", {"case": "C2"})


async def test_what_is_sent_to_a_person_belongs_to_the_case_they_work_on(uow: FakeUnitOfWork) -> None:
    reason = EscalationReason.ASKED_FOR_HUMAN
    uow.escalations.add(Escalation("c-1", reason, Priority.NORMAL, "en", NOW, case_number="C1"))
    assert (await send(uow)).case_number == "C1"
    assert (await send(uow, "c-2")).case_number is None


async def test_what_is_forgotten_is_gone_and_that_is_recorded(uow: FakeUnitOfWork) -> None:
    piece, other = await send(uow), await send(uow, "c-2")
    assert await evidence.forget(uow, ["c-1", "c-3"], "agent:ana", NOW) == [piece.id]
    assert await evidence.of_conversation(uow, "c-1") == []
    assert await evidence.of_conversation(uow, "c-2") == [other]
    *_, event = await uow.audit.of_subject(f"evidence:{piece.id}")
    assert (event.actor, event.action) == ("agent:ana", "evidence.erased")


async def test_the_sweep_takes_old_files_without_a_row_and_no_others(uow: FakeUnitOfWork) -> None:
    piece = await send(uow)
    old, new = NOW - timedelta(hours=25), NOW - timedelta(hours=23)
    store = FakeEvidenceStore({piece.id: old, "orphan": old, "young": new})
    assert await evidence.sweep(uow, store, NOW) == 1
    assert set(store.kept) == {piece.id, "young"}
    assert await evidence.sweep(uow, store, NOW) == 0
