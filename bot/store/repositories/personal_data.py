"""Everything that is about people: finding and reading it; ``bot.store.erasure`` deletes it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime
from enum import Enum
from typing import Any

from sqlalchemy import Table, and_, exists, func, or_, select, union

from bot.aftersales.case import OPEN, CaseState
from bot.aftersales.order import Address
from bot.aftersales.refund import RefundState
from bot.services.privacy_ports import Belongings, Replacement
from bot.store import erasure
from bot.store.repositories.base import Repository
from bot.store.tables import aftersales, conversations, evidence, money, service_levels, shop

_CASES, _ORDERS = aftersales.cases.c, shop.orders.c
_PROOFS, _HANDOFFS = aftersales.identifications.c, aftersales.escalations.c
_UNFINISHED_REFUNDS = (RefundState.AGREED, RefundState.SENDING, RefundState.SENT, RefundState.FAILED)
# Until it is closed, a resolved case may be taken up again by a word of its customer.
_UNFINISHED_CASES = (*sorted(OPEN), CaseState.RESOLVED)


class SqlPersonalData(Repository):
    """Everything that is about people, wherever it is kept."""

    async def customers_with(self, email: str) -> list[str]:
        """Return the ids of the customers with an e-mail address, in whatever case it is written."""
        t = shop.customers.c
        return await self._column(select(t.id).where(func.lower(t.email) == email.strip().lower()).order_by(t.id))

    async def belongings(self, customer_id: str) -> Belongings:
        """Return what is about a customer."""
        orders = await self._column(select(_ORDERS.number).where(_ORDERS.customer_id == customer_id))
        cases = await self._column(select(_CASES.number).where(_CASES.customer_id == customer_id))
        proved = select(_PROOFS.conversation_id).where(_PROOFS.order_number.in_(orders), _PROOFS.proved_at.is_not(None))
        ratings, contacts = service_levels.ratings.c, service_levels.contacts.c
        known = aftersales.known_customers.c
        mine = await self._column(
            union(
                select(_CASES.conversation_id).where(_CASES.customer_id == customer_id),
                select(_HANDOFFS.conversation_id).where(_HANDOFFS.case_number.in_(cases)),
                select(ratings.conversation_id).where(ratings.customer_id == customer_id),
                select(contacts.conversation_id).where(contacts.customer_id == customer_id),
                select(known.conversation_id).where(known.customer_id == customer_id),
                proved,
            )
        )
        pieces = evidence.evidence.c
        sent = select(pieces.id).where(or_(pieces.conversation_id.in_(mine), pieces.case_number.in_(cases)))
        return Belongings(
            tuple(sorted(orders)),
            tuple(sorted(cases)),
            tuple(sorted(mine)),
            tuple(await self._column(sent.order_by(pieces.id))),
            tuple(await self._unfinished(orders, cases, mine)),
        )

    async def read(self, customer_id: str, found: Belongings) -> dict[str, list[dict[str, Any]]]:
        """Return conversations, messages, identifications, evidence, ratings and contacts as plain rows."""
        t = conversations.conversations.c
        told = conversations.messages
        received = conversations.inbox.c
        proofs, ratings, contacts = aftersales.identifications, service_levels.ratings, service_levels.contacts
        pieces = evidence.evidence
        within = found.conversations
        return {
            "conversations": await self._rows(conversations.conversations, t.id.in_(within)),
            # Whispers are between two people of the desk.
            "messages": [
                said
                for said in await self._rows(told, told.c.conversation_id.in_(within), but={"agent_id"})
                if "whisper" not in (said["custom"] or {})
            ],
            "received": await self._rows(conversations.inbox, received.conversation_id.in_(within)),
            "identifications": await self._rows(proofs, proofs.c.conversation_id.in_(within), but={"row_version"}),
            "evidence": await self._rows(pieces, pieces.c.id.in_(found.evidence)),
            "ratings": await self._rows(ratings, ratings.c.customer_id == customer_id, but={"row_version"}),
            "contacts": await self._rows(contacts, contacts.c.customer_id == customer_id, but={"row_version"}),
        }

    async def erase(self, customer_id: str, found: Belongings, by: Replacement, now: datetime) -> None:
        """Replace what says who the customer is, and delete what they and others wrote; numbers and amounts stay."""
        await self._transaction.take_turn()
        session = await self._transaction.orm()
        await erasure.anonymise_customer(session, customer_id, found.orders, by)
        await erasure.clear_cases(session, found.cases, now)
        for conversation_id, pseudonym in by.conversations.items():
            await erasure.forget_conversation(session, conversation_id)
            await erasure.rename_conversation(session, conversation_id, pseudonym, found.cases, now)
        await erasure.delete_evidence(session, found.evidence)
        await erasure.clear_reports(session, found.orders, found.cases)
        # Nobody can tell whose words a remembered translation holds; it can be made again.
        await erasure.forget_translations(session)

    async def silent_conversations(self, moment: datetime, limit: int = 200) -> list[str]:
        """Return conversations with a transcript, but no message since a moment and nothing open, oldest first."""
        t, told = conversations.conversations.c, conversations.messages.c
        open_case = exists().where(and_(_CASES.conversation_id == t.id, _CASES.state.in_(_UNFINISHED_CASES)))
        handoff = exists().where(and_(_HANDOFFS.conversation_id == t.id, aftersales.OPEN_ESCALATION))
        written = exists().where(told.conversation_id == t.id)
        return await self._column(
            select(t.id)
            .where(and_(t.last_message_at < moment, written, ~open_case, ~handoff))
            .order_by(t.last_message_at, t.id)
            .limit(limit)
        )

    async def forget_transcripts(self, conversation_ids: Collection[str]) -> None:
        """Delete what was written in conversations, and the stories of their cases."""
        await self._transaction.take_turn()
        session = await self._transaction.orm()
        for conversation_id in conversation_ids:
            await erasure.forget_conversation(session, conversation_id)
            await erasure.forget_stories(session, conversation_id)

    async def finished_evidence(self, moment: datetime, limit: int = 200) -> list[str]:
        """Return the evidence received before a moment whose case, if it has one, is not open, oldest first."""
        t = evidence.evidence.c
        is_open = exists().where(and_(_CASES.number == t.case_number, _CASES.state.in_(_UNFINISHED_CASES)))
        return await self._column(
            select(t.id).where(t.received_at < moment, ~is_open).order_by(t.received_at, t.id).limit(limit)
        )

    async def forget_evidence(self, ids: Collection[str]) -> None:
        """Delete pieces of evidence, and the conversations that were kept for nothing else; files are the store's."""
        await self._transaction.take_turn()
        await erasure.delete_evidence(await self._transaction.orm(), ids)

    async def _unfinished(self, orders: Collection[str], cases: Collection[str], mine: Collection[str]) -> list[str]:
        refunds = money.refunds.c
        waiting = select(refunds.number).where(refunds.order_number.in_(orders), refunds.state.in_(_UNFINISHED_REFUNDS))
        going = select(_CASES.number).where(_CASES.number.in_(cases), _CASES.state.in_(_UNFINISHED_CASES))
        handed = select(_HANDOFFS.id).where(_HANDOFFS.conversation_id.in_(mine), aftersales.OPEN_ESCALATION)
        handoffs = [f"handoff {number}" for number in await self._column(handed)]
        return sorted(await self._column(going)) + sorted(await self._column(waiting)) + handoffs

    async def _column(self, statement: Any) -> list[Any]:
        return list(await (await self._transaction.orm()).scalars(statement))

    async def _rows(self, table: Table, condition: Any, *, but: Iterable[str] = ()) -> list[dict[str, Any]]:
        columns = [column for column in table.c if column.name not in set(but)]
        order = list(table.primary_key.columns)
        session = await self._transaction.orm()
        found = await session.execute(select(*columns).where(condition).order_by(*order))
        return [{column.name: _plain(value) for column, value in zip(columns, row)} for row in found]


def _plain(value: Any) -> Any:
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Address):
        return vars(value)
    return value
