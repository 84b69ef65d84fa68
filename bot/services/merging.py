"""Merging duplicates: one case goes on, the other points to it, and nothing is given twice."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from bot.aftersales.case import Case, CaseState
from bot.aftersales.refund import STUCK, RefundState
from bot.aftersales.task import LEADS_TO_DECISION
from bot.errors import InvalidInputError
from bot.services import approvals, deciding, lifecycle, refunds, tasks
from bot.services.deciding import Decider
from bot.services.ports import UnitOfWork


async def merge(
    uow: UnitOfWork,
    survivor_number: str,
    duplicate_number: str,
    by: Decider,
    now: datetime,
    *,
    seen: int | None = None,
    duplicate_seen: int | None = None,
) -> Case:
    """Let a case go on in another one of the same order, and return the one that survives; commits.

    Everything started for the duplicate goes on under the survivor: returns, repairs, parcels, money, tasks, evidence
    and the handoff. Where both were about the same pieces and something was started for both, what has not left for
    the duplicate is called off, so that nobody is paid, or sent the same, twice. An approval that the duplicate waits
    for is taken back with it.

    Raises InvalidInputError for a case of another order or the same case, IllegalStateError where goods or money of
    both are on their way (merge the other way around, or wait) or the survivor waits for an approval, ConflictError
    where the survivor changed since ``seen`` or the duplicate since ``duplicate_seen``, NotFoundError.
    """
    survivor = await deciding.taken_up(uow, survivor_number, seen)
    duplicate = await deciding.taken_up(uow, duplicate_number, duplicate_seen)
    if survivor.number == duplicate.number or survivor.order_number != duplicate.order_number:
        raise InvalidInputError("other", "not_a_duplicate")
    # Money and goods of an order are agreed one at a time: reading it makes anything else at this moment a conflict.
    order = await lifecycle.order_of(uow, survivor.order_number)
    await deciding.require_no_approval(uow, survivor)
    is_served = await _is_served(uow, survivor)
    if is_served and _overlap(survivor, duplicate):
        await lifecycle.call_off(uow, duplicate, now)
        await _call_refunds_off(uow, duplicate, by, now)
    deciding.replace_open(duplicate, now)
    await approvals.call_off(uow, duplicate, by, now)
    await _move_everything(uow, order.number, survivor, duplicate)
    await _move_tasks(uow, survivor, duplicate, LEADS_TO_DECISION if is_served else frozenset(), now)
    survivor.priority = min(survivor.priority, duplicate.priority, key=lambda priority: priority.rank)
    duplicate.merge_into(survivor.number)
    for earlier in await uow.cases.of_order(order.number):
        if earlier.merged_into == duplicate.number:
            earlier.merged_into = survivor.number
    if not survivor.is_open and await lifecycle.is_under_way(uow, survivor):
        survivor.reopen()
    if await lifecycle.is_under_way(uow, survivor) and survivor.state is not CaseState.ESCALATED:
        lifecycle.begin(survivor)
    deciding.note(uow, duplicate, by, "case.merged", now, into=survivor.number)
    deciding.note(uow, survivor, by, "case.absorbed", now, duplicate=duplicate.number)
    await uow.commit()
    return survivor


async def candidates(uow: UnitOfWork, case: Case) -> list[Case]:
    """Return the cases of the same order that may be merged into a case, newest first."""
    return [
        found
        for found in await uow.cases.of_order(case.order_number)
        if found.number != case.number and found.merged_into is None
    ]


async def _is_served(uow: UnitOfWork, case: Case) -> bool:
    """Tell whether the customer got something in a case, or is about to."""
    if await lifecycle.is_under_way(uow, case):
        return True
    return bool(await _standing(uow, case))


async def _standing(uow: UnitOfWork, case: Case) -> list[Any]:
    found = await uow.refunds.of_order(case.order_number)
    return [
        refund for refund in found if refund.case_number == case.number and refund.state is not RefundState.CANCELED
    ]


async def _call_refunds_off(uow: UnitOfWork, case: Case, by: Decider, now: datetime) -> None:
    """Cancel the money of a case that no part of which has left; what has left stays, and counts for the survivor."""
    for refund in await _standing(uow, case):
        is_here = refund.state is RefundState.AGREED or refund.state in STUCK
        if is_here and not any(part.reference for part in refund.parts):
            await refunds.cancel(uow, refund.number, by.actor, now)


def _overlap(one: Case, other: Case) -> bool:
    """Tell whether two cases are about the same pieces; no lines mean the whole order."""
    return not one.lines or not other.lines or bool(set(one.lines) & set(other.lines))


async def _move_everything(uow: UnitOfWork, order_number: str, survivor: Case, duplicate: Case) -> None:
    things: list[Any] = [
        *await uow.returns.of_order(order_number),
        *await uow.exchanges.of_order(order_number),
        *await uow.repairs.of_order(order_number),
        *await uow.reshipments.of_order(order_number),
        *await uow.customs.of_order(order_number),
        *await uow.refunds.of_order(order_number),
        *await uow.warranty_extensions.of_order(order_number),
        *await uow.coupons.of_case(duplicate.number),
        *await uow.claims.of_case(duplicate.number),
        *await uow.evidence.of_case(duplicate.number),
    ]
    for thing in things:
        if thing.case_number == duplicate.number:
            thing.case_number = survivor.number
    handoff = await uow.escalations.open_of(duplicate.conversation_id)
    if handoff is not None and handoff.case_number == duplicate.number:
        handoff.case_number = survivor.number


async def _move_tasks(
    uow: UnitOfWork, survivor: Case, duplicate: Case, needless: Collection[str], now: datetime
) -> None:
    """Let tasks, and what came of them, go on under the survivor, and call off what nobody has to do twice.

    That is what nobody has taken yet and is about the case itself, where the survivor has all of its pieces and asks
    for the same, or where the kind is ``needless`` as the survivor is decided. Those that are over go along, too, as
    claims number their tasks by how many there were.
    """
    asked = {task.what for task in await uow.tasks.of_case(survivor.number) if task.is_open and task.is_about_case}
    is_covered = _covers(survivor, duplicate)
    for task in await uow.tasks.of_case(duplicate.number):
        is_twice = task.is_about_case and is_covered and (task.what in asked or task.what in needless)
        if task.is_open and task.owner is None and is_twice:
            await tasks.cancel_by_key(uow, task.key, now)
        task.case_number = survivor.number


def _covers(one: Case, other: Case) -> bool:
    """Tell whether a case is about all pieces of another one; no lines mean the whole order."""
    if not one.lines or not other.lines:
        return not one.lines
    return all(one.lines.get(line, 0) >= quantity for line, quantity in other.lines.items())
