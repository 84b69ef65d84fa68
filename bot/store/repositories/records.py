"""What was written down about a case in several places."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timezone

from sqlalchemy import func, literal_column, or_, select

from bot.aftersales.audit import AuditEvent
from bot.aftersales.escalation import Escalation
from bot.conversations.model import Author
from bot.services.record_ports import Exchanged
from bot.store.repositories.base import Repository
from bot.store.tables import aftersales, conversations

_EVENTS, _MESSAGES, _HANDOFFS = aftersales.audit_events.c, conversations.messages.c, aftersales.escalations.c


class SqlRecords(Repository):
    """The records of cases."""

    async def events_about(self, subjects: Collection[str], conversation_id: str) -> list[AuditEvent]:
        """Return the audit events of some subjects and of a conversation, each once, in the order of writing."""
        about = or_(_EVENTS.subject.in_(sorted(subjects)), _EVENTS.conversation_id == conversation_id)
        return await self._find(AuditEvent, about, order_by=(_EVENTS.id,))

    async def messages_by_day(self, conversation_id: str, since: datetime) -> list[Exchanged]:
        """Return what was exchanged in a conversation from a moment on, by day, without internal notes."""
        is_sqlite = self._transaction.dialect.name == "sqlite"
        # Spelled out: PostgreSQL takes two bound parameters for two different expressions.
        at = _MESSAGES.at if is_sqlite else func.timezone(literal_column("'UTC'"), _MESSAGES.at)
        day = func.date(at)
        statement = (
            select(day, _MESSAGES.author, func.count(), func.min(_MESSAGES.at), func.max(_MESSAGES.at))
            .where(
                _MESSAGES.conversation_id == conversation_id,
                _MESSAGES.at >= since,
                _MESSAGES.author != Author.NOTE,
            )
            .group_by(day, _MESSAGES.author)
            .order_by(day, func.min(_MESSAGES.at))
        )
        found: dict[date, Exchanged] = {}
        for text, author, count, first, last in await (await self._transaction.orm()).execute(statement):
            key = date.fromisoformat(text) if isinstance(text, str) else text
            first, last = _utc(first), _utc(last)
            known = found.get(key)
            counts = {**(known.counts if known else {}), author.value: count}
            if known is not None:
                first, last = min(known.first_at, first), max(known.last_at, last)
            found[key] = Exchanged(key, first, last, counts)
        return list(found.values())

    async def handoffs_of(self, case_number: str) -> list[Escalation]:
        """Return a case's handoffs, oldest first."""
        return await self._find(Escalation, _HANDOFFS.case_number == case_number, order_by=(_HANDOFFS.id,))


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=timezone.utc) if moment.tzinfo is None else moment
