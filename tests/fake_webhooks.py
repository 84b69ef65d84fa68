"""Outgoing webhooks in memory; tests say which case changed its state, which the database notes otherwise."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from datetime import datetime
from functools import partial

from bot.aftersales.audit import AuditEvent
from bot.services.webhooks_ports import Answer, Delivery, DeliveryState, Noted, Post, StateChange, Subscription
from tests.fake_tables import HasDatabase


class FakeWebhooks:
    def __init__(self, uow: HasDatabase) -> None:
        self.uow = uow
        self.events: list[AuditEvent] = uow.database.all(AuditEvent)
        self.taken: list[AuditEvent | StateChange] = uow.database.all(Noted)
        self.changes: list[StateChange] = uow.database.all(StateChange)
        self.subscriptions: list[Subscription] = uow.database.all(Subscription)
        self.deliveries: list[Delivery] = uow.database.all(Delivery)

    def _undoable(self) -> None:
        for rows in (self.taken, self.subscriptions, self.deliveries):
            before = [row if isinstance(row, (AuditEvent, StateChange)) else deepcopy(row) for row in rows]
            self.uow.undo.append(partial(rows.__setitem__, slice(None), before))

    async def take_noted(self, limit: int) -> Noted:
        self._undoable()
        known = set(map(id, self.taken))
        found = [one for one in (*self.events, *self.changes) if id(one) not in known][:limit]
        self.taken.extend(found)
        return Noted(len(found), found)

    async def add(self, subscription: Subscription) -> bool:
        if await self.get(subscription.id) is not None:
            return False
        self._undoable()
        self.subscriptions.append(replace(subscription))
        return True

    async def get(self, subscription_id: str) -> Subscription | None:
        found = self._subscription(subscription_id)
        return replace(found) if found else None

    def _subscription(self, subscription_id: str) -> Subscription | None:
        return next((one for one in self.subscriptions if one.id == subscription_id), None)

    async def all(self) -> list[Subscription]:
        return [replace(one) for one in sorted(self.subscriptions, key=lambda one: (one.created_at, one.id))]

    async def remove(self, subscription_id: str) -> None:
        self._undoable()
        self.deliveries[:] = [one for one in self.deliveries if one.subscription_id != subscription_id]
        self.subscriptions[:] = [one for one in self.subscriptions if one.id != subscription_id]

    async def note_success(self, subscription_id: str) -> None:
        found = self._subscription(subscription_id)
        if found is not None:
            self._undoable()
            found.failing_since = found.paused_until = None

    async def note_failure(self, subscription_id: str, now: datetime, paused_until: datetime | None) -> None:
        found = self._subscription(subscription_id)
        if found is not None:
            self._undoable()
            found.failing_since, found.paused_until = found.failing_since or now, paused_until

    async def set_disabled(self, subscription_id: str, disabled_at: datetime | None) -> bool:
        found = self._subscription(subscription_id)
        if found is None or (found.disabled_at is None) == (disabled_at is None):
            return False
        self._undoable()
        found.disabled_at = disabled_at
        if disabled_at is None:
            found.failing_since = found.paused_until = None
        return True

    async def add_delivery(self, delivery: Delivery) -> bool:
        key = (delivery.subscription_id, delivery.event_id)
        if any((one.subscription_id, one.event_id) == key for one in self.deliveries):
            return False
        self._undoable()
        self.uow.database.given += 1
        delivery.id = self.uow.database.given
        self.deliveries.append(replace(delivery))
        return True

    def _delivery(self, delivery_id: int | None) -> Delivery | None:
        return next((one for one in self.deliveries if one.id == delivery_id), None)

    async def delivery(self, delivery_id: int) -> Delivery | None:
        found = self._delivery(delivery_id)
        return replace(found) if found else None

    async def next_due(self, subscription_id: str, now: datetime) -> Delivery | None:
        threads = set()
        for one in self.deliveries:
            if one.subscription_id == subscription_id and one.state is DeliveryState.PENDING:
                if one.thread not in threads and one.next_attempt_at <= now:
                    return replace(one)
                threads.add(one.thread)
        return None

    async def claim(self, delivery: Delivery, now: datetime, until: datetime) -> bool:
        found = self._delivery(delivery.id)
        if found is None or found.state is not DeliveryState.PENDING:
            return False
        if found.attempts != delivery.attempts or found.next_attempt_at > now:
            return False
        self._undoable()
        for one in (found, delivery):
            one.attempts, one.next_attempt_at = one.attempts + 1, until
        return True

    async def note_outcome(self, delivery: Delivery) -> bool:
        found = self._delivery(delivery.id)
        if found is None or found.state is not DeliveryState.PENDING or found.attempts != delivery.attempts:
            return False
        self._undoable()
        found.state, found.next_attempt_at = delivery.state, delivery.next_attempt_at
        found.status, found.error, found.ended_at = delivery.status, delivery.error, delivery.ended_at
        return True

    async def failures(self, limit: int, subscription_id: str | None = None) -> list[Delivery]:
        mine = [one for one in self.deliveries if subscription_id in (None, one.subscription_id)]
        failed = [replace(one) for one in mine if one.state is DeliveryState.FAILED]
        return sorted(failed, key=lambda one: (one.ended_at, one.id), reverse=True)[:limit]

    async def revive(self, delivery_id: int, now: datetime, give_up_at: datetime) -> bool:
        found = self._delivery(delivery_id)
        if found is None or found.state is DeliveryState.PENDING:
            return False
        self._undoable()
        found.state, found.next_attempt_at, found.give_up_at = DeliveryState.PENDING, now, give_up_at
        found.ended_at = None
        return True

    async def pending(self) -> dict[str, int]:
        waiting = [one.subscription_id for one in self.deliveries if one.state is DeliveryState.PENDING]
        return {id: waiting.count(id) for id in waiting}

    async def forget(self, sent_before: datetime, failed_before: datetime) -> int:
        bounds = {DeliveryState.SENT: sent_before, DeliveryState.FAILED: failed_before}
        old = [one for one in self.deliveries if one.ended_at is not None and one.ended_at < bounds[one.state]]
        self._undoable()
        self.deliveries[:] = [one for one in self.deliveries if one not in old]
        return len(old)


class FakeSender:
    """Answers as ``answers`` say, one after the other, and then that all is well."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.posts: list[Post] = []

    async def send(self, post: Post, now: datetime) -> Answer:
        self.posts.append(post)
        return self.answers.pop(0) if self.answers else Answer(200)
