"""Parcels that the carrier lost on their way to a customer: somebody traces them, and until then they are lost."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from bot.aftersales.exchange import Exchange
from bot.aftersales.reship import Reshipment
from bot.aftersales.task import Department, Task
from bot.services import tasks
from bot.services.ports import UnitOfWork


async def begin(uow: UnitOfWork, sent: Exchange | Reshipment, now: datetime) -> None:
    """Let somebody trace what was sent, and anew where it was lost again after a trace was done; commits nothing."""
    before = _of(sent, await uow.tasks.of_case(sent.case_number))
    if not any(task.is_open for task in before):
        key = sent.trace_key + (f":{len(before) + 1}" if before else "")
        await tasks.open_task(uow, sent.case_number, Department.LOGISTICS, "trace_parcel", key, now)


def is_lost(sent: Exchange | Reshipment, tasks_of_case: Iterable[Task]) -> bool:
    """Tell whether the parcel that left last is lost as far as anybody knows: somebody has yet to trace it."""
    return any(task.is_open for task in _of(sent, tasks_of_case))


def _of(sent: Exchange | Reshipment, tasks_of_case: Iterable[Task]) -> list[Task]:
    key = sent.trace_key
    return [task for task in tasks_of_case if task.key == key or task.key.startswith(f"{key}:")]
