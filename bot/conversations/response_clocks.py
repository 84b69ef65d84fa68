"""How long customers wait for answers, read off the transcripts: clocks of first and next responses."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from bot.aftersales.escalation import Escalation, EscalationReason
from bot.aftersales.sla import WAIT_KEY, Metric, ServiceClock, ServiceLevels
from bot.aftersales.task import BROKEN_AGAIN
from bot.conversations.model import Author, Message
from bot.conversations.ports import UnitOfWork
from bot.services import promises, sla, tasks
from bot.services.one_by_one import one_by_one


async def follow(
    uow_factory: Callable[[], UnitOfWork],
    levels: ServiceLevels,
    now: datetime,
    tell: Callable[[str], None] = lambda conversation_id: None,
) -> int:
    """Stop the clocks whose customers were answered, start those of customers who wait; return how many changed.

    The first response to a complaint is the bot's own, or a person's where the bot could not answer. In a handoff time
    runs from its beginning, and from the oldest message that nobody has answered, until an agent writes. Transcripts
    are read only where somebody wrote, and what follows is a transaction of its own for each conversation. ``tell``
    gets the conversations whose clocks changed, for whoever looks at the inbox.
    """
    steps: dict[str, Callable[[UnitOfWork], Awaitable[list[ServiceClock]]]] = {}
    async with uow_factory() as uow:
        for key in await uow.service_clocks.answered_first():
            steps[key] = partial(_stop_first_response, key=key, now=now)
        for key, ended_at in (await uow.service_clocks.outlived()).items():
            steps[key] = partial(_stop_outlived, key=key, ended_at=ended_at or now, now=now)
        for conversation_id in await uow.service_clocks.out_of_step_waits():
            steps[f"handoff:{conversation_id}"] = partial(
                _follow_handoff, conversation_id=conversation_id, levels=levels, now=now
            )
    changed: list[ServiceClock] = []

    async def take(uow: UnitOfWork, step: str) -> None:
        changed.extend(await steps[step](uow))

    try:
        await one_by_one(uow_factory, steps, take)
    finally:
        for conversation_id in dict.fromkeys(clock.conversation_id for clock in changed):
            tell(conversation_id)
    return len(changed)


async def _stop_first_response(uow: UnitOfWork, *, key: str, now: datetime) -> list[ServiceClock]:
    clock = await uow.service_clocks.by_key(key)
    if clock is None or not clock.is_running:
        return []
    case = await uow.cases.get(clock.case_number or "")
    answers = await uow.messages.replies_to(case.source_message_id) if case else []
    answers = answers or await _answers_since(uow, clock)
    if not answers:
        return []
    await sla.stop(uow, clock, answers[0].at, now)
    return [clock]


async def _stop_outlived(uow: UnitOfWork, *, key: str, ended_at: datetime, now: datetime) -> list[ServiceClock]:
    clock = await uow.service_clocks.by_key(key)
    if clock is None or not clock.is_running:
        return []
    answers = await _answers_since(uow, clock)
    await sla.stop(uow, clock, min([*(message.at for message in answers), ended_at]), now)
    return [clock]


async def _answers_since(uow: UnitOfWork, clock: ServiceClock) -> list[Message]:
    said = await uow.messages.of(clock.conversation_id)
    return [message for message in said if message.author is Author.AGENT and message.at >= clock.started_at]


async def _follow_handoff(
    uow: UnitOfWork, *, conversation_id: str, levels: ServiceLevels, now: datetime
) -> list[ServiceClock]:
    handoff = await uow.escalations.open_of(conversation_id)
    if handoff is None:
        return []
    changed = []
    for wait in waits(handoff, await uow.messages.of(conversation_id)):
        key = f"{WAIT_KEY}:{handoff.id}:{wait.since.isoformat()}"
        clock = await uow.service_clocks.by_key(key)
        is_new = clock is None
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
        has_stopped = wait.answered_at is not None and clock.is_running
        if wait.answered_at is not None and has_stopped:
            await sla.stop(uow, clock, wait.answered_at, now)
            case = await uow.cases.get(handoff.case_number) if handoff.case_number else None
            if case is not None and case.is_open:
                # What an agent writes keeps the promise that the customer hears from us.
                promises.renew(uow, levels, case, wait.answered_at)
                await tasks.cancel_kinds(uow, case.number, {BROKEN_AGAIN}, now)
        if is_new or has_stopped:
            changed.append(clock)
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
