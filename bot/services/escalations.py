"""Handing conversations to people and taking them back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot import metrics
from bot.aftersales.audit import AuditEvent
from bot.aftersales.case import CaseState
from bot.aftersales.escalation import Escalation, EscalationReason, EscalationState, GivenBy
from bot.aftersales.labels import IssueType, Priority
from bot.aftersales.sla import ALWAYS_OPEN, ServiceLevels, Team
from bot.errors import ConflictError, NotFoundError
from bot.services import desk_settings, lifecycle, routing, tasks, wording
from bot.services.instructions import Instruction
from bot.services.ports import UnitOfWork

DECIDE = "decide"
"""The task of whoever is to decide about a case; an agent who settles it has done so."""


@dataclass(frozen=True)
class QueuePlace:
    """Where a waiting customer stands in the queue of a team.

    ``position`` counts from 1, ``expected_wait_seconds`` is a rough promise. ``opens_at`` is when people are there
    again, None while they are.
    """

    state: EscalationState
    position: int
    expected_wait_seconds: int
    opens_at: datetime | None = None

    @property
    def response(self) -> str:
        """Return the name of the response that tells a customer who has just been queued."""
        return "utter_handoff_queued" if self.opens_at is None else "utter_handoff_out_of_hours"

    @property
    def values(self) -> dict[str, Any]:
        """Return what responses say of it."""
        if self.opens_at is not None:
            return {"until": wording.moment(self.opens_at)}
        return {"position": self.position, "minutes": max(1, round(self.expected_wait_seconds / 60))}

    def as_fact(self) -> dict[str, Any]:
        """Return it as clients see it in ``custom.handoff``."""
        fact: dict[str, Any] = {
            "state": self.state.value,
            "position": self.position,
            "expected_wait_seconds": self.expected_wait_seconds,
        }
        return fact if self.opens_at is None else {**fact, "opens_at": self.opens_at.isoformat()}


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
    levels: ServiceLevels = ALWAYS_OPEN,
) -> QueuePlace:
    """Queue a conversation for a person and return its place; while it is queued already, only tell the place.

    The place is taken to be told to the customer: only what changes later is told again.
    """
    settings = await desk_settings.read(uow)
    levels = settings.service_levels(levels)
    escalation = await uow.escalations.open_of(conversation_id)
    if escalation is None:
        case = await uow.cases.get(case_number) if case_number else None
        if case is not None and case.was_refused:
            case.contest()
            lifecycle.record(uow, "customer", "case.reopened", f"case:{case.number}", case, now)
        if case is not None and case.is_open:
            priority = min(priority, case.priority, key=lambda found: found.rank)
            if case.state is not CaseState.EXECUTING:
                # What is being carried out goes on meanwhile.
                case.escalate()
        escalation = Escalation(
            conversation_id, reason, priority, now, language, case_number=case_number, facts=facts or {}
        )
        escalation.team = routing.team_of(settings, language, case.issue_type if case else _issue_of(escalation))
        uow.escalations.add(escalation)
        metrics.HANDOFFS.labels(reason.value).inc()
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
    hours = routing.hours_of(settings, levels, escalation.team, language)
    place = await place_of(uow, escalation, now, hours)
    if place.state is EscalationState.QUEUED:
        escalation.promised_for = place.opens_at or escalation.promised_for
        await uow.routing.note_told(escalation, place.position, place.expected_wait_seconds, now)
    await uow.commit()
    return place


async def place_of(uow: UnitOfWork, escalation: Escalation, now: datetime, hours: Team | None = None) -> QueuePlace:
    """Return where a handoff stands among those that wait for the same team; 0 for one that does not wait."""
    floor, pace = await routing.floor_of(uow, now), await routing.pace_of(uow, now)
    queue = [one.conversation_id for one in await uow.routing.waiting() if one.team == escalation.team]
    position = queue.index(escalation.conversation_id) + 1 if escalation.conversation_id in queue else 0
    wait = routing.expected_wait(max(1, position), floor.room(escalation.team), pace)
    opens = routing.opens_at(hours, escalation.team, floor, now) if hours else None
    return QueuePlace(escalation.state, position, int(wait.total_seconds()), opens)


async def take_over(
    uow: UnitOfWork, conversation_id: str, agent_id: str, language: str, now: datetime, *, seen_with: str | None = None
) -> Escalation:
    """Give a conversation to an agent, out of the queue, from a colleague, or straight from the bot; commits nothing.

    Raises ConflictError where it is not with ``seen_with`` any more, the holder that the agent saw.
    """
    escalation = await uow.escalations.open_of(conversation_id)
    _check_holder(escalation, seen_with)
    if escalation is None:
        escalation = Escalation(conversation_id, EscalationReason.AGENT_TOOK_OVER, Priority.NORMAL, now, language)
        metrics.HANDOFFS.labels(EscalationReason.AGENT_TOOK_OVER.value).inc()
        uow.escalations.add(escalation)
    taken_from = escalation.agent_id
    escalation.assign(agent_id, now)
    data = {"from": taken_from} if taken_from else {}
    _record(uow, escalation, f"agent:{agent_id}", "conversation.taken_over", now, data)
    return escalation


async def give(
    uow: UnitOfWork,
    conversation_id: str,
    agent_id: str,
    given_by: GivenBy,
    actor: str,
    now: datetime,
    *,
    seen_with: str,
) -> Escalation:
    """Give a conversation that is in a handoff to an agent who did not ask for it; commits nothing.

    Raises ConflictError where it is not with ``seen_with`` any more, NotFoundError where the bot has it.
    """
    escalation = await uow.escalations.open_of(conversation_id)
    _check_holder(escalation, seen_with)
    if escalation is None:
        raise NotFoundError("open handoff", conversation_id)
    escalation.assign(agent_id, now, given_by)
    _record(uow, escalation, actor, "conversation.assigned", now, {"to": agent_id})
    return escalation


async def release(
    uow: UnitOfWork,
    conversation_id: str,
    actor: str,
    why: str,
    now: datetime,
    *,
    seen_with: str,
    passes_over: bool = False,
    team: str | None = None,
) -> QueuePlace:
    """Put a conversation back into the queue, of another team where one is given, and return its place.

    Commits nothing. With ``passes_over`` the agent who had it does not get it again by itself. Raises ConflictError
    where it is not with ``seen_with`` any more, NotFoundError where the bot has it.
    """
    escalation = await uow.escalations.open_of(conversation_id)
    _check_holder(escalation, seen_with)
    if escalation is None:
        raise NotFoundError("open handoff", conversation_id)
    data = {"from": escalation.agent_id, "why": why, **({"team": team} if team else {})}
    if escalation.state is EscalationState.ASSIGNED:
        escalation.release(passes_over=passes_over)
    if team is not None:
        escalation.team, escalation.passed_over = team, []
    _record(uow, escalation, actor, "conversation.requeued", now, data)
    return await place_of(uow, escalation, now)


async def return_to_bot(
    uow: UnitOfWork, conversation_id: str, agent_id: str, now: datetime, instruction: Instruction | None = None
) -> Escalation:
    """Give a conversation back to the bot, which goes on where it was or follows the instruction.

    Commits nothing: what wakes the bot belongs into the same transaction, or a crash in between leaves it silent.
    """
    escalation = await held_by(uow, conversation_id, agent_id)
    escalation.return_to_bot(now, instruction.as_json() if instruction else None)
    if escalation.case_number:
        case = await uow.cases.get(escalation.case_number)
        if case is not None and case.state is CaseState.ESCALATED:
            case.return_to_bot()
    data = {"instruction": instruction.kind.value} if instruction else {}
    _record(uow, escalation, f"agent:{agent_id}", "conversation.returned_to_bot", now, data)
    return escalation


async def resolve(uow: UnitOfWork, conversation_id: str, agent_id: str, now: datetime) -> Escalation:
    """End a handoff whose matter the agent has settled, and resolve its case; commits nothing.

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
    _record(uow, escalation, f"agent:{agent_id}", "conversation.resolved", now)
    return escalation


async def close(uow: UnitOfWork, conversation_id: str, agent_id: str, now: datetime, *, seen_with: str) -> Escalation:
    """End a handoff that waits or that a colleague holds, in the name of whoever closes it; commits nothing.

    Raises ConflictError where it is not with ``seen_with`` any more, NotFoundError where the bot has it.
    """
    escalation = await uow.escalations.open_of(conversation_id)
    _check_holder(escalation, seen_with)
    if escalation is None:
        raise NotFoundError("open handoff", conversation_id)
    if escalation.agent_id != agent_id:
        data = {"from": escalation.agent_id} if escalation.agent_id else {}
        escalation.assign(agent_id, now)
        _record(uow, escalation, f"agent:{agent_id}", "conversation.taken_over", now, data)
    return await resolve(uow, conversation_id, agent_id, now)


async def held_by(uow: UnitOfWork, conversation_id: str, agent_id: str) -> Escalation:
    """Return the handoff an agent holds, or raise ConflictError where a colleague has it."""
    escalation = await uow.escalations.open_of(conversation_id)
    if escalation is None:
        raise NotFoundError("open handoff", conversation_id)
    if escalation.agent_id != agent_id:
        raise ConflictError(conversation=conversation_id, held_by=escalation.agent_id)
    return escalation


def holder_key(escalation: Escalation | None) -> str:
    """Return who has a conversation: ``bot``, ``queued`` or ``agent:<id>``."""
    if escalation is None:
        return "bot"
    return f"agent:{escalation.agent_id}" if escalation.agent_id else EscalationState.QUEUED.value


def _check_holder(escalation: Escalation | None, seen_with: str | None) -> None:
    if seen_with is not None and seen_with != holder_key(escalation):
        raise ConflictError(held_by=holder_key(escalation))


def _issue_of(escalation: Escalation) -> IssueType | None:
    known = escalation.facts.get("known") or {}
    return next((issue for issue in IssueType if issue.value == known.get("reason")), None)


def _record(
    uow: UnitOfWork, escalation: Escalation, actor: str, action: str, now: datetime, data: dict[str, Any] | None = None
) -> None:
    subject = f"conversation:{escalation.conversation_id}"
    uow.audit.add(AuditEvent(now, actor, action, subject, escalation.conversation_id, data or {}))
