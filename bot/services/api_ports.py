"""What the shop's API needs of a database."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from bot.aftersales.case import CaseState
from bot.aftersales.labels import Label


class Scope(Label):
    """What a token may do."""

    CUSTOMERS_WRITE = "customers:write"
    PRODUCTS_WRITE = "products:write"
    ORDERS_READ = "orders:read"
    ORDERS_WRITE = "orders:write"
    CASES_READ = "cases:read"
    REFUNDS_READ = "refunds:read"
    CONVERSATIONS_READ = "conversations:read"
    EVENTS_WRITE = "events:write"


@dataclass
class ApiToken:
    """A key to the shop's API; of the token itself only a digest is kept."""

    name: str
    digest: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime | None = None
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None
    id: int | None = None

    def is_good(self, now: datetime) -> bool:
        """Tell whether the token opens anything."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)

    def may(self, scope: Scope) -> bool:
        """Tell whether the token has a scope."""
        return scope.value in self.scopes


@dataclass
class KeptAnswer:
    """What was answered to a write with an idempotency key; without a status it is still being done."""

    token_id: int
    key: str
    request_digest: str
    reserved_at: datetime
    status: int | None = None
    answer: dict[str, Any] | None = None


@dataclass(frozen=True)
class Place:
    """A place in a list in the order of time: a moment and the key of what stands there."""

    moment: datetime
    key: str


@dataclass(frozen=True)
class CaseFilter:
    """Which cases are wanted; an empty field asks for nothing."""

    states: tuple[CaseState, ...] = ()
    order_number: str = ""


class ApiTokens(Protocol):
    """All tokens, revoked ones included."""

    async def add(self, token: ApiToken) -> None:
        """Keep a new token and give it its id, or raise ConflictError where its name is in use."""

    async def by_digest(self, digest: str) -> ApiToken | None:
        """Return the token of a digest, or None."""

    async def all(self) -> list[ApiToken]:
        """Return all tokens in the order in which they were made."""

    async def note_use(self, token_id: int, now: datetime) -> None:
        """Record when a token was used last."""

    async def revoke(self, token_id: int, now: datetime) -> None:
        """Record that a token opens nothing any more."""


class IdempotencyKeys(Protocol):
    """The answers to writes of the last day."""

    async def reserve(self, wanted: KeptAnswer, stale_before: datetime) -> KeptAnswer | None:
        """Reserve a key and return None, or return what is kept under it.

        A reservation from before ``stale_before`` that has no answer is what a crash left, and is replaced.
        """

    async def answer(self, kept: KeptAnswer) -> None:
        """Keep the answer to a reserved key."""

    async def release(self, kept: KeptAnswer) -> None:
        """Forget a reservation that got no answer worth keeping."""

    async def forget_before(self, moment: datetime) -> int:
        """Forget keys that were reserved before a moment, and return how many."""


class Changes(Protocol):
    """When orders and cases changed last, and what the shop may not take away."""

    async def orders(self, since: datetime | None, after: Place | None, limit: int) -> list[Place]:
        """Return when orders changed last, the longest unchanged first, from a moment on and behind a place."""

    async def cases(self, since: datetime | None, after: Place | None, limit: int, wanted: CaseFilter) -> list[Place]:
        """Return the same of the cases that are wanted."""

    async def of_order(self, number: str) -> datetime | None:
        """Return when an order changed last, or None."""

    async def of_case(self, number: str) -> datetime | None:
        """Return when a case changed last, or None."""

    async def skus_in_use(self, skus: Collection[str]) -> set[str]:
        """Return those of some SKUs that somebody has ordered or gets in exchange."""
