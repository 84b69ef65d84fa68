"""The board of the routing in memory."""

from __future__ import annotations

from datetime import datetime

from bot.aftersales.case import Case
from bot.aftersales.escalation import Escalation, EscalationState, GivenBy
from bot.aftersales.sla import ServiceClock
from bot.conversations.model import Author, Message
from bot.services.routing_ports import Held, Past, Teamless, Waiting
from tests.fake_tables import HasDatabase


class Told:
    """A notice; the fake database keeps things by their class."""

    def __init__(self, escalation: Escalation, position: int, wait_seconds: int, told_at: datetime) -> None:
        self.escalation = escalation
        self.what = (position, wait_seconds, told_at)


class FakeRoutingBoard:
    def __init__(self, uow: HasDatabase) -> None:
        self.uow = uow

    async def waiting(self) -> list[Waiting]:
        late = {c.conversation_id for c in self.uow.database.all(ServiceClock) if c.breached_at and c.is_running}
        mine = [found for found in self._all() if found.state is EscalationState.QUEUED]
        mine.sort(key=lambda e: (e.conversation_id not in late, e.priority.rank, e.opened_at))
        told = {id(notice.escalation): notice.what for notice in self.uow.database.all(Told)}
        return [
            Waiting(
                e.id or 0, e.conversation_id, e.language, e.priority, e.opened_at, e.team, list(e.passed_over),
                told.get(id(e)),
            )
            for e in mine
        ]  # fmt: skip

    async def held(self) -> list[Held]:
        return sorted((_held(e) for e in self._all() if e.state is EscalationState.ASSIGNED), key=lambda h: h[3])

    async def unanswered(self, given_before: datetime, limit: int = 100) -> list[Held]:
        said = [m for m in self.uow.database.all(Message) if m.author is Author.AGENT]
        return [
            held
            for held in await self.held()
            if held.given_by is GivenBy.ROUTING
            and held.assigned_at <= given_before
            and not any(
                m.conversation_id == held.conversation_id and m.agent_id == held.agent_id and m.at >= held.assigned_at
                for m in said
            )
        ][:limit]

    async def without_team(self) -> list[Teamless]:
        issues = {case.number: case.issue_type for case in self.uow.database.all(Case)}
        return [
            Teamless(found.conversation_id, found.language, issues.get(found.case_number or ""))
            for found in self._all()
            if found.is_open and found.team is None
        ]

    async def lately(self, since: datetime, limit: int = 200) -> list[Past]:
        mine = [e for e in self._all() if e.first_assigned_at and e.assigned_at and e.first_assigned_at >= since]
        mine.sort(key=lambda e: e.first_assigned_at, reverse=True)  # type: ignore[arg-type,return-value]
        return [
            Past(e.opened_at, e.first_assigned_at, e.assigned_at, e.ended_at, e.team)  # type: ignore[arg-type]
            for e in mine[:limit]
        ]

    async def note_told(self, escalation: Escalation, position: int, wait_seconds: int, now: datetime) -> None:
        notices = self.uow.database.all(Told)
        notices[:] = [notice for notice in notices if notice.escalation is not escalation]
        notices.append(Told(escalation, position, wait_seconds, now))

    async def claim_notice(
        self, escalation_id: int, told_at: datetime | None, position: int, wait_seconds: int, now: datetime
    ) -> bool:
        mine = next(e for e in self._all() if e.id == escalation_id)
        known = next((told.what[2] for told in self.uow.database.all(Told) if told.escalation is mine), None)
        if known != told_at:
            return False
        await self.note_told(mine, position, wait_seconds, now)
        return True

    def _all(self) -> list[Escalation]:
        return self.uow.database.all(Escalation)


def _held(escalation: Escalation) -> Held:
    assert escalation.agent_id and escalation.assigned_at
    return Held(escalation.conversation_id, escalation.agent_id, escalation.given_by, escalation.assigned_at)
