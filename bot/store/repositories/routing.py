"""The board of the routing: light reads over handoffs, and what waiting customers were told."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, case, delete, exists, func, insert, select, update

from bot.aftersales.escalation import Escalation, EscalationReason, EscalationState
from bot.aftersales.labels import Priority
from bot.conversations.model import Author
from bot.services.routing_ports import Held, Past, Teamless, Unanswered, Waiting
from bot.store.repositories.base import Repository
from bot.store.repositories.desk import most_pressing_first
from bot.store.tables import aftersales, conversations, inboxes, routing

_handoffs = aftersales.escalations
_cases = aftersales.cases
_notices = routing.queue_notices
_messages = conversations.messages
_snoozes = inboxes.snoozes
_HELD = (_handoffs.c.conversation_id, _handoffs.c.agent_id, _handoffs.c.given_by, _handoffs.c.assigned_at)
_WAITING = tuple(
    _handoffs.c[name] for name in ("id", "conversation_id", "language", "priority", "opened_at", "team", "passed_over")
)


class SqlRoutingBoard(Repository):
    """Who waits, who holds what, and how long that took of late."""

    async def waiting(self) -> list[Waiting]:
        """Return the queue: overdue ones first, then the most pressing, then the longest waiting."""
        statement = (
            select(*_WAITING, _notices.c.position, _notices.c.expected_wait_seconds, _notices.c.told_at)
            .outerjoin(_notices, _notices.c.escalation_id == _handoffs.c.id)
            .where(aftersales.OPEN_ESCALATION, _handoffs.c.state == EscalationState.QUEUED)
            .order_by(*most_pressing_first())
        )
        rows = await self._rows(statement)
        return [_waiting(*row) for row in rows]

    async def held(self) -> list[Held]:
        """Return the handoffs with agents, those who have theirs longest first."""
        is_held = aftersales.OPEN_ESCALATION, _handoffs.c.state == EscalationState.ASSIGNED
        statement = select(*_HELD).where(*is_held).order_by(_handoffs.c.assigned_at, _handoffs.c.id)
        return [Held(*row) for row in await self._rows(statement)]

    async def unanswered(self, now: datetime, patience: timedelta) -> list[Unanswered]:
        """Return what agents have held for longer than a time in which nobody answered the customer, longest first.

        A customer waits from the beginning of the handoff, and from the oldest message after an agent's last words.
        Who was taken over without asking waits only after writing. What was put out of sight is left out.
        """
        since = _unanswered_since()
        too_long = now - patience
        mine = _snoozes.c.conversation_id == _handoffs.c.conversation_id
        is_asleep: Any = exists().where(and_(mine, _snoozes.c.until > now))
        statement = (
            select(*_HELD, *_WAITING)
            .where(
                aftersales.OPEN_ESCALATION,
                _handoffs.c.state == EscalationState.ASSIGNED,
                _handoffs.c.assigned_at <= too_long,
                since <= too_long,
                ~is_asleep,
            )
            .order_by(since, _handoffs.c.id)
        )
        split, rows = len(_HELD), await self._rows(statement)
        return [Unanswered(Held(*row[:split]), _waiting(*row[split:])) for row in rows]

    async def without_team(self) -> list[Teamless]:
        """Return the open handoffs that no team was found for, or that are older than teams, oldest first."""
        issue = select(_cases.c.issue_type).where(_cases.c.number == _handoffs.c.case_number).scalar_subquery()
        statement = (
            select(_handoffs.c.conversation_id, _handoffs.c.language, issue)
            .where(aftersales.OPEN_ESCALATION, _handoffs.c.team.is_(None))
            .order_by(_handoffs.c.id)
        )
        return [Teamless(*row) for row in await self._rows(statement)]

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


def _waiting(
    number: int, conversation_id: str, language: str, priority: Priority, opened_at: datetime, team: str | None,
    passed_over: list[str], position: int | None = None, wait_seconds: int | None = None,
    told_at: datetime | None = None,
) -> Waiting:  # fmt: skip
    told = None if position is None or wait_seconds is None or told_at is None else (position, wait_seconds, told_at)
    return Waiting(number, conversation_id, language, priority, opened_at, team, list(passed_over), told)


def _unanswered_since() -> Any:
    """Return since when the customer of a handoff waits for words of a person, null where nobody does."""
    answer, heard = _messages.alias(), _messages.alias()
    mine = and_(
        answer.c.conversation_id == _handoffs.c.conversation_id,
        answer.c.author == Author.AGENT,
        answer.c.at >= _handoffs.c.opened_at,
    )
    # From behind, that is soon found; ``max`` would read the whole transcript.
    newest = select(answer.c.id).where(mine).order_by(answer.c.id.desc()).limit(1)
    answered_up_to = newest.correlate_except(answer).scalar_subquery()
    unanswered = and_(
        heard.c.conversation_id == _handoffs.c.conversation_id,
        heard.c.author == Author.CUSTOMER,
        heard.c.at >= _handoffs.c.opened_at,
        heard.c.id > func.coalesce(answered_up_to, 0),
    )
    oldest = select(heard.c.at).where(unanswered).order_by(heard.c.id).limit(1)
    has_asked = _handoffs.c.reason != EscalationReason.AGENT_TOOK_OVER
    return case(
        (and_(has_asked, answered_up_to.is_(None)), _handoffs.c.opened_at),
        else_=oldest.correlate_except(heard).scalar_subquery(),
    )
