"""What proving orders and recognising customers of the shop's own page need of a database."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol

from bot.aftersales.identification import KnownCustomer


class KnownCustomers(Protocol):
    """Whom the shop says that conversations are with."""

    async def of(self, conversation_id: str) -> KnownCustomer | None:
        """Return whom a conversation is with, or None where the shop has not said."""

    async def conversations_of(self, customer_id: str) -> list[str]:
        """Return the conversations that the shop said are with a customer, newest last."""

    async def add(self, known: KnownCustomer) -> bool:
        """Keep whom a conversation is with, and tell whether nobody was kept before."""

    async def extend(self, conversation_id: str, until: datetime) -> None:
        """Keep that the shop's word stands until a later moment."""


class TryCounts(Protocol):
    """How many wrong tries there were lately at something, in all processes together.

    A count ends a while after its first try; then it begins anew.
    """

    async def add(self, subject: str, count: int, within: timedelta, now: datetime) -> int:
        """Count some more and return how many there were before.

        Whoever counts the same waits until this transaction has ended.
        """

    async def take_back(self, subject: str, count: int) -> None:
        """Count some less, which were counted in advance."""

    async def of(self, subject: str, within: timedelta, now: datetime) -> int:
        """Return how many there are."""

    async def forget(self, before: datetime) -> None:
        """Delete the counts that began before a moment."""
