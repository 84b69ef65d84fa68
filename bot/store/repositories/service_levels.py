"""Clocks of service levels, ratings, contacts, and the leases of jobs."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import and_, case, exists, or_, select

from bot.aftersales.case import OPEN, Case
from bot.aftersales.contact import Contact
from bot.aftersales.rating import Rating
from bot.aftersales.sla import Metric, ServiceClock
from bot.scheduler.lease import Lease
from bot.services.service_level_ports import OutOfStep
from bot.store.repositories import sla_waits
from bot.store.repositories.base import Repository
from bot.store.repositories.case_waits import FOR_CUSTOMER
from bot.store.rows import Rows
from bot.store.tables import aftersales, service_levels

_clocks = service_levels.service_clocks
_cases = aftersales.cases


class SqlServiceClocks(Repository):
    """All clocks of service levels."""

    def add(self, clock: ServiceClock) -> None:
        """Keep a new clock."""
        self._keep(clock)

    async def by_key(self, key: str) -> ServiceClock | None:
        """Return the clock of an occasion, or None."""
        return await self._first(ServiceClock, _clocks.c.key == key)

    async def of_case(self, case_number: str) -> list[ServiceClock]:
        """Return a case's clocks, oldest first."""
        return await self._find(ServiceClock, _clocks.c.case_number == case_number, order_by=(_clocks.c.id,))

    async def answered_first(self) -> list[str]:
        """Return the keys of the running clocks of first responses whose customers have been answered."""
        return list(await (await self._transaction.orm()).scalars(sla_waits.answered_first()))

    async def outlived(self) -> dict[str, datetime | None]:
        """Return the keys of the running clocks of waits whose handoffs are over, with when those ended."""
        rows = await (await self._transaction.orm()).execute(sla_waits.outlived())
        return {row.key: row.ended_at for row in rows}

    async def out_of_step_waits(self) -> list[str]:
        """Return the conversations in a handoff whose clocks of waits may have to be started or stopped."""
        return list(await (await self._transaction.orm()).scalars(sla_waits.out_of_step_waits()))

    async def due(self, now: datetime, limit: int = 200) -> list[ServiceClock]:
        """Return the clocks, not paused, whose warning or breach has yet to be noted, the most urgent first."""
        conditions = (
            service_levels.RUNNING,
            _clocks.c.paused_at.is_(None),
            _clocks.c.warn_at <= now,
            _clocks.c.breached_at.is_(None),
            or_(_clocks.c.warned_at.is_(None), _clocks.c.due_at < now),
        )
        return await self._find(ServiceClock, *conditions, order_by=(_clocks.c.due_at, _clocks.c.id), limit=limit)

    async def out_of_step(self, case_number: str | None = None, limit: int = 200) -> list[OutOfStep]:
        """Return the clocks of resolutions, of one case or of all, to be paused, resumed or stopped."""
        waits: Any = case((FOR_CUSTOMER, 1), else_=0)
        statement = (
            select(ServiceClock, Case, waits)
            .join(_cases, _cases.c.number == _clocks.c.case_number)
            .where(
                service_levels.RUNNING,
                _clocks.c.metric == Metric.RESOLUTION,
                *_of_case(case_number),
                or_(
                    _cases.c.state.not_in(sorted(OPEN)),
                    and_(FOR_CUSTOMER, _clocks.c.paused_at.is_(None)),
                    and_(~FOR_CUSTOMER, _clocks.c.paused_at.is_not(None)),
                ),
            )
            .order_by(_clocks.c.id)
            .limit(limit)
        )
        rows = await (await self._transaction.orm()).execute(statement)
        return [OutOfStep(clock, found, bool(waiting)) for clock, found, waiting in rows]

    async def unwatched_cases(self, case_number: str | None = None, limit: int = 200) -> list[Case]:
        """Return the open cases, or this very one, whose time to resolution nothing measures, longest open first."""
        mine = _clocks.c.case_number == _cases.c.number
        watched: Any = exists().where(and_(mine, _clocks.c.metric == Metric.RESOLUTION, service_levels.RUNNING))
        conditions = _cases.c.state.in_(sorted(OPEN)), ~watched, *_of_case(case_number)
        return await self._find(Case, *conditions, order_by=(_cases.c.opened_at, _cases.c.number), limit=limit)

    async def running_in(self, conversation_id: str) -> list[ServiceClock]:
        """Return the clocks of a conversation that have not stopped, the most urgent first."""
        mine = service_levels.RUNNING, _clocks.c.conversation_id == conversation_id
        return await self._find(ServiceClock, *mine, order_by=(_clocks.c.due_at, _clocks.c.id))

    async def breached_in(self, conversation_ids: Collection[str]) -> set[str]:
        """Return in which of these conversations somebody waits for what is overdue."""
        if not conversation_ids:
            return set()
        statement = select(_clocks.c.conversation_id).where(
            service_levels.RUNNING,
            _clocks.c.breached_at.is_not(None),
            _clocks.c.conversation_id.in_(list(conversation_ids)),
        )
        return set(await (await self._transaction.orm()).scalars(statement))


def _of_case(number: str | None) -> tuple[Any, ...]:
    return () if number is None else (_cases.c.number == number,)


class SqlRatings(Repository):
    """All ratings."""

    def add(self, rating: Rating) -> None:
        """Keep a new rating."""
        self._keep(rating)

    async def of_case(self, case_number: str) -> Rating | None:
        """Return a case's rating, or None."""
        return await self._first(Rating, service_levels.ratings.c.case_number == case_number)


class SqlContacts(Repository):
    """All contacts of customers about orders."""

    def add(self, contact: Contact) -> None:
        """Keep a new contact."""
        self._keep(contact)

    async def newest(self, conversation_id: str, order_number: str) -> Contact | None:
        """Return when a conversation was last about an order, or None."""
        table = service_levels.contacts
        mine = table.c.conversation_id == conversation_id, table.c.order_number == order_number
        return await self._first(Contact, *mine, order_by=(table.c.id.desc(),))


_LEASE = tuple(field.name for field in fields(Lease))
_leases = Rows(service_levels.job_leases, _LEASE, Lease)


class SqlJobLeases(Repository):
    """Who runs which job now; every change is one statement that says what it expects to find."""

    _one = f"{_leases.select} WHERE name = ?"
    _insert = _leases.insert(_LEASE, once=True)
    _take = _leases.update(
        ("holder", "leased_until"),
        "name = ? AND (leased_until IS NULL OR leased_until <= ?) "
        "AND (last_run_at IS NULL OR last_run_at <= ? OR last_run_at > ?)",
    )
    _renew = _leases.update(("leased_until",), "name = ? AND holder = ?")
    _end = _leases.update(("holder", "leased_until", "last_run_at", "last_error"), "name = ? AND holder = ?")

    async def get(self, name: str) -> Lease:
        """Return a job's lease; one that was never run has an empty one."""
        found = await self._transaction.read(self._one, name)
        return _leases.load(found[0], self._transaction.dialect) if found else Lease(name)

    async def take(self, name: str, holder: str, now: datetime, until: datetime, not_run_since: datetime) -> bool:
        """Give a job to a holder; return False where somebody has it, or ran it after ``not_run_since``.

        A run that was noted for later than ``until`` was noted by a wrong clock, and counts for nothing.
        """
        dialect = self._transaction.dialect
        await self._transaction.write(self._insert, *_leases.values(Lease(name), _LEASE, dialect))
        last, free, due = (_leases.value("leased_until", moment, dialect) for moment in (until, now, not_run_since))
        return (await self._transaction.write(self._take, holder, last, name, free, due, last)).changed == 1

    async def renew(self, name: str, holder: str, until: datetime) -> bool:
        """Extend a holder's lease; return False where somebody else has the job now."""
        moment = _leases.value("leased_until", until, self._transaction.dialect)
        return (await self._transaction.write(self._renew, moment, name, holder)).changed == 1

    async def end(self, name: str, holder: str, ran_at: datetime | None, error: str) -> None:
        """Give a lease back; ``ran_at`` None leaves the job due. Where somebody else has it by now, do nothing."""
        lease = await self.get(name)
        row = (None, None, ran_at or lease.last_run_at, error)
        columns = ("holder", "leased_until", "last_run_at", "last_error")
        values = [
            _leases.value(column, value, self._transaction.dialect) for column, value in zip(columns, row, strict=True)
        ]
        await self._transaction.write(self._end, *values, name, holder)
