"""Clocks of service levels, ratings and contacts in memory."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from bot.aftersales.case import AWAITS_CUSTOMER, Case, CaseState
from bot.aftersales.contact import Contact
from bot.aftersales.escalation import Escalation
from bot.aftersales.rating import Rating
from bot.aftersales.return_ import AWAITED, Return
from bot.aftersales.sla import WAIT_KEY, Metric, ServiceClock
from bot.services.service_level_ports import OutOfStep
from tests.fake_tables import Table


class FakeServiceClocks(Table[ServiceClock]):
    def add(self, thing: ServiceClock) -> None:
        self.number(thing)
        super().add(thing)

    async def by_key(self, key: str) -> ServiceClock | None:
        return self.one(key=key)

    async def of_case(self, case_number: str) -> list[ServiceClock]:
        return self.find(case_number=case_number)

    async def answered_first(self) -> list[str]:
        # More than there is to do: what of it has been answered is read off the transcripts.
        return [clock.key for clock in self.find(metric=Metric.FIRST_RESPONSE, stopped_at=None)]

    async def outlived(self) -> dict[str, datetime | None]:
        handoffs = self.uow.database.all(Escalation)
        found = {}
        for clock in self.find(metric=Metric.NEXT_RESPONSE, stopped_at=None):
            own = [handoff for handoff in handoffs if clock.key.startswith(f"{WAIT_KEY}:{handoff.id}:")]
            if not any(handoff.is_open for handoff in own):
                found[clock.key] = own[0].ended_at if own else None
        return found

    async def out_of_step_waits(self) -> list[str]:
        return [handoff.conversation_id for handoff in self.uow.database.all(Escalation) if handoff.is_open]

    async def due(self, now: datetime, limit: int = 200) -> list[ServiceClock]:
        mine = [
            clock
            for clock in self.find(stopped_at=None, paused_at=None, breached_at=None)
            if (clock.warned_at is None and clock.warn_at <= now) or clock.due_at < now
        ]
        return sorted(mine, key=lambda clock: (clock.due_at, clock.id))[:limit]

    async def out_of_step(self, case_number: str | None = None, limit: int = 200) -> list[OutOfStep]:
        found = []
        for clock in self.find(metric=Metric.RESOLUTION, stopped_at=None):
            case = next(case for case in self.uow.database.all(Case) if case.number == clock.case_number)
            waits = self._waits(case)
            is_wanted = case_number in (None, case.number)
            if is_wanted and (not case.is_open or waits != (clock.paused_at is not None)):
                found.append(OutOfStep(clock, case, waits))
        return found[:limit]

    async def unwatched_cases(self, case_number: str | None = None, limit: int = 200) -> list[Case]:
        watched = {clock.case_number for clock in self.find(metric=Metric.RESOLUTION, stopped_at=None)}
        wanted = [case for case in self.uow.database.all(Case) if case_number in (None, case.number)]
        return [case for case in wanted if case.is_open and case.number not in watched][:limit]

    async def running_in(self, conversation_id: str) -> list[ServiceClock]:
        mine = self.find(conversation_id=conversation_id, stopped_at=None)
        return sorted(mine, key=lambda clock: (clock.due_at, clock.id))

    async def breached_in(self, conversation_ids: Collection[str]) -> set[str]:
        late = {clock.conversation_id for clock in self.find(stopped_at=None) if clock.breached_at is not None}
        return late & set(conversation_ids)

    def _waits(self, case: Case) -> bool:
        returns = [found for found in self.uow.database.all(Return) if found.case_number == case.number]
        parcel_awaited = any(found.state in AWAITED for found in returns)
        return case.state in AWAITS_CUSTOMER or (case.state is CaseState.EXECUTING and parcel_awaited)


class FakeRatings(Table[Rating]):
    def add(self, thing: Rating) -> None:
        self.number(thing)
        super().add(thing)

    async def of_case(self, case_number: str) -> Rating | None:
        return self.one(case_number=case_number)


class FakeContacts(Table[Contact]):
    def add(self, thing: Contact) -> None:
        self.number(thing)
        super().add(thing)

    async def newest(self, conversation_id: str, order_number: str) -> Contact | None:
        mine = self.find(conversation_id=conversation_id, order_number=order_number)
        return max(mine, key=lambda contact: contact.id or 0, default=None)
