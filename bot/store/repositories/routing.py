"""The board of the routing: light reads over handoffs, and what waiting customers were told."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import and_, delete, exists, insert, select, update

from bot.aftersales.escalation import Escalation, EscalationState, GivenBy
from bot.conversations.model import Author
from bot.services.routing_ports import Held, Past, Waiting
from bot.store.repositories.base import Repository
from bot.store.repositories.desk import most_pressing_first
from bot.store.tables import aftersales, conversations, routing

_handoffs = aftersales.escalations
_notices = routing.queue_notices
_messages = conversations.messages
_HELD = (_handoffs.c.conversation_id, _handoffs.c.agent_id, _handoffs.c.given_by, _handoffs.c.assigned_at)


class SqlRoutingBoard(Repository):
    """Who waits, who holds what, and how long that took of late."""

    async def waiting(self) -> list[Waiting]:
        """Return the queue: overdue ones first, then the most pressing, then the longest waiting."""
        columns = tuple(
            _handoffs.c[name]
            for name in ("id", "conversation_id", "language", "priority", "opened_at", "team", "passed_over")
        )
        statement = (
            select(*columns, _notices.c.position, _notices.c.expected_wait_seconds, _notices.c.told_at)
            .outerjoin(_notices, _notices.c.escalation_id == _handoffs.c.id)
            .where(aftersales.OPEN_ESCALATION, _handoffs.c.state == EscalationState.QUEUED)
            .order_by(*most_pressing_first())
        )
        rows = await self._rows(statement)
        return [
            Waiting(number, conversation_id, language, priority, opened_at, team, list(passed_over), _told(*told))
            for number, conversation_id, language, priority, opened_at, team, passed_over, *told in rows
        ]

    async def held(self) -> list[Held]:
        """Return the handoffs with agents, those who have theirs longest first."""
        is_held = aftersales.OPEN_ESCALATION, _handoffs.c.state == EscalationState.ASSIGNED
        statement = select(*_HELD).where(*is_held).order_by(_handoffs.c.assigned_at, _handoffs.c.id)
        return [Held(*row) for row in await self._rows(statement)]

    async def unanswered(self, given_before: datetime, limit: int = 100) -> list[Held]:
        """Return what the routing gave to agents before a moment and they have not written in since."""
        wrote: Any = exists().where(
            and_(
                _messages.c.conversation_id == _handoffs.c.conversation_id,
                _messages.c.author == Author.AGENT,
                _messages.c.agent_id == _handoffs.c.agent_id,
                _messages.c.at >= _handoffs.c.assigned_at,
            )
        )
        statement = (
            select(*_HELD)
            .where(
                aftersales.OPEN_ESCALATION,
                _handoffs.c.state == EscalationState.ASSIGNED,
                _handoffs.c.given_by == GivenBy.ROUTING,
                _handoffs.c.assigned_at <= given_before,
                ~wrote,
            )
            .order_by(_handoffs.c.assigned_at, _handoffs.c.id)
            .limit(limit)
        )
        return [Held(*row) for row in await self._rows(statement)]

    async def without_team(self) -> list[Escalation]:
        """Return the open handoffs that no team was found for, or that are older than teams, oldest first."""
        is_open: Any = aftersales.OPEN_ESCALATION
        return await self._find(Escalation, is_open, _handoffs.c.team.is_(None), order_by=(_handoffs.c.id,))

    async def lately(self, since: datetime, limit: int = 200) -> list[Past]:
        """Return the newest handoffs that came to an agent since a moment."""
        names = ("opened_at", "first_assigned_at", "assigned_at", "ended_at", "team")
        statement = (
            select(*(_handoffs.c[name] for name in names))
            .where(_handoffs.c.first_assigned_at >= since, _handoffs.c.assigned_at.is_not(None))
            .order_by(_handoffs.c.first_assigned_at.desc(), _handoffs.c.id.desc())
            .limit(limit)
        )
        return [Past(*row) for row in await self._rows(statement)]

    async def note_told(self, escalation: Escalation, position: int, wait_seconds: int, now: datetime) -> None:
        """Record what a customer who waits was told."""
        await self._transaction.take_turn()
        session = await self._transaction.orm()
        # A new handoff has no number before it is written.
        await session.flush()
        await session.execute(delete(_notices).where(_notices.c.escalation_id == escalation.id))
        values = {"position": position, "expected_wait_seconds": wait_seconds, "told_at": now}
        await session.execute(insert(_notices).values(escalation_id=escalation.id, **values))

    async def claim_notice(
        self, escalation_id: int, told_at: datetime | None, position: int, wait_seconds: int, now: datetime
    ) -> bool:
        """Record the next thing that a customer is told; return False or raise ConflictError where one was told."""
        await self._transaction.take_turn()
        session = await self._transaction.orm()
        values = {"position": position, "expected_wait_seconds": wait_seconds, "told_at": now}
        if told_at is None:
            # Of two who are first the second one fails on the key.
            await session.execute(insert(_notices).values(escalation_id=escalation_id, **values))
            return True
        mine = _notices.c.escalation_id == escalation_id, _notices.c.told_at == told_at
        changed: Any = await session.execute(update(_notices).where(*mine).values(**values))
        return bool(changed.rowcount == 1)

    async def _rows(self, statement: Any) -> list[Any]:
        return list((await (await self._transaction.orm()).execute(statement)).all())


def _told(position: int | None, wait_seconds: int | None, told_at: datetime | None) -> tuple[int, int, datetime] | None:
    return None if position is None or wait_seconds is None or told_at is None else (position, wait_seconds, told_at)
