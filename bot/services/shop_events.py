"""Taking in what the shop reports: each event once, in whatever order they come."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import structlog

from bot.aftersales.shop_event import ShopEvent, ShopEventState
from bot.aftersales.task import Department
from bot.errors import ConflictError, ParleyError
from bot.services import tasks
from bot.services.outcome import EARLY, Outcome
from bot.services.ports import UnitOfWork
from bot.services.shop_handlers import HANDLERS

log = structlog.get_logger(__name__)

WAITS_AT_MOST = timedelta(days=60)
"""After which an event whose time has not come is given up."""

UowFactory = Callable[[], UnitOfWork]


async def take(uow_factory: UowFactory, events: Iterable[ShopEvent], now: datetime) -> list[ShopEvent]:
    """Do what follows from events, each in a transaction of its own, and return them with what became of them.

    An event whose id is known is returned as it was kept. One that comes too early waits, and is tried again after
    each later event about the same thing. Raises ConflictError where others keep changing the same things.
    """
    taken = []
    for event in events:
        kept, outcome = await _process(uow_factory, event, now)
        if outcome is not None:
            log.info("shop_events.taken", event_type=kept.type.value, state=kept.state.value, result=kept.result)
            await _wake(uow_factory, outcome.wakes, now)
        taken.append(kept)
    return taken


async def retry_waiting(uow_factory: UowFactory, now: datetime) -> int:
    """Try all waiting events again, and return how many wait no longer."""
    async with uow_factory() as uow:
        waiting = await uow.shop_events.waiting()
    return await _retry(uow_factory, waiting, now)


async def _wake(uow_factory: UowFactory, subjects: Collection[str], now: datetime) -> None:
    if subjects:
        async with uow_factory() as uow:
            waiting = await uow.shop_events.waiting(subjects)
        await _retry(uow_factory, waiting, now)


async def _retry(uow_factory: UowFactory, waiting: list[ShopEvent], now: datetime) -> int:
    ended = 0
    for event in waiting:
        kept, outcome = await _process(uow_factory, event, now)
        if outcome is not None and kept.state is not ShopEventState.WAITING:
            ended += 1
            # What this one has moved may be what another one waits for.
            await _wake(uow_factory, outcome.wakes, now)
    return ended


async def _process(uow_factory: UowFactory, event: ShopEvent, now: datetime) -> tuple[ShopEvent, Outcome | None]:
    """Return an event as it is kept, and what has become of it just now: None where that was settled before."""
    for last in (False, False, False, True):
        try:
            async with uow_factory() as uow:
                kept = await _kept(uow, event)
                if kept.state is not ShopEventState.WAITING:
                    return kept, None
                outcome = await HANDLERS[kept.type](uow, kept, now)
                if outcome is EARLY and now - kept.received_at > WAITS_AT_MOST:
                    outcome = Outcome(ShopEventState.FAILED, "never_due")
                kept.end(outcome.state, outcome.result)
                await uow.commit()
                return kept, outcome
        except ConflictError:
            if last:
                raise
        except ParleyError as error:
            log.warning("shop_events.failed", event_type=event.type.value, code=error.code, **error.fields)
            return await _fail(uow_factory, event, error.code, now)
    raise ConflictError(what="shop event")


async def _fail(
    uow_factory: UowFactory, event: ShopEvent, code: str, now: datetime
) -> tuple[ShopEvent, Outcome | None]:
    """Keep an event that cannot be applied, and let somebody look at what it is about."""
    outcome = Outcome(ShopEventState.FAILED, code)
    async with uow_factory() as uow:
        kept = await _kept(uow, event)
        if kept.state is not ShopEventState.WAITING:
            return kept, None
        case_number = await _case_number(uow, kept)
        if case_number is not None:
            key = f"shop_event:{kept.id}"
            await tasks.open_task(uow, case_number, Department.LOGISTICS, "check_shop_event", key, now)
        kept.end(outcome.state, outcome.result)
        await uow.commit()
    return kept, outcome


async def _kept(uow: UnitOfWork, event: ShopEvent) -> ShopEvent:
    kept = await uow.shop_events.get(event.id)
    if kept is None:
        # A copy, because an earlier try may have belonged to a transaction that was rolled back.
        kept = replace(event)
        uow.shop_events.add(kept)
    return kept


async def _case_number(uow: UnitOfWork, event: ShopEvent) -> str | None:
    kind, _, number = event.subject.partition(":")
    found: Any = None
    if kind == "return":
        found = await uow.returns.get(number)
    elif kind == "refund":
        found = await uow.refunds.get(number)
    elif kind == "repair":
        found = await uow.repairs.get(number)
    elif kind == "reshipment":
        found = await uow.reshipments.get(number)
    elif kind == "customs":
        found = await uow.customs.get(number)
    return None if found is None else str(found.case_number)
