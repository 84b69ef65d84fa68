"""Returned goods on their way: who has yet to send them, and what becomes of those that come late or get lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from bot.aftersales.case import Case
from bot.aftersales.return_ import AWAITED, Return, ReturnState
from bot.aftersales.task import Department
from bot.errors import IllegalStateError
from bot.services import lifecycle, replacements, tasks
from bot.services.one_by_one import one_by_one
from bot.services.ports import UnitOfWork

GRACE = timedelta(days=3)
"""How long a parcel that was handed over on the last day may take until its first scan."""

TRACED_AFTER = timedelta(days=14)
"""How long a parcel may be on its way back before somebody asks where it is, whatever the carrier reports."""


async def awaited_in(uow: UnitOfWork, conversation_id: str, now: datetime) -> Return | None:
    """Return the return whose goods a conversation has yet to send, of several one that is still in time, or None."""
    late = None
    for case in await uow.cases.of_conversation(conversation_id):
        for return_ in await uow.returns.of_order(case.order_number):
            if return_.case_number != case.number:
                continue
            if return_.state in AWAITED:
                return return_
            if late is None and return_.state is ReturnState.EXPIRED and await is_wanted(uow, return_, now):
                late = return_
    return late


async def is_wanted(uow: UnitOfWork, return_: Return, now: datetime) -> bool:
    """Tell whether goods that come are taken: always in time, and late unless something else was agreed since.

    Late ones were posted in time, as their first scan tells, or may have been. About others a person decides.
    """
    if return_.state is not ReturnState.EXPIRED or return_.ended_at is None:
        return return_.is_open
    if not _was_posted_in_time(return_, now):
        return False
    lines = {line.position for line in return_.lines}
    return not await lifecycle.is_agreed_anew(uow, return_.order_number, lines, return_.ended_at)


async def is_late(uow: UnitOfWork, return_: Return, now: datetime) -> bool:
    """Tell whether a parcel comes after its return has expired; raises IllegalStateError for one that is not wanted."""
    if return_.state is not ReturnState.EXPIRED:
        return False
    if not await is_wanted(uow, return_, now):
        raise IllegalStateError("return", return_.state.value, ReturnState.SHIPPED.value)
    return True


async def take_up(uow: UnitOfWork, return_: Return, case: Case, now: datetime) -> None:
    """Let a return that had expired go on with its case, and its exchange where the goods are there; commits nothing.

    Nobody has to decide any more about a customer who seemed to keep both, the old goods and the new.
    """
    kept = f"{return_.subject}:kept"
    if any(task.is_open and task.key.startswith(kept) for task in await uow.tasks.of_case(case.number)):
        await tasks.cancel_under(uow, case.number, kept, now)
        lifecycle.begin(case)
    lifecycle.take_up(uow, case, now)
    await replacements.set_aside_anew(uow, return_, case, now)


async def lost(uow: UnitOfWork, return_: Return, now: datetime) -> None:
    """Let somebody trace a parcel that the carrier lost on its way back; commits nothing."""
    key, number = return_.trace_key, return_.case_number
    await tasks.open_task(uow, number, Department.LOGISTICS, "trace_return", key, now)


async def trace_silent(uow_factory: Callable[[], UnitOfWork], now: datetime) -> int:
    """Let somebody trace each parcel that should be here by now, once for a parcel, and return how many they are."""
    before = now - TRACED_AFTER
    async with uow_factory() as uow:
        under_way = await uow.returns.under_way_since(before)
        numbers = [found.rma for found in under_way if await uow.tasks.by_key(found.trace_key) is None]

    async def trace(uow: UnitOfWork, rma: str) -> None:
        return_ = await uow.returns.get(rma)
        if return_ is not None and return_.is_under_way_since(before):
            await lost(uow, return_, now)

    return await one_by_one(uow_factory, numbers, trace)


def _was_posted_in_time(return_: Return, now: datetime) -> bool:
    """Tell whether a parcel was handed over by the deadline, without a scan whether it is no longer under way."""
    posted = return_.shipped_at
    if posted is not None and posted.date() <= return_.deadline + GRACE:
        return True
    return now.date() <= return_.deadline + TRACED_AFTER
