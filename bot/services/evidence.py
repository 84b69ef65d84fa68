"""Photos and papers that customers send: taking them in, attaching them to cases, forgetting them."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

from bot.aftersales.audit import AuditEvent
from bot.aftersales.evidence import MAX_PIECES, PIECES_WITHIN, Evidence, EvidenceRefusal
from bot.errors import EvidenceRefusedError, NotFoundError
from bot.services.evidence_ports import CleanCopy, EvidenceStore
from bot.services.ports import UnitOfWork

ORPHANED_AFTER = timedelta(days=1)
"""How old a file without a row must be to be one that no transaction is about to claim."""


def new_id() -> str:
    """Return an id that nobody can guess."""
    return secrets.token_hex(16)


async def check_room(uow: UnitOfWork, conversation_id: str, now: datetime) -> None:
    """Raise EvidenceRefusedError where a conversation has sent as many pieces as it may for now."""
    if await uow.evidence.count_since(conversation_id, now - PIECES_WITHIN) >= MAX_PIECES:
        raise EvidenceRefusedError(EvidenceRefusal.TOO_MANY)


async def add(uow: UnitOfWork, evidence_id: str, conversation_id: str, copy: CleanCopy, now: datetime) -> Evidence:
    """Add a piece whose file is kept already to the transaction; commits nothing.

    Where a person handles the conversation on a case it belongs to that case, since no bot is there to ask which.
    Raises EvidenceRefusedError where the conversation has sent too many.
    """
    await check_room(uow, conversation_id, now)
    handoff = await uow.escalations.open_of(conversation_id)
    evidence = Evidence(
        evidence_id,
        conversation_id,
        copy.kind,
        copy.media_type,
        copy.size_bytes,
        copy.width,
        copy.height,
        copy.sha256,
        now,
        handoff.case_number if handoff else None,
    )
    uow.evidence.add(evidence)
    _record(uow, evidence, "evidence.added", now, kind=evidence.kind.value, bytes=evidence.size_bytes)
    return evidence


async def add_of_agent(
    uow: UnitOfWork, evidence_id: str, conversation_id: str, copy: CleanCopy, agent_id: str, now: datetime
) -> Evidence:
    """Add a file that an agent sends to the customer and that is kept already; commits nothing.

    It is evidence of no case, and does not count as sent by the customer.
    """
    evidence = Evidence(
        evidence_id,
        conversation_id,
        copy.kind,
        copy.media_type,
        copy.size_bytes,
        copy.width,
        copy.height,
        copy.sha256,
        now,
        agent_id=agent_id,
    )
    uow.evidence.add(evidence)
    actor = f"agent:{agent_id}"
    _record(uow, evidence, "evidence.sent", now, actor=actor, kind=evidence.kind.value, bytes=evidence.size_bytes)
    return evidence


async def owned(uow: UnitOfWork, conversation_id: str, evidence_id: str) -> Evidence:
    """Return a piece of this very conversation; raises NotFoundError for any other, whether it exists or not."""
    evidence = await uow.evidence.get(evidence_id)
    if evidence is None or evidence.conversation_id != conversation_id:
        raise NotFoundError("evidence", evidence_id)
    return evidence


async def of_conversation(uow: UnitOfWork, conversation_id: str) -> list[Evidence]:
    """Return what the customer of a conversation sent, oldest first."""
    return [piece for piece in await uow.evidence.of_conversation(conversation_id) if piece.agent_id is None]


async def of_case(uow: UnitOfWork, case_number: str) -> list[Evidence]:
    """Return a case's evidence, oldest first."""
    return await uow.evidence.of_case(case_number)


async def attach_to_case(uow: UnitOfWork, conversation_id: str, case_number: str, now: datetime) -> list[Evidence]:
    """Attach to a case what its conversation sent and no case has yet, and return it; commits nothing."""
    loose = [piece for piece in await of_conversation(uow, conversation_id) if piece.case_number is None]
    for piece in loose:
        piece.attach(case_number)
        _record(uow, piece, "evidence.attached", now)
    return loose


async def attach_piece(uow: UnitOfWork, evidence_id: str, case_number: str, now: datetime) -> None:
    """Attach one piece to a case unless it has one; commits nothing."""
    piece = await uow.evidence.get(evidence_id)
    if piece is not None and piece.case_number is None:
        piece.attach(case_number)
        _record(uow, piece, "evidence.attached", now)


async def forget(uow: UnitOfWork, conversation_ids: Collection[str], actor: str, now: datetime) -> list[str]:
    """Remove what conversations sent from the records and return the ids; commits nothing.

    Remove the files from the store after the commit; those that a crash leaves behind the sweep finds.
    """
    forgotten = [piece for found in conversation_ids for piece in await uow.evidence.of_conversation(found)]
    for piece in forgotten:
        await uow.evidence.remove(piece.id)
        _record(uow, piece, "evidence.erased", now, actor=actor)
    return [piece.id for piece in forgotten]


async def sweep(uow: UnitOfWork, store: EvidenceStore, now: datetime) -> int:
    """Delete files that a crash left without a row, and return how many pieces that were."""
    found = await store.kept_before(now - ORPHANED_AFTER)
    known = await uow.evidence.known(found)
    orphans = [evidence_id for evidence_id in found if evidence_id not in known]
    for evidence_id in orphans:
        await store.remove(evidence_id)
    return len(orphans)


def _record(
    uow: UnitOfWork, evidence: Evidence, action: str, now: datetime, *, actor: str = "system", **data: str | int
) -> None:
    facts = {"case": evidence.case_number, **data} if evidence.case_number else data
    uow.audit.add(AuditEvent(now, actor, action, f"evidence:{evidence.id}", evidence.conversation_id, dict(facts)))
