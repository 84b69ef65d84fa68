"""What claims and the records of cases need of a database."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import NamedTuple, Protocol

from bot.aftersales.audit import AuditEvent
from bot.aftersales.claim import Claim
from bot.aftersales.escalation import Escalation


class Claims(Protocol):
    """All claims against carriers and suppliers."""

    def add(self, claim: Claim) -> None:
        """Keep a new claim."""

    async def get(self, number: str) -> Claim | None:
        """Return a claim, or None."""

    async def by_key(self, key: str) -> Claim | None:
        """Return the claim of an occasion, or None."""

    async def of_case(self, case_number: str) -> list[Claim]:
        """Return a case's claims, oldest first."""

    async def open(self, limit: int = 200) -> list[Claim]:
        """Return the claims that somebody has to file, answer or pay, oldest first."""


class Exchanged(NamedTuple):
    """How many messages each kind of author wrote in a conversation on one day (UTC), from first to last."""

    day: date
    first_at: datetime
    last_at: datetime
    counts: dict[str, int]


class Records(Protocol):
    """What was written down about a case in several places."""

    async def events_about(self, subjects: Collection[str], conversation_id: str) -> list[AuditEvent]:
        """Return the audit events of some subjects and of a conversation, each once, in the order of writing."""

    async def messages_by_day(self, conversation_id: str, since: datetime) -> list[Exchanged]:
        """Return what was exchanged in a conversation from a moment on, by day, without internal notes."""

    async def handoffs_of(self, case_number: str) -> list[Escalation]:
        """Return a case's handoffs, oldest first."""
