"""Delivering events at least once: noted by the database, made into deliveries, sent, tried again, given up visibly."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from bot import metrics, tracing
from bot.aftersales.audit import AuditEvent
from bot.services import agent_alerts, webhook_facts
from bot.services.ports import Clock
from bot.services.webhook_events import EVENTS, is_wanted, types_of_change
from bot.services.webhooks import ALERTS_FOR, SLACK, TRIES_FOR, SlackSettings, envelope, event_post, record, slack_post
from bot.services.webhooks_ports import (
    Answer,
    Delivery,
    DeliveryState,
    Kind,
    Post,
    StateChange,
    Subscription,
    UnitOfWork,
    WebhookSender,
)

log = structlog.get_logger(__name__)

UowFactory = Callable[[], UnitOfWork]

DISABLED_AFTER = timedelta(days=3)
"""How long a subscriber may take nothing at all."""

KEPT_SENT = timedelta(days=30)
KEPT_FAILED = timedelta(days=90)

_FIRST_PAUSE_SECONDS = 10.0
_LONGEST_PAUSE_SECONDS = 3600.0
_MOST_DOUBLINGS = 16

# Longer than a request may take: whoever died over a delivery holds it up no longer than this.
_HELD = timedelta(seconds=60)
_BATCH = 200
_SECONDS_A_RUN = 20.0


async def follow(uow_factory: UowFactory, slack: SlackSettings | None, now: datetime) -> int:
    """Make deliveries of what happened, a batch a transaction; return how much of it was looked at."""
    done = 0
    while True:
        async with uow_factory() as uow:
            noted = await uow.webhooks.take_noted(_BATCH)
            if not noted.count:
                return done
            subscriptions = [found for found in await _subscriptions(uow, slack, now) if found.is_enabled]
            for happened in noted.happened if subscriptions else ():
                await _tell(uow, subscriptions, happened, slack, now)
            await uow.commit()
        done += noted.count


async def deliver(uow_factory: UowFactory, sender: WebhookSender, slack: SlackSettings | None, clock: Clock) -> int:
    """Send what is due, to all subscribers at once and to each in order, and return how much was taken.

    First an attempt is written down, which holds the delivery for a minute, then it is sent outside of any
    transaction, then the answer is kept. Whoever dies in between leaves a delivery that is sent again with the same
    id. A subscriber that does not take something is left alone until the next run.
    """
    async with uow_factory() as uow:
        waiting = await uow.webhooks.pending()
        subscriptions = [found for found in await uow.webhooks.all() if found.id in waiting and found.is_enabled]
    now = clock()
    ready = [
        found
        for found in subscriptions
        if (found.kind is Kind.HTTP or slack is not None) and (found.paused_until is None or found.paused_until <= now)
    ]
    taken = await asyncio.gather(*(_serve(uow_factory, sender, found, slack, clock) for found in ready))
    return sum(taken)


async def forget(uow_factory: UowFactory, now: datetime) -> int:
    """Delete deliveries that ended long ago, and return how many."""
    async with uow_factory() as uow:
        forgotten = await uow.webhooks.forget(now - KEPT_SENT, now - KEPT_FAILED)
        await uow.commit()
    return forgotten


async def _subscriptions(uow: UnitOfWork, slack: SlackSettings | None, now: datetime) -> list[Subscription]:
    found = await uow.webhooks.all()
    if slack is None:
        return [one for one in found if one.kind is Kind.HTTP]
    if all(one.kind is not Kind.SLACK for one in found):
        # The environment subscribes it; its row keeps how it fares.
        subscription = Subscription(SLACK, Kind.SLACK, "", (), None, now)
        await uow.webhooks.add(subscription)
        found.append(subscription)
    return found


async def _tell(
    uow: UnitOfWork,
    subscriptions: list[Subscription],
    happened: AuditEvent | StateChange,
    slack: SlackSettings | None,
    now: datetime,
) -> None:
    for event_id, event_type, at in _told(happened, now):
        wanted = [one for one in subscriptions if one.kind is Kind.HTTP and is_wanted(event_type, one.events)]
        if not wanted:
            continue
        if isinstance(happened, StateChange):
            facts = await webhook_facts.of_change(uow, happened)
        else:
            facts = await webhook_facts.of_event(uow, happened)
        body = envelope(event_id, event_type, at, facts.data)
        for subscription in wanted:
            delivery = Delivery(
                subscription.id, event_id, event_type, facts.thread, body, now, now, now + TRIES_FOR
            )  # fmt: skip
            await uow.webhooks.add_delivery(delivery)
    if slack is None or isinstance(happened, StateChange) or all(one.kind is not Kind.SLACK for one in subscriptions):
        return
    alert = await agent_alerts.alert_of(uow, happened, slack.desk_url, now)
    if alert is not None:
        await uow.webhooks.add_delivery(
            Delivery(SLACK, alert.key, alert.type, alert.key, alert.body, now, now, now + ALERTS_FOR)
        )


def _told(happened: AuditEvent | StateChange, now: datetime) -> list[tuple[str, str, datetime]]:
    """Return id, public type and moment of each event that something is outside."""
    if isinstance(happened, StateChange):
        types = types_of_change(happened.before, happened.after)
        return [(f"evt_{happened.id}s{number}", event_type, now) for number, event_type in enumerate(types)]
    event_type = EVENTS.get(happened.action)
    return [(f"evt_{happened.id}", event_type, happened.at)] if event_type else []


async def _serve(
    uow_factory: UowFactory,
    sender: WebhookSender,
    subscription: Subscription,
    slack: SlackSettings | None,
    clock: Clock,
) -> int:
    taken, ends_at = 0, time.monotonic() + _SECONDS_A_RUN
    while time.monotonic() < ends_at:
        now = clock()
        async with uow_factory() as uow:
            delivery = await uow.webhooks.next_due(subscription.id, now)
            if delivery is None or not await uow.webhooks.claim(delivery, now, now + _HELD):
                break
            await uow.commit()
        with tracing.span("webhook.send", kind=subscription.kind.value):
            answer = await sender.send(_post(subscription, delivery, slack), now)
        await _keep(uow_factory, subscription, delivery, answer, clock())
        if not answer.is_taken:
            break
        taken += 1
    return taken


def _post(subscription: Subscription, delivery: Delivery, slack: SlackSettings | None) -> Post:
    if subscription.kind is Kind.SLACK:
        assert slack is not None
        return slack_post(slack, delivery.body)
    return event_post(subscription, delivery.event_id, delivery.body)


async def _keep(
    uow_factory: UowFactory, subscription: Subscription, delivery: Delivery, answer: Answer, now: datetime
) -> None:
    delivery.status, delivery.error = answer.status, answer.error
    if answer.is_taken:
        delivery.state, delivery.ended_at = DeliveryState.SENT, now
    else:
        _put_off(delivery, answer, now)
    metrics.WEBHOOK_DELIVERIES.labels(subscription.kind.value, delivery.state.value).inc()
    async with uow_factory() as uow:
        if not await uow.webhooks.note_outcome(delivery):
            log.warning("webhooks.taken_elsewhere", subscription=subscription.id, delivery=delivery.id)
        if answer.is_taken:
            await uow.webhooks.note_success(subscription.id)
        else:
            await _note_failure(uow, subscription.id, answer, now)
        await uow.commit()
    level = log.info if answer.is_taken else log.warning
    level(
        "webhooks.sent" if answer.is_taken else "webhooks.refused",
        subscription=subscription.id,
        delivery=delivery.id,
        attempt=delivery.attempts,
        status=answer.status,
        error=answer.error,
        state=delivery.state.value,
    )


def _put_off(delivery: Delivery, answer: Answer, now: datetime) -> None:
    asked = now + timedelta(seconds=answer.retry_after_seconds or 0)
    if now >= delivery.give_up_at or asked > delivery.give_up_at:
        delivery.state, delivery.ended_at = DeliveryState.FAILED, now
        return
    pause = min(_FIRST_PAUSE_SECONDS * 2 ** min(delivery.attempts - 1, _MOST_DOUBLINGS), _LONGEST_PAUSE_SECONDS)
    # Between half and all of it, so that what failed together does not come back together.
    later = now + timedelta(seconds=pause * random.uniform(0.5, 1.0))
    delivery.next_attempt_at = max(asked, min(later, delivery.give_up_at))


async def _note_failure(uow: UnitOfWork, subscription_id: str, answer: Answer, now: datetime) -> None:
    wait = answer.retry_after_seconds
    paused_until = now + min(timedelta(seconds=wait), TRIES_FOR) if wait else None
    await uow.webhooks.note_failure(subscription_id, now, paused_until)
    subscription = await uow.webhooks.get(subscription_id)
    if subscription is None or subscription.failing_since is None:
        return
    if now - subscription.failing_since >= DISABLED_AFTER and await uow.webhooks.set_disabled(subscription_id, now):
        since = subscription.failing_since.isoformat()
        record(uow, subscription, "webhook.disabled", "system", now, failing_since=since)
        log.error("webhooks.disabled", subscription=subscription_id)
