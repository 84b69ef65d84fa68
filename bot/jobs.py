"""What happens by itself: every job of the process with its interval; see docs/scheduler.md."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from bot.aftersales.sla import ServiceLevels
from bot.conversations import ports, response_clocks
from bot.conversations.feed import Feed
from bot.scheduler.scheduler import Job
from bot.services import (
    agent_offers,
    customs,
    desk_settings,
    evidence,
    follow_up,
    grants,
    inbox,
    patterns,
    privacy,
    promises,
    refunds,
    repairs,
    reshipments,
    returns,
    search,
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
    """Return all jobs; each may be run at any time and again, and finds by itself what there is to do.

    ``levels`` are those of ``data/sla.yml``; what was changed in the browser counts from the next run on.
    """

    async def levels_now() -> ServiceLevels:
        async with uow() as work:
            return await desk_settings.service_levels(work, levels)

    async def detect_delays(now: datetime) -> None:
        await promises.detect_delays(uow, await levels_now(), now)

    async def follow_clocks(now: datetime) -> None:
        for follow in (response_clocks.follow, sla.follow):
            async with uow() as work:
                await follow(work, await desk_settings.service_levels(work, levels), now)
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
        Job("detect_delays", timedelta(minutes=1), detect_delays),
        Job("ask_solved", timedelta(seconds=30), lambda now: follow_up.ask_solved(uow, now)),
        Job("close_silent_cases", timedelta(minutes=10), lambda now: follow_up.close_silent(uow, now)),
        Job("expire_offers", timedelta(hours=1), lambda now: agent_offers.expire_overdue(uow, now)),
        Job("expire_returns", timedelta(hours=1), lambda now: returns.expire_overdue(uow, now)),
        Job("expire_repairs", timedelta(hours=1), lambda now: repairs.expire_overdue(uow, now)),
        Job("end_searches", timedelta(minutes=10), lambda now: reshipments.end_searches(uow, now)),
        Job("expire_coupons", timedelta(hours=1), _once(uow, grants.expire_coupons)),
        Job("abandon_customs", timedelta(hours=1), lambda now: customs.abandon_overdue(uow, now)),
        Job("sweep_evidence", timedelta(hours=6), sweep_evidence),
        Job("refresh_statistics", timedelta(minutes=15), lambda now: statistics.refresh(uow, now.date())),
        Job("look_for_patterns", timedelta(days=7), look_for_patterns),
        Job("retention", timedelta(days=1), lambda now: privacy.retention(uow, files, keep, now)),
    ]


def inbox_jobs(uow: UowFactory, feed: Feed) -> list[Job]:
    """Return the jobs of the desk's inbox, of which its pages hear."""

    async def wake(now: datetime) -> None:
        await inbox.wake_due(uow, now, lambda conversation_id: feed.publish(conversation_id, {"type": "marks"}))

    return [
        Job("wake_snoozed", timedelta(seconds=15), wake),
        Job("follow_search", timedelta(seconds=5), lambda now: search.follow(uow)),
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
