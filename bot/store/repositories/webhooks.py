"""Outgoing webhooks: subscriptions, deliveries, and what the triggers noted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from bot.aftersales.audit import AuditEvent
from bot.aftersales.case import CaseState
from bot.services.webhooks_ports import Delivery, DeliveryState, Kind, Noted, StateChange, Subscription
from bot.store.repositories.base import Repository
from bot.store.rows import Rows
from bot.store.tables import aftersales, webhooks

_SUBSCRIPTION = tuple(field.name for field in fields(Subscription))
_DELIVERY = tuple(field.name for field in fields(Delivery))


def _subscription(id: str, kind: Kind, url: str, events: list[str], *rest: Any) -> Subscription:
    return Subscription(id, kind, url, tuple(events), *rest)


_subscriptions = Rows(webhooks.webhook_subscriptions, _SUBSCRIPTION, _subscription)
_deliveries = Rows(webhooks.webhook_deliveries, _DELIVERY, Delivery)


class SqlWebhooks(Repository):
    """Subscriptions, deliveries, and what the database noted for them."""

    _add = _subscriptions.insert(_SUBSCRIPTION, once=True)
    _by_id = f"{_subscriptions.select} WHERE id = ?"
    _all = f"{_subscriptions.select} ORDER BY created_at, id"
    _succeed = "UPDATE webhook_subscriptions SET failing_since = NULL, paused_until = NULL WHERE id = ?"
    _fail = "UPDATE webhook_subscriptions SET failing_since = COALESCE(failing_since, ?), paused_until = ? WHERE id = ?"
    _disable = "UPDATE webhook_subscriptions SET disabled_at = ? WHERE id = ? AND disabled_at IS NULL"
    _enable = (
        "UPDATE webhook_subscriptions SET disabled_at = NULL, failing_since = NULL, paused_until = NULL "
        "WHERE id = ? AND disabled_at IS NOT NULL"
    )
    _new = tuple(name for name in _DELIVERY if name != "id")
    _add_delivery = _deliveries.insert(_new, once=True, returning="id")
    _delivery = f"{_deliveries.select} WHERE id = ?"
    _next_due = (
        f"{_deliveries.select} WHERE subscription_id = ? AND {webhooks.PENDING} AND next_attempt_at <= ? "
        "AND NOT EXISTS (SELECT 1 FROM webhook_deliveries AS earlier "
        "WHERE earlier.subscription_id = webhook_deliveries.subscription_id "
        "AND earlier.thread = webhook_deliveries.thread "
        "AND earlier.state = 'pending' AND earlier.id < webhook_deliveries.id) ORDER BY id LIMIT 1"
    )
    _claim = _deliveries.update(
        ("attempts", "next_attempt_at"), f"id = ? AND {webhooks.PENDING} AND attempts = ? AND next_attempt_at <= ?"
    )
    _outcome = ("state", "next_attempt_at", "status", "error", "ended_at")
    _note_outcome = _deliveries.update(_outcome, f"id = ? AND {webhooks.PENDING} AND attempts = ?")
    _revive = _deliveries.update(("state", "next_attempt_at", "give_up_at", "ended_at"), f"id = ? AND {webhooks.ENDED}")
    _forget = "DELETE FROM webhook_deliveries WHERE state = ? AND ended_at < ?"

    async def take_noted(self, limit: int) -> Noted:
        """Take the oldest of what was noted; it is gone with the commit, and nobody else gets the same."""
        # Mostly nothing is noted, and then nobody needs to wait for a turn to write.
        if not await self._transaction.read("SELECT id FROM webhook_noted LIMIT 1"):
            return Noted(0, [])
        # Not SKIP LOCKED: whoever took what comes next would tell it before what was locked.
        lock = "" if self._transaction.dialect.name == "sqlite" else " FOR UPDATE"
        oldest = f"SELECT id FROM webhook_noted ORDER BY id LIMIT ?{lock}"
        taken = await self._transaction.write(
            f"DELETE FROM webhook_noted WHERE id IN ({oldest}) "
            "RETURNING id, audit_event_id, case_number, state_before, state_after",
            limit,
        )
        rows = sorted(taken.rows, key=lambda row: int(row[0]))
        events = await self._events([row[1] for row in rows if row[1] is not None])
        found = [
            events.get(event_id)
            if event_id is not None
            else StateChange(int(id), case_number, CaseState(before), CaseState(after))
            for id, event_id, case_number, before, after in rows
        ]
        return Noted(len(rows), [one for one in found if one is not None])

    async def _events(self, ids: list[int]) -> dict[int | None, AuditEvent]:
        found = await self._find(AuditEvent, aftersales.audit_events.c.id.in_(ids)) if ids else []
        return {event.id: event for event in found}

    # --- subscriptions -------------------------------------------------------------------------------------

    async def add(self, subscription: Subscription) -> bool:
        """Keep a new subscription; return False where there is one with its id."""
        row = _subscriptions.values(subscription, _SUBSCRIPTION, self._transaction.dialect)
        return (await self._transaction.write(self._add, *row)).changed == 1

    async def get(self, subscription_id: str) -> Subscription | None:
        """Return a subscription, or None."""
        return next(iter(await self._read_subscriptions(self._by_id, subscription_id)), None)

    async def all(self) -> list[Subscription]:
        """Return every subscription, oldest first."""
        return await self._read_subscriptions(self._all)

    async def remove(self, subscription_id: str) -> None:
        """Forget a subscription with its deliveries."""
        await self._transaction.write("DELETE FROM webhook_deliveries WHERE subscription_id = ?", subscription_id)
        await self._transaction.write("DELETE FROM webhook_subscriptions WHERE id = ?", subscription_id)

    async def note_success(self, subscription_id: str) -> None:
        """Record that a subscriber took something."""
        await self._transaction.write(self._succeed, subscription_id)

    async def note_failure(self, subscription_id: str, now: datetime, paused_until: datetime | None) -> None:
        """Record that a subscriber did not take something, and when it wants to hear the next, if it said so."""
        dialect = self._transaction.dialect
        since = _subscriptions.value("failing_since", now, dialect)
        until = _subscriptions.value("paused_until", paused_until, dialect)
        await self._transaction.write(self._fail, since, until, subscription_id)

    async def set_disabled(self, subscription_id: str, disabled_at: datetime | None) -> bool:
        """Disable a subscription or, with None, enable it anew; return False where it was so before."""
        if disabled_at is None:
            return (await self._transaction.write(self._enable, subscription_id)).changed == 1
        at = _subscriptions.value("disabled_at", disabled_at, self._transaction.dialect)
        return (await self._transaction.write(self._disable, at, subscription_id)).changed == 1

    # --- deliveries ----------------------------------------------------------------------------------------

    async def add_delivery(self, delivery: Delivery) -> bool:
        """Keep a new delivery; return False where the subscription has one of this event."""
        row = _deliveries.values(delivery, self._new, self._transaction.dialect)
        added = (await self._transaction.write(self._add_delivery, *row)).rows
        if not added:
            return False
        delivery.id = int(added[0][0])
        return True

    async def delivery(self, delivery_id: int) -> Delivery | None:
        """Return a delivery, or None."""
        return next(iter(await self._read_deliveries(self._delivery, delivery_id)), None)

    async def next_due(self, subscription_id: str, now: datetime) -> Delivery | None:
        """Return the oldest delivery that is due and that none of its thread is before, or None."""
        rows = await self._read_deliveries(self._next_due, subscription_id, self._moment(now))
        return next(iter(rows), None)

    async def claim(self, delivery: Delivery, now: datetime, until: datetime) -> bool:
        """Count an attempt and hold the delivery until a moment; return False where somebody else has it."""
        attempts = delivery.attempts + 1
        values = (attempts, self._moment(until), delivery.id, delivery.attempts, self._moment(now))
        if (await self._transaction.write(self._claim, *values)).changed != 1:
            return False
        delivery.attempts, delivery.next_attempt_at = attempts, until
        return True

    async def note_outcome(self, delivery: Delivery) -> bool:
        """Write state, answer and next attempt of a claimed delivery; return False where it was claimed anew."""
        row = _deliveries.values(delivery, self._outcome, self._transaction.dialect)
        answer = await self._transaction.write(self._note_outcome, *row, delivery.id, delivery.attempts)
        return answer.changed == 1

    async def failures(self, limit: int, subscription_id: str | None = None) -> list[Delivery]:
        """Return deliveries that were given up, the newest first."""
        mine, values = (" AND subscription_id = ?", [subscription_id]) if subscription_id else ("", [])
        sql = f"{_deliveries.select} WHERE state = 'failed'{mine} ORDER BY ended_at DESC, id DESC LIMIT ?"
        return await self._read_deliveries(sql, *values, limit)

    async def revive(self, delivery_id: int, now: datetime, give_up_at: datetime) -> bool:
        """Let an ended delivery be sent again from now on; return False where it is pending."""
        values = (DeliveryState.PENDING.value, self._moment(now), self._moment(give_up_at), None, delivery_id)
        return (await self._transaction.write(self._revive, *values)).changed == 1

    async def pending(self) -> dict[str, int]:
        """Return how many deliveries wait, by subscription; those without any are left out."""
        sql = f"SELECT subscription_id, count(*) FROM webhook_deliveries WHERE {webhooks.PENDING} GROUP BY 1"
        return {subscription_id: int(count) for subscription_id, count in await self._transaction.read(sql)}

    async def forget(self, sent_before: datetime, failed_before: datetime) -> int:
        """Delete deliveries that ended long ago, and return how many."""
        bounds = ((DeliveryState.SENT, sent_before), (DeliveryState.FAILED, failed_before))
        return sum(
            [
                (await self._transaction.write(self._forget, state.value, self._moment(before))).changed
                for state, before in bounds
            ]
        )

    def _moment(self, moment: datetime) -> Any:
        return _deliveries.value("next_attempt_at", moment, self._transaction.dialect)

    async def _read_subscriptions(self, sql: str, *values: Any) -> list[Subscription]:
        return [self._loaded(_subscriptions, row) for row in await self._transaction.read(sql, *values)]

    async def _read_deliveries(self, sql: str, *values: Any) -> list[Delivery]:
        return [self._loaded(_deliveries, row) for row in await self._transaction.read(sql, *values)]

    def _loaded(self, rows: Rows[Any], row: Sequence[Any]) -> Any:
        return rows.load(row, self._transaction.dialect)
