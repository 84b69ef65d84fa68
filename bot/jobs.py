"""What happens by itself: every job of the process with its interval; see docs/scheduler.md."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from bot.aftersales.sla import ServiceLevels
from bot.conversations import late_files, ports, response_clocks
from bot.conversations.feed import Feed
from bot.scheduler.scheduler import Job
from bot.services import (
    agent_offers,
    api_tokens,
    customs,
    desk_settings,
    evidence,
    exchanges,
    follow_up,
    grants,
    inbox,
    incoming_repairs,
    incoming_returns,
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
    tasks,
    webhook_deliveries,
)
from bot.services.evidence_ports import EvidenceStore
from bot.services.money_ports import PaymentProvider
from bot.services.one_by_one import in_turn
from bot.services.ports import Clock
from bot.services.privacy import Retention
from bot.services.webhooks import SlackSettings
from bot.services.webhooks_ports import WebhookSender

UowFactory = Callable[[], ports.UnitOfWork]


def jobs(
    uow: UowFactory,
    levels: ServiceLevels,
    payments: PaymentProvider,
    files: EvidenceStore,
    keep: Retention,
    feed: Feed,
) -> list[Job]:
    """Return all jobs; each may be run at any time and again, and finds by itself what there is to do.

    ``levels`` are those of ``data/sla.yml``; what was changed in the browser counts from the next run on. The desk's
    pages hear on ``feed`` of clocks that changed.
    """

    async def levels_now() -> ServiceLevels:
        async with uow() as work:
            return await desk_settings.service_levels(work, levels)

    async def detect_delays(now: datetime) -> None:
        await promises.detect_delays(uow, await levels_now(), now)

    async def follow_clocks(now: datetime) -> None:
        tell, valid = marks(feed), await levels_now()
        # One conversation that cannot be followed must not keep all the others from being noticed when they are late.
        await in_turn(
            lambda: response_clocks.follow(uow, valid, now, tell),
            lambda: sla.follow(uow, valid, now, tell),
            lambda: sla.check_due(uow, now, tell),
        )

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
        Job("overdue_tasks", timedelta(minutes=1), lambda now: tasks.note_overdue(uow, now)),
        Job("ask_solved", timedelta(seconds=30), lambda now: follow_up.ask_solved(uow, now)),
        Job("close_silent_cases", timedelta(minutes=10), lambda now: follow_up.close_silent(uow, now)),
        Job("expire_offers", timedelta(hours=1), lambda now: agent_offers.expire_overdue(uow, now)),
        Job("expire_returns", timedelta(hours=1), lambda now: returns.expire_overdue(uow, now)),
        Job("trace_returns", timedelta(hours=1), lambda now: incoming_returns.trace_silent(uow, now)),
        Job("trace_repairs", timedelta(hours=1), lambda now: incoming_repairs.trace_silent(uow, now)),
        Job("expire_unpaid_exchanges", timedelta(hours=1), lambda now: exchanges.expire_unpaid(uow, now)),
        Job("expire_repairs", timedelta(hours=1), lambda now: repairs.expire_overdue(uow, now)),
        Job("end_searches", timedelta(minutes=10), lambda now: reshipments.end_searches(uow, now)),
        Job("expire_coupons", timedelta(hours=1), _once(uow, grants.expire_coupons)),
        Job("abandon_customs", timedelta(hours=1), lambda now: customs.abandon_overdue(uow, now)),
        Job("sweep_evidence", timedelta(hours=6), sweep_evidence),
        Job("refresh_statistics", timedelta(minutes=15), lambda now: statistics.refresh(uow, now.date())),
        Job("look_for_patterns", timedelta(days=7), look_for_patterns),
        Job("forget_idempotency_keys", timedelta(hours=1), _once(uow, api_tokens.forget_answers)),
        Job("retention", timedelta(days=1), lambda now: privacy.retention(uow, files, keep, now)),
    ]


def inbox_jobs(uow: UowFactory, feed: Feed) -> list[Job]:
    """Return the jobs of the desk's inbox, of which its pages hear."""

    async def wake(now: datetime) -> None:
        await inbox.wake_due(uow, now, marks(feed))

    return [
        Job("wake_snoozed", timedelta(seconds=15), wake),
        Job("follow_search", timedelta(seconds=5), lambda now: search.follow(uow)),
    ]


def channel_jobs(fetch_late_files: Callable[[datetime], Awaitable[None]]) -> list[Job]:
    """Return the jobs that keep up with messaging platforms."""
    return [Job("fetch_late_files", late_files.EVERY, fetch_late_files)]


def webhook_jobs(
    uow: webhook_deliveries.UowFactory, sender: WebhookSender, slack: SlackSettings | None, clock: Clock
) -> list[Job]:
    """Return the jobs that tell the shop's systems, and Slack where it is configured, of what happens."""

    async def send(now: datetime) -> None:
        await in_turn(
            lambda: webhook_deliveries.follow(uow, slack, now),
            lambda: webhook_deliveries.deliver(uow, sender, slack, clock),
        )

    return [
        Job("send_webhooks", timedelta(seconds=3), send),
        Job("forget_webhooks", timedelta(days=1), lambda now: webhook_deliveries.forget(uow, now)),
    ]


def marks(feed: Feed) -> Callable[[str], None]:
    """Return what tells the desk's pages that a conversation looks different in the inbox."""
    return lambda conversation_id: feed.publish(conversation_id, {"type": "marks"})


def _once(
    uow: UowFactory, do: Callable[[ports.UnitOfWork, datetime], Awaitable[int]]
) -> Callable[[datetime], Awaitable[None]]:
    """Return a job that does something in one transaction."""

    async def run(now: datetime) -> None:
        async with uow() as work:
            await do(work, now)
            await work.commit()

    return run
