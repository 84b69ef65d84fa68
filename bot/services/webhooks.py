"""Who hears of what: subscriptions, and what people do about deliveries that failed."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bot.aftersales.audit import AuditEvent
from bot.errors import ConflictError, IllegalStateError, InvalidInputError, NotFoundError
from bot.services import agent_alerts, lifecycle
from bot.services.webhook_addresses import checked_url, host_of
from bot.services.webhook_events import PING, VERSION, checked_patterns
from bot.services.webhooks_ports import Answer, Delivery, Kind, Post, Subscription, UnitOfWork, WebhookSender

SLACK = "slack"
"""The id of the one subscription of Slack."""

TRIES_FOR = timedelta(hours=24)
ALERTS_FOR = timedelta(hours=1)
"""How long an alert is worth being delivered late."""

_NOTED_AT_ONCE = 1000
_FAILURES_AT_ONCE = 500


@dataclass(frozen=True)
class SlackSettings:
    """Where alerts for agents go: ``url`` is Slack's incoming webhook, ``desk_url`` this server's public address."""

    url: str = field(repr=False)
    desk_url: str | None = None


async def add(uow: UnitOfWork, url: str, events: Iterable[str], now: datetime, *, insecure: bool) -> Subscription:
    """Subscribe an address to types of events from now on, and commit.

    Its ``secret`` is to be shown once. Raises InvalidInputError for an address that nothing may be sent to, for an
    unknown type, and for an address that is subscribed already.
    """
    url, patterns = checked_url(url, insecure=insecure), checked_patterns(events)
    known = await uow.webhooks.all()
    if any(found.url == url for found in known):
        raise InvalidInputError("url", "taken")
    if not any(found.is_enabled for found in known):
        await _forget_noted(uow)
    subscription = Subscription(
        f"wh{secrets.token_hex(4)}", Kind.HTTP, url, patterns, f"whsec_{secrets.token_urlsafe(32)}", now
    )
    if not await uow.webhooks.add(subscription):
        raise ConflictError(what="webhook")
    record(uow, subscription, "webhook.added", "system", now, events=list(patterns))
    await uow.commit()
    return subscription


async def remove(uow: UnitOfWork, subscription_id: str, now: datetime) -> None:
    """End a subscription and forget its deliveries, and commit; raises NotFoundError."""
    subscription = await existing(uow, subscription_id)
    await uow.webhooks.remove(subscription.id)
    record(uow, subscription, "webhook.removed", "system", now)
    await uow.commit()


async def enable(uow: UnitOfWork, subscription_id: str, now: datetime) -> None:
    """Deliver again to a subscription that was disabled, what still waits first, and commit; raises NotFoundError."""
    subscription = await existing(uow, subscription_id)
    if await uow.webhooks.set_disabled(subscription.id, None):
        record(uow, subscription, "webhook.enabled", "system", now)
    await uow.commit()


async def resend(uow: UnitOfWork, delivery_id: int, now: datetime) -> Delivery:
    """Send an ended delivery again, with the same id, and commit.

    Raises NotFoundError, and IllegalStateError for one that is on its way anyway.
    """
    delivery = await uow.webhooks.delivery(delivery_id)
    if delivery is None:
        raise NotFoundError("delivery", str(delivery_id))
    if not await uow.webhooks.revive(delivery_id, now, now + TRIES_FOR):
        raise IllegalStateError("delivery", delivery.state.value, "resent")
    await uow.commit()
    return delivery


async def resend_failed(uow: UnitOfWork, subscription_id: str, now: datetime) -> int:
    """Send everything again that a subscription did not get, commit, and return how much; raises NotFoundError."""
    subscription = await existing(uow, subscription_id)
    count = 0
    while True:
        failed = await uow.webhooks.failures(_FAILURES_AT_ONCE, subscription.id)
        for delivery in failed:
            assert delivery.id is not None
            count += await uow.webhooks.revive(delivery.id, now, now + TRIES_FOR)
        if len(failed) < _FAILURES_AT_ONCE:
            break
    await uow.commit()
    return count


async def ping(
    uow: UnitOfWork, sender: WebhookSender, subscription_id: str, now: datetime, slack: SlackSettings | None = None
) -> Answer:
    """Send a subscriber an event of type ``webhook.test`` at once and return its answer; nothing is kept.

    Raises NotFoundError for no such subscription, and for Slack's where no address of it is configured.
    """
    if subscription_id == SLACK:
        target = lifecycle.required(slack, "webhook", SLACK)
        return await sender.send(slack_post(target, agent_alerts.connected(target.desk_url)), now)
    subscription = await existing(uow, subscription_id)
    event_id = f"evt_test_{secrets.token_hex(8)}"
    return await sender.send(event_post(subscription, event_id, envelope(event_id, PING, now, {})), now)


async def existing(uow: UnitOfWork, subscription_id: str) -> Subscription:
    """Return a subscription, or raise NotFoundError."""
    return lifecycle.required(await uow.webhooks.get(subscription_id), "webhook", subscription_id)


def envelope(event_id: str, event_type: str, at: datetime, data: dict[str, Any]) -> dict[str, Any]:
    """Return what is posted of an event."""
    return {"id": event_id, "type": event_type, "version": VERSION, "created_at": at.isoformat(), "data": data}


def event_post(subscription: Subscription, event_id: str, body: dict[str, Any]) -> Post:
    """Return the request that tells a subscriber of an event."""
    return Post(subscription.url, _bytes(body), subscription.secret, {"X-Parley-Event-Id": event_id})


def slack_post(slack: SlackSettings, body: dict[str, Any]) -> Post:
    """Return the request that posts a message to Slack."""
    return Post(slack.url, _bytes(body))


def record(
    uow: UnitOfWork, subscription: Subscription, action: str, actor: str, now: datetime, **data: Any
) -> None:  # fmt: skip
    """Add an audit event about a subscription; of its address only the host, since the rest may be secret."""
    facts = {"host": host_of(subscription.url), **data} if subscription.url else data
    uow.audit.add(AuditEvent(now, actor, action, f"webhook:{subscription.id}", data=facts))


async def _forget_noted(uow: UnitOfWork) -> None:
    """Drop what was noted while nobody wanted to hear of it: a subscription begins with what happens after it."""
    while (await uow.webhooks.take_noted(_NOTED_AT_ONCE)).count:
        pass


def _bytes(body: dict[str, Any]) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
