"""What happens by itself: every job of the process with its interval; see docs/scheduler.md."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from bot.aftersales.sla import ServiceLevels
from bot.conversations import ports, response_clocks
from bot.scheduler.scheduler import Job
from bot.services import (
    customs,
    evidence,
    follow_up,
    grants,
    patterns,
    privacy,
    promises,
    refunds,
    repairs,
    reshipments,
    returns,
    shop_events,
    sla,
    statistics,
)
from bot.services.evidence_ports import EvidenceStore
from bot.services.money_ports import PaymentProvider
from bot.services.privacy import Retention

UowFactory = Callable[[], ports.UnitOfWork]


def jobs(
    uow: UowFactory, levels: ServiceLevels, payments: PaymentProvider, files: EvidenceStore, keep: Retention
) -> list[Job]:
    """Return all jobs; each may be run at any time and again, and finds by itself what there is to do."""

    async def follow_clocks(now: datetime) -> None:
        for follow in (response_clocks.follow, sla.follow):
            async with uow() as work:
                await follow(work, levels, now)
        await sla.check_due(uow, now)

    async def sweep_evidence(now: datetime) -> None:
        async with uow() as work:
            await evidence.sweep(work, files, now)

    async def look_for_patterns(now: datetime) -> None:
        await statistics.refresh(uow, now.date())
        await patterns.alert(uow, now.date(), now)

    return [
        Job("send_refunds", timedelta(seconds=15), lambda now: refunds.send_due(uow, payments, now)),
        Job("retry_shop_events", timedelta(seconds=30), lambda now: shop_events.retry_waiting(uow, now)),
        Job("service_levels", timedelta(seconds=15), follow_clocks),
        Job("detect_delays", timedelta(minutes=1), lambda now: promises.detect_delays(uow, levels, now)),
        Job("ask_solved", timedelta(seconds=30), lambda now: follow_up.ask_solved(uow, now)),
        Job("close_silent_cases", timedelta(minutes=10), lambda now: follow_up.close_silent(uow, now)),
        Job("expire_returns", timedelta(hours=1), lambda now: returns.expire_overdue(uow, now)),
        Job("expire_repairs", timedelta(hours=1), lambda now: repairs.expire_overdue(uow, now)),
        Job("end_searches", timedelta(minutes=10), lambda now: reshipments.end_searches(uow, now)),
        Job("expire_coupons", timedelta(hours=1), _once(uow, grants.expire_coupons)),
        Job("abandon_customs", timedelta(hours=1), lambda now: customs.abandon_overdue(uow, now)),
        Job("sweep_evidence", timedelta(hours=6), sweep_evidence),
        Job("refresh_statistics", timedelta(hours=1), lambda now: statistics.refresh(uow, now.date())),
        Job("look_for_patterns", timedelta(days=7), look_for_patterns),
        Job("retention", timedelta(days=1), lambda now: privacy.retention(uow, files, keep, now)),
    ]


def _once(
    uow: UowFactory, do: Callable[[ports.UnitOfWork, datetime], Awaitable[int]]
) -> Callable[[datetime], Awaitable[None]]:
    """Return a job that does something in one transaction."""

    async def run(now: datetime) -> None:
        async with uow() as work:
            await do(work, now)
            await work.commit()

    return run
