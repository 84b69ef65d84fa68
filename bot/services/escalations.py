"""Handing conversations to people and taking them back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.aftersales.audit import AuditEvent
from bot.aftersales.case import CaseState
from bot.aftersales.escalation import Escalation, EscalationReason, EscalationState
from bot.aftersales.labels import Priority
from bot.errors import ConflictError, NotFoundError
from bot.services import lifecycle, tasks
from bot.services.ports import UnitOfWork

MINUTES_A_CONVERSATION = 6
"""What the expected wait assumes for each conversation ahead, until statistics of the desk know better."""


DECIDE = "decide"
"""The task of whoever is to decide about a case; an agent who settles it has done so."""


@dataclass(frozen=True)
class QueuePlace:
    """Where a waiting customer stands; ``position`` counts from 1, ``expected_wait_seconds`` is a rough promise."""

    state: EscalationState
    position: int
    expected_wait_seconds: int


async def hand_over(
    uow: UnitOfWork,
    conversation_id: str,
    reason: EscalationReason,
    language: str,
    now: datetime,
    *,
    case_number: str | None = None,
    facts: dict[str, Any] | None = None,
    priority: Priority = Priority.NORMAL,
) -> QueuePlace:
    """Queue a conversation for a person and return its place; while it is queued already, only tell the place."""
    escalation = await uow.escalations.open_of(conversation_id)
    if escalation is None:
        case = await uow.cases.get(case_number) if case_number else None
        if case is not None and case.is_open:
            priority = min(priority, case.priority, key=lambda found: found.rank)
            if case.state is not CaseState.EXECUTING:
                # What is being carried out goes on meanwhile.
                case.escalate()
        escalation = Escalation(
            conversation_id, reason, priority, now, language, case_number=case_number, facts=facts or {}
        )
        uow.escalations.add(escalation)
        uow.audit.add(
            AuditEvent(
                now,
                "bot",
                "conversation.handed_over",
                f"conversation:{conversation_id}",
                conversation_id,
                {"reason": reason.value},
            )
        )
        await uow.commit()
    return await place_of(uow, escalation)


async def place_of(uow: UnitOfWork, escalation: Escalation) -> QueuePlace:
    """Return where a handoff stands among those that wait."""
    waiting = [e for e in await uow.escalations.queue() if e.state is EscalationState.QUEUED]
    ahead = [e.conversation_id for e in waiting].index(escalation.conversation_id) if escalation in waiting else 0
    position = ahead + 1 if escalation in waiting else 0
    return QueuePlace(escalation.state, position, (ahead + 1) * MINUTES_A_CONVERSATION * 60)


async def take_over(uow: UnitOfWork, conversation_id: str, agent_id: str, language: str, now: datetime) -> Escalation:
    """Give a conversation to an agent, out of the queue, from a colleague, or straight from the bot."""
    escalation = await uow.escalations.open_of(conversation_id)
    if escalation is None:
        escalation = Escalation(conversation_id, EscalationReason.AGENT_TOOK_OVER, Priority.NORMAL, now, language)
        uow.escalations.add(escalation)
    escalation.assign(agent_id, now)
    _record(uow, escalation, agent_id, "conversation.taken_over", now)
    await uow.commit()
    return escalation


async def return_to_bot(uow: UnitOfWork, conversation_id: str, agent_id: str, now: datetime) -> Escalation:
    """Give a conversation back to the bot, which goes on where it was.

    Commits nothing: what wakes the bot belongs into the same transaction, or a crash in between leaves it silent.
    """
    escalation = await held_by(uow, conversation_id, agent_id)
    escalation.return_to_bot(now)
    if escalation.case_number:
        case = await uow.cases.get(escalation.case_number)
        if case is not None and case.state is CaseState.ESCALATED:
            case.return_to_bot()
    _record(uow, escalation, agent_id, "conversation.returned_to_bot", now)
    return escalation


async def resolve(uow: UnitOfWork, conversation_id: str, agent_id: str, now: datetime) -> Escalation:
    """End a handoff whose matter the agent has settled, and resolve its case.

    Where something for the case is still under way, the case is resolved with that.
    """
    escalation = await held_by(uow, conversation_id, agent_id)
    escalation.resolve(now)
    if escalation.case_number:
        case = await uow.cases.get(escalation.case_number)
        if case is not None and case.is_open:
            if await lifecycle.is_under_way(uow, case):
                lifecycle.begin(case)
            else:
                case.resolve(now)
                await tasks.cancel_by_key(uow, f"case:{case.number}:{DECIDE}", now)
    _record(uow, escalation, agent_id, "conversation.resolved", now)
    await uow.commit()
    return escalation


async def held_by(uow: UnitOfWork, conversation_id: str, agent_id: str) -> Escalation:
    """Return the handoff an agent holds, or raise ConflictError where a colleague has it."""
    escalation = await uow.escalations.open_of(conversation_id)
    if escalation is None:
        raise NotFoundError("open handoff", conversation_id)
    if escalation.agent_id != agent_id:
        raise ConflictError(conversation=conversation_id, held_by=escalation.agent_id)
    return escalation


def _record(uow: UnitOfWork, escalation: Escalation, agent_id: str, action: str, now: datetime) -> None:
    subject = f"conversation:{escalation.conversation_id}"
    uow.audit.add(AuditEvent(now, f"agent:{agent_id}", action, subject, escalation.conversation_id))
