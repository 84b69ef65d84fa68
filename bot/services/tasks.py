"""Tasks of departments on a case."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime, timedelta

from bot.aftersales.audit import AuditEvent
from bot.aftersales.case import Case
from bot.aftersales.task import BY_HAND, OTHER, Department, Task
from bot.errors import ConflictError, InvalidInputError, NotFoundError
from bot.services.one_by_one import one_by_one
from bot.services.ports import UnitOfWork

DUE_IN = {
    Department.WAREHOUSE: timedelta(days=2),
    Department.FINANCE: timedelta(days=2),
    Department.LOGISTICS: timedelta(days=3),
    Department.QUALITY: timedelta(days=3),
    Department.LEGAL: timedelta(days=5),
    Department.SUPERVISOR: timedelta(days=1),
}
"""How long each department has."""

_LONGEST_TEXT = 2000
"""How many characters a note and a result may have."""

_LATEST = timedelta(days=90)


async def open_task(
    uow: UnitOfWork, case_number: str, department: Department, what: str, key: str, now: datetime
) -> Task:
    """Add a task to the transaction, or return the one with this key; commits nothing."""
    task = await uow.tasks.by_key(key)
    if task is None:
        task = Task(key, case_number, department, what, now, now + DUE_IN[department])
        uow.tasks.add(task)
        _record(uow, task, "system", "task.opened", now)
    return task


async def open_by_hand(
    uow: UnitOfWork,
    case: Case,
    department: Department,
    what: str,
    agent_id: str,
    now: datetime,
    *,
    note: str = "",
    due_at: datetime | None = None,
) -> Task:
    """Add what an agent asks a department for, due when the department's time is over or at ``due_at``; commits.

    Raises InvalidInputError for a kind that is not one of BY_HAND, for OTHER without a note, for a note that is too
    long, and for a moment that is over or more than 90 days away.
    """
    note = note.strip()
    if what not in BY_HAND:
        raise InvalidInputError("what", "unknown")
    if len(note) > _LONGEST_TEXT or (what == OTHER and not note):
        raise InvalidInputError("note", "too_long" if note else "missing")
    if due_at is not None and not now < due_at <= now + _LATEST:
        raise InvalidInputError("due_at", "out_of_range")
    case.decisions += 1
    key = f"by_hand:{case.number}:{case.decisions}"
    task = Task(key, case.number, department, what, now, due_at or now + DUE_IN[department], note=note)
    uow.tasks.add(task)
    _record(uow, task, f"agent:{agent_id}", "task.opened", now)
    await uow.commit()
    return task


async def take(uow: UnitOfWork, task_id: int, agent_id: str, now: datetime) -> Task:
    """Give a task to an agent; raises NotFoundError for no task, IllegalStateError for one that is over."""
    task = await _existing(uow, task_id)
    task.give(agent_id)
    _record(uow, task, f"agent:{agent_id}", "task.taken", now)
    await uow.commit()
    return task


async def release(uow: UnitOfWork, task_id: int, agent_id: str, now: datetime, *, for_others: bool = False) -> Task:
    """Let a task be nobody's again.

    Raises ConflictError where it is not this agent's, unless somebody may do so ``for_others``, NotFoundError for no
    task, IllegalStateError for one that is over.
    """
    task = await _existing(uow, task_id)
    if task.owner is None or (task.owner != agent_id and not for_others):
        raise ConflictError(task=task_id)
    task.give(None)
    _record(uow, task, f"agent:{agent_id}", "task.released", now)
    await uow.commit()
    return task


async def release_all(uow: UnitOfWork, owner: str, actor: str, now: datetime) -> int:
    """Let everything that somebody has yet to do be nobody's again, and return how much it is; commits nothing."""
    held = await uow.tasks.open(owners=[owner])
    for task in held:
        task.give(None)
        _record(uow, task, actor, "task.released", now)
    return len(held)


async def give(uow: UnitOfWork, task_id: int, to: str, agent_id: str, now: datetime) -> Task:
    """Give a task to a colleague; raises as ``take``, and InvalidInputError for somebody who does not work here."""
    account = await uow.accounts.get(to)
    if account is None or not account.is_active:
        raise InvalidInputError("to", "unknown")
    task = await _existing(uow, task_id)
    task.give(account.id)
    _record(uow, task, f"agent:{agent_id}", "task.given", now, agent=account.id)
    await uow.commit()
    return task


async def finish(uow: UnitOfWork, task_id: int, agent_id: str, result: str, now: datetime) -> Task:
    """Record what came of a task; raises InvalidInputError without a result."""
    if not result.strip() or len(result) > _LONGEST_TEXT:
        raise InvalidInputError("result", "missing" if not result.strip() else "too_long")
    task = await _existing(uow, task_id)
    task.owner = task.owner or agent_id
    task.finish(result.strip(), now)
    _record(uow, task, f"agent:{agent_id}", "task.finished", now)
    await uow.commit()
    return task


async def note_overdue(uow_factory: Callable[[], UnitOfWork], now: datetime) -> int:
    """Note once of each open task that its time has passed, each in a transaction of its own, and return how many."""
    async with uow_factory() as uow:
        keys = await uow.tasks.newly_overdue(now)

    async def note(uow: UnitOfWork, key: str) -> None:
        task = await uow.tasks.by_key(key)
        if task is not None and task.is_overdue(now) and task.overdue_at is None:
            task.overdue_at = now
            _record(uow, task, "system", "task.overdue", now)

    return await one_by_one(uow_factory, keys, note)


async def cancel_by_key(uow: UnitOfWork, key: str, now: datetime) -> None:
    """Call a task off that something else has settled; where there is none, or it is over, do nothing."""
    task = await uow.tasks.by_key(key)
    if task is not None and task.is_open:
        task.cancel(now)
        _record(uow, task, "system", "task.canceled", now)


async def cancel_under(uow: UnitOfWork, case_number: str, prefix: str, now: datetime) -> None:
    """Call off a case's open tasks whose keys begin like this, as those of one thing do."""
    for task in await uow.tasks.of_case(case_number):
        if task.key.startswith(prefix):
            await cancel_by_key(uow, task.key, now)


async def cancel_kinds(uow: UnitOfWork, case_number: str, kinds: Collection[str], now: datetime) -> None:
    """Call off a case's open tasks of some kinds, whatever they are about."""
    for task in await uow.tasks.of_case(case_number):
        if task.what in kinds:
            await cancel_by_key(uow, task.key, now)


async def _existing(uow: UnitOfWork, task_id: int) -> Task:
    task = await uow.tasks.get(task_id)
    if task is None:
        raise NotFoundError("task", str(task_id))
    return task


def _record(uow: UnitOfWork, task: Task, actor: str, action: str, now: datetime, **details: str) -> None:
    data = {"case": task.case_number, "department": task.department.value, "what": task.what, **details}
    uow.audit.add(AuditEvent(now, actor, action, f"task:{task.key}", data=data))
