"""What outgoing webhooks need of a database and of whoever sends them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from bot.aftersales.audit import AuditEvent
from bot.aftersales.case import CaseState
from bot.aftersales.labels import Label
from bot.services import ports


class Kind(Label):
    """What a subscriber is."""

    HTTP = "http"
    """A system of the shop, which gets signed events."""
    SLACK = "slack"
    """A channel in Slack, which gets messages for agents."""


class DeliveryState(Label):
    """Where a delivery stands."""

    PENDING = "pending"
    SENT = "sent"
    FAILED = "failed"


@dataclass
class Subscription:
    """Who wants to hear of what.

    ``url`` is empty for Slack, whose address is a secret of the environment. ``failing_since`` is the first failure
    after the last success, ``paused_until`` when the subscriber wants to hear the next, ``disabled_at`` is None while
    anything is delivered.
    """

    id: str
    kind: Kind
    url: str
    events: tuple[str, ...]
    secret: str | None = field(repr=False)
    created_at: datetime
    failing_since: datetime | None = None
    paused_until: datetime | None = None
    disabled_at: datetime | None = None

    @property
    def is_enabled(self) -> bool:
        """Tell whether anything is delivered."""
        return self.disabled_at is None


@dataclass
class Delivery:
    """One event on its way to one subscriber.

    ``event_id`` is the same however often it is sent, and unique in a subscription. Deliveries of a ``thread``, which
    is a case where there is one, leave in order. ``give_up_at`` is when trying ends. ``error`` is a code, ``status``
    the last answer's.
    """

    subscription_id: str
    event_id: str
    type: str
    thread: str
    body: dict[str, Any]
    created_at: datetime
    next_attempt_at: datetime
    give_up_at: datetime
    state: DeliveryState = DeliveryState.PENDING
    attempts: int = 0
    status: int | None = None
    error: str | None = None
    ended_at: datetime | None = None
    id: int | None = None


@dataclass(frozen=True)
class StateChange:
    """A case went from one state to another in one transaction; ``id`` counts up."""

    id: int
    case_number: str
    before: CaseState
    after: CaseState


@dataclass(frozen=True)
class Noted:
    """What the database noted since somebody looked, each oldest first."""

    count: int
    happened: list[AuditEvent | StateChange]


class Webhooks(Protocol):
    """Subscriptions, deliveries, and what the database noted for them."""

    async def take_noted(self, limit: int) -> Noted:
        """Take the oldest of what was noted; it is gone with the commit, and nobody else gets the same."""

    async def add(self, subscription: Subscription) -> bool:
        """Keep a new subscription; return False where there is one with its id."""

    async def get(self, subscription_id: str) -> Subscription | None:
        """Return a subscription, or None."""

    async def all(self) -> list[Subscription]:
        """Return every subscription, oldest first."""

    async def remove(self, subscription_id: str) -> None:
        """Forget a subscription with its deliveries."""

    async def note_success(self, subscription_id: str) -> None:
        """Record that a subscriber took something."""

    async def note_failure(self, subscription_id: str, now: datetime, paused_until: datetime | None) -> None:
        """Record that a subscriber did not take something, and when it wants to hear the next, if it said so."""

    async def set_disabled(self, subscription_id: str, disabled_at: datetime | None) -> bool:
        """Disable a subscription or, with None, enable it anew; return False where it was so before."""

    async def add_delivery(self, delivery: Delivery) -> bool:
        """Keep a new delivery; return False where the subscription has one of this event."""

    async def delivery(self, delivery_id: int) -> Delivery | None:
        """Return a delivery, or None."""

    async def next_due(self, subscription_id: str, now: datetime) -> Delivery | None:
        """Return the oldest delivery that is due and that none of its thread is before, or None."""

    async def claim(self, delivery: Delivery, now: datetime, until: datetime) -> bool:
        """Count an attempt and hold the delivery until a moment; return False where somebody else has it."""

    async def note_outcome(self, delivery: Delivery) -> bool:
        """Write state, answer and next attempt of a claimed delivery; return False where it was claimed anew."""

    async def failures(self, limit: int, subscription_id: str | None = None) -> list[Delivery]:
        """Return deliveries that were given up, the newest first."""

    async def revive(self, delivery_id: int, now: datetime, give_up_at: datetime) -> bool:
        """Let an ended delivery be sent again from now on; return False where it is pending."""

    async def pending(self) -> dict[str, int]:
        """Return how many deliveries wait, by subscription; those without any are left out."""

    async def forget(self, sent_before: datetime, failed_before: datetime) -> int:
        """Delete deliveries that ended long ago, and return how many."""


class UnitOfWork(ports.UnitOfWork, Protocol):
    """One transaction over business and webhooks."""

    webhooks: Webhooks


@dataclass(frozen=True)
class Post:
    """A request to be sent; ``secret`` is None where it is not to be signed."""

    url: str
    body: bytes
    secret: str | None = field(default=None, repr=False)
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """What came of a request: a status, or a code of what was wrong before there was any."""

    status: int | None = None
    error: str | None = None
    retry_after_seconds: float | None = None

    @property
    def is_taken(self) -> bool:
        """Tell whether the receiver has it."""
        return self.status is not None and 200 <= self.status < 300


class WebhookSender(Protocol):
    """Whoever speaks HTTP for us."""

    async def send(self, post: Post, now: datetime) -> Answer:
        """Post a body and return what came of it; never raises for what the network or the receiver does."""
