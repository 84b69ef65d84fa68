"""How long customers wait for answers, read off the transcripts: clocks of first and next responses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.aftersales.escalation import Escalation, EscalationReason
from bot.aftersales.sla import Metric, ServiceLevels
from bot.aftersales.task import BROKEN_AGAIN
from bot.conversations.model import Author, Message
from bot.conversations.ports import UnitOfWork
from bot.services import promises, sla, tasks


async def follow(uow: UnitOfWork, levels: ServiceLevels, now: datetime) -> int:
    """Stop the clocks whose customers were answered, start those of customers who wait; return how many; commits.

    The first response to a complaint is the bot's own, or a person's where the bot could not answer. In a handoff time
    runs from its beginning, and from the oldest message that nobody has answered, until an agent writes.
    """
    changed = await _stop_first_responses(uow, now) + await _stop_ended_handoffs(uow, now)
    for handoff in await uow.escalations.queue():
        changed += await _follow_handoff(uow, levels, handoff, now)
    await uow.commit()
    return changed


async def _stop_first_responses(uow: UnitOfWork, now: datetime) -> int:
    stopped = 0
    for clock in await uow.service_clocks.running(Metric.FIRST_RESPONSE):
        case = await uow.cases.get(clock.case_number or "")
        answers = await uow.messages.replies_to(case.source_message_id) if case else []
        if not answers:
            said = await uow.messages.of(clock.conversation_id)
            answers = [m for m in said if m.author is Author.AGENT and m.at >= clock.started_at]
        if answers:
            await sla.stop(uow, clock, answers[0].at, now)
            stopped += 1
    return stopped


async def _stop_ended_handoffs(uow: UnitOfWork, now: datetime) -> int:
    stopped = 0
    for clock in await uow.service_clocks.running(Metric.NEXT_RESPONSE):
        if await uow.escalations.open_of(clock.conversation_id) is None:
            latest = await uow.escalations.latest_of(clock.conversation_id)
            ended_at = latest.ended_at if latest else None
            said = await uow.messages.of(clock.conversation_id)
            answers = [m.at for m in said if m.author is Author.AGENT and m.at >= clock.started_at]
            await sla.stop(uow, clock, min([*answers, ended_at or now]), now)
            stopped += 1
    return stopped


async def _follow_handoff(uow: UnitOfWork, levels: ServiceLevels, handoff: Escalation, now: datetime) -> int:
    changed = 0
    said = await uow.messages.of(handoff.conversation_id)
    for wait in waits(handoff, said):
        key = f"next_response:{handoff.id}:{wait.since.isoformat()}"
        clock = await uow.service_clocks.by_key(key)
        if clock is None:
            clock = levels.clock(
                key,
                Metric.NEXT_RESPONSE,
                handoff.conversation_id,
                handoff.language,
                handoff.priority,
                wait.since,
                handoff.case_number,
            )
            uow.service_clocks.add(clock)
            changed += 1
        if wait.answered_at is not None and clock.is_running:
            await sla.stop(uow, clock, wait.answered_at, now)
            changed += 1
            case = await uow.cases.get(handoff.case_number) if handoff.case_number else None
            if case is not None and case.is_open:
                # What an agent writes keeps the promise that the customer hears from us.
                promises.renew(uow, levels, case, wait.answered_at)
                await tasks.cancel_kinds(uow, case.number, {BROKEN_AGAIN}, now)
    return changed


@dataclass(frozen=True)
class Wait:
    """A time during which a customer waited for a person; ``answered_at`` is None while it lasts."""

    since: datetime
    answered_at: datetime | None


def waits(handoff: Escalation, said: list[Message]) -> list[Wait]:
    """Return the waits of a handoff, oldest first; ``said`` is the transcript, oldest message first."""
    found = []
    # Who was taken over straight from the bot had not asked for anybody.
    since = None if handoff.reason is EscalationReason.AGENT_TOOK_OVER else handoff.opened_at
    for message in said:
        if message.at < handoff.opened_at:
            continue
        if message.author is Author.AGENT and since is not None:
            found.append(Wait(since, message.at))
            since = None
        elif message.author is Author.CUSTOMER and since is None:
            since = message.at
    return [*found, Wait(since, None)] if since is not None else found
