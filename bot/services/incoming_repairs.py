"""Goods on their way to be repaired: who has yet to send them, and what becomes of those that come late or get lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from bot.aftersales.repair import Repair, RepairState
from bot.aftersales.task import Department
from bot.services import lifecycle, tasks
from bot.services.incoming_returns import TRACED_AFTER
from bot.services.one_by_one import one_by_one
from bot.services.ports import UnitOfWork


async def awaited_in(uow: UnitOfWork, conversation_id: str) -> Repair | None:
    """Return the repair whose goods a conversation has yet to send, of several one that is still in time, or None."""
    late = None
    for case in await uow.cases.of_conversation(conversation_id):
        for repair in await uow.repairs.of_order(case.order_number):
            if repair.case_number != case.number:
                continue
            if repair.state is RepairState.APPROVED:
                return repair
            if late is None and repair.state is RepairState.EXPIRED and await is_wanted(uow, repair):
                late = repair
    return late


async def is_wanted(uow: UnitOfWork, repair: Repair) -> bool:
    """Tell whether goods that come would be mended: always in time, and late unless something else was agreed since."""
    if repair.state is not RepairState.EXPIRED or repair.ended_at is None:
        return repair.is_open
    return not await lifecycle.is_agreed_anew(uow, repair.order_number, {repair.position}, repair.ended_at)


async def lost(uow: UnitOfWork, repair: Repair, now: datetime) -> None:
    """Let somebody trace goods that the carrier lost on their way to the shop; commits nothing."""
    key, number = repair.trace_key, repair.case_number
    await tasks.open_task(uow, number, Department.LOGISTICS, "trace_return", key, now)


async def trace_silent(uow_factory: Callable[[], UnitOfWork], now: datetime) -> int:
    """Let somebody trace each parcel that should be here by now, once for a parcel, and return how many they are."""
    before = now - TRACED_AFTER
    async with uow_factory() as uow:
        under_way = await uow.repairs.under_way_since(before)
        numbers = [found.number for found in under_way if await uow.tasks.by_key(found.trace_key) is None]

    async def trace(uow: UnitOfWork, number: str) -> None:
        repair = await uow.repairs.get(number)
        if repair is not None and repair.is_under_way_since(before):
            await lost(uow, repair, now)

    return await one_by_one(uow_factory, numbers, trace)


async def unexpected(uow: UnitOfWork, repair: Repair, now: datetime) -> None:
    """Let somebody look at goods that came though nobody expects them any more; commits nothing."""
    key = f"{repair.subject}:unexpected"
    await tasks.open_task(uow, repair.case_number, Department.QUALITY, "unexpected_return", key, now)
