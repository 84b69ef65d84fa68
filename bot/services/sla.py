"""Service levels at work: clocks that go as their cases do, warnings before a target is missed and what follows then.

Clocks follow the state of things rather than being told of each change: whatever changes a case, in whichever process,
its clock is brought into step at the next run of ``follow``.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from bot.aftersales.audit import AuditEvent
from bot.aftersales.case import Case
from bot.aftersales.sla import Metric, ServiceClock, ServiceLevels
from bot.aftersales.task import LEADS_TO_DECISION, Department, Task
from bot.services import tasks
from bot.services.one_by_one import one_by_one
from bot.services.ports import UnitOfWork

_TASKS = "sla:"


def start(uow: UnitOfWork, levels: ServiceLevels, case: Case) -> None:
    """Add the clocks of a newly registered case to the transaction: first response and resolution."""
    for metric in (Metric.FIRST_RESPONSE, Metric.RESOLUTION):
        uow.service_clocks.add(_clock(levels, case, metric, f"{metric.value}:{case.number}", case.opened_at))


async def follow(
    uow_factory: Callable[[], UnitOfWork],
    levels: ServiceLevels,
    now: datetime,
    tell: Callable[[str], None] = lambda conversation_id: None,
) -> int:
    """Start, pause, resume and stop the clocks of resolutions as their cases stand; return how many changed.

    A clock stops at the moment its case was resolved; the other changes count from now. Each case is a transaction of
    its own. ``tell`` gets the conversations whose clocks changed, for whoever looks at the inbox.
    """
    async with uow_factory() as uow:
        numbers = [found.case.number for found in await uow.service_clocks.out_of_step()]
        numbers += [case.number for case in await uow.service_clocks.unwatched_cases()]
    changed: list[ServiceClock] = []

    async def bring_into_step(uow: UnitOfWork, number: str) -> None:
        changed.extend(await _follow_case(uow, number, levels, now))

    try:
        await one_by_one(uow_factory, dict.fromkeys(numbers), bring_into_step)
    finally:
        for conversation_id in dict.fromkeys(clock.conversation_id for clock in changed):
            tell(conversation_id)
    return len(changed)


async def _follow_case(uow: UnitOfWork, number: str, levels: ServiceLevels, now: datetime) -> list[ServiceClock]:
    """Bring the clocks of one case's resolution into step, and return those that changed."""
    changed: list[ServiceClock] = []
    for clock, case, waits_for_customer in await uow.service_clocks.out_of_step(number):
        if not case.is_open:
            await stop(uow, clock, case.resolved_at or now, now)
            # Whatever ended the case, nobody has to decide about it any more.
            await tasks.cancel_kinds(uow, case.number, LEADS_TO_DECISION, now)
        elif waits_for_customer:
            clock.pause(now)
        else:
            clock.resume(levels.calendar_of(clock), now)
        changed.append(clock)
    for case in await uow.service_clocks.unwatched_cases(number):
        before = [clock for clock in await uow.service_clocks.of_case(number) if clock.metric is Metric.RESOLUTION]
        # A case that was taken up again has all of the time again, counted from when that is noticed.
        again, began_at = (f":{len(before) + 1}", now) if before else ("", case.opened_at)
        started = _clock(levels, case, Metric.RESOLUTION, f"{Metric.RESOLUTION.value}:{number}{again}", began_at)
        uow.service_clocks.add(started)
        changed.append(started)
    return changed


async def stop(uow: UnitOfWork, clock: ServiceClock, at: datetime, now: datetime) -> None:
    """Stop a clock at the moment its work was done; nobody has to see why it takes so long; commits nothing."""
    clock.stop(at)
    await tasks.cancel_by_key(uow, _task_key(clock), now)


async def check_due(
    uow_factory: Callable[[], UnitOfWork],
    now: datetime,
    tell: Callable[[str], None] = lambda conversation_id: None,
) -> int:
    """Note what is about to be late and what is late, and return how many; each in a transaction of its own.

    What is late makes its case one step more pressing and opens a task for a supervisor. Where there is no open case
    that a task could be about, the handoff becomes more pressing; those with something late stand first in the queue by
    themselves. ``tell`` gets the conversations, for whoever looks at the inbox.
    """
    noted: list[str] = []
    async with uow_factory() as uow:
        keys = [clock.key for clock in await uow.service_clocks.due(now)]

    async def note(uow: UnitOfWork, key: str) -> None:
        clock = await uow.service_clocks.by_key(key)
        assert clock is not None
        if not clock.is_running or clock.paused_at is not None or clock.breached_at is not None:
            return
        if clock.due_at < now:
            await _breach(uow, clock, now)
        elif clock.warned_at is None:
            clock.warn(now)
            _record(uow, clock, "sla.warned", now)
        noted.append(clock.conversation_id)

    try:
        return await one_by_one(uow_factory, keys, note)
    finally:
        for conversation_id in dict.fromkeys(noted):
            tell(conversation_id)


async def _breach(uow: UnitOfWork, clock: ServiceClock, now: datetime) -> None:
    clock.breach()
    _record(uow, clock, "sla.breached", now)
    case = await _open_case(uow, clock)
    if case is not None:
        case.raise_priority()
        what = f"{clock.metric.value}_overdue"
        await tasks.open_task(uow, case.number, Department.SUPERVISOR, what, _task_key(clock), now)
        return
    handoff = await uow.escalations.open_of(clock.conversation_id)
    if handoff is not None:
        handoff.raise_priority()


async def _open_case(uow: UnitOfWork, clock: ServiceClock) -> Case | None:
    """Return the open case that a clock is about, or None; a handoff that began without a case may have one by now."""
    if clock.case_number is None:
        return next((case for case in await uow.cases.of_conversation(clock.conversation_id) if case.is_open), None)
    case = await uow.cases.get(clock.case_number)
    return case if case is not None and case.is_open else None


def opened(task: Task) -> bool:
    """Tell whether a missed target opened a task."""
    return task.key.startswith(_TASKS)


def _task_key(clock: ServiceClock) -> str:
    return f"{_TASKS}{clock.key}"


def _clock(levels: ServiceLevels, case: Case, metric: Metric, key: str, began_at: datetime) -> ServiceClock:
    return levels.clock(key, metric, case.conversation_id, case.language, case.priority, began_at, case.number)


def _record(uow: UnitOfWork, clock: ServiceClock, action: str, now: datetime) -> None:
    subject = f"case:{clock.case_number}" if clock.case_number else f"conversation:{clock.conversation_id}"
    data = {"metric": clock.metric.value, "team": clock.team, "due_at": clock.due_at.isoformat()}
    uow.audit.add(AuditEvent(now, "system", action, subject, clock.conversation_id, data))
