"""Leases: which replica runs a job now, and when it ran last, kept in the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Protocol, TypeVar


@dataclass(frozen=True)
class Lease:
    """The row of a job; ``holder`` is None while nobody runs it, ``last_error`` empty after a run that went well."""

    name: str
    holder: str | None = None
    leased_until: datetime | None = None
    last_run_at: datetime | None = None
    last_error: str = ""


class Leases(Protocol):
    """The leases of all jobs; every change says what it expects to find, and nothing happens where it is not so."""

    async def get(self, name: str) -> Lease:
        """Return a job's lease; one that was never run has an empty one."""

    async def take(self, name: str, holder: str, now: datetime, until: datetime, not_run_since: datetime) -> bool:
        """Give a job to a holder; return False where somebody has it, or ran it after ``not_run_since``.

        A run that was noted for later than ``until`` was noted by a wrong clock, and counts for nothing.
        """

    async def renew(self, name: str, holder: str, until: datetime) -> bool:
        """Extend a holder's lease; return False where somebody else has the job now."""

    async def end(self, name: str, holder: str, ran_at: datetime | None, error: str) -> None:
        """Give a lease back; ``ran_at`` None leaves the job due. Where somebody else has it by now, do nothing."""


class UnitOfWork(Protocol):
    """One transaction over the leases."""

    job_leases: Leases

    async def commit(self) -> None:
        """Make everything since entering durable."""

    async def __aenter__(self: Self) -> Self: ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


Self = TypeVar("Self", bound=UnitOfWork)
