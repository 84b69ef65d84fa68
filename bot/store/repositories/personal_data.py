"""Everything that is about people: finding and reading it; ``bot.store.erasure`` deletes it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from enum import Enum
from typing import Any

from sqlalchemy import Table, and_, case, exists, func, null, or_, select, union, union_all

from bot.aftersales.order import Address
from bot.aftersales.refund import DUE, RefundState
from bot.aftersales.shared_conversation import Part, SharedConversation
from bot.services.privacy_ports import Belongings, Replacement
from bot.store import erasure
from bot.store.erasure import UNFINISHED_CASES
from bot.store.repositories.base import Repository
from bot.store.tables import aftersales, conversations, evidence, follow_up, money, service_levels, shop

_CASES, _ORDERS = aftersales.cases.c, shop.orders.c
_PROOFS, _HANDOFFS = aftersales.identifications.c, aftersales.escalations.c
_UNFINISHED_REFUNDS = (*sorted(DUE), RefundState.SENT)


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
        shared = await self._shared(customer_id, mine)
        return Belongings(
            customer_id,
            tuple(sorted(orders)),
            tuple(sorted(cases)),
            tuple(sorted(mine)),
            tuple(await self._evidence(customer_id, cases, mine, shared)),
            tuple(await self._unfinished(customer_id, orders, cases, mine)),
            shared,
        )

    async def read(self, found: Belongings) -> dict[str, list[dict[str, Any]]]:
        """Return conversations, messages, identifications, evidence, ratings and contacts as plain rows.

        What may be somebody else's is left out.
        """
        t, customer_id = conversations.conversations.c, found.customer_id
        told = conversations.messages
        received = conversations.inbox.c
        proofs, ratings, contacts = aftersales.identifications, service_levels.ratings, service_levels.contacts
        pieces = evidence.evidence
        within = found.conversations
        own = proofs.c.conversation_id.not_in(found.shared), proofs.c.order_number.in_(found.orders)
        return {
            "conversations": await self._rows(conversations.conversations, t.id.in_(within)),
            # Whispers are between two people of the desk.
            "messages": [
                said
                for said in await self._rows(told, told.c.conversation_id.in_(within), but={"agent_id"})
                if "whisper" not in (said["custom"] or {}) and _is_own(found, said, "at", said["id"])
            ],
            "received": [
                came
                for came in await self._rows(conversations.inbox, received.conversation_id.in_(within))
                if _is_own(found, came, "received_at")
            ],
            "identifications": await self._rows(
                proofs, and_(proofs.c.conversation_id.in_(within), or_(*own)), but={"row_version"}
            ),
            "evidence": await self._rows(pieces, pieces.c.id.in_(found.evidence)),
            "ratings": await self._rows(ratings, ratings.c.customer_id == customer_id, but={"row_version"}),
            "contacts": await self._rows(contacts, contacts.c.customer_id == customer_id, but={"row_version"}),
        }

    async def erase(self, found: Belongings, by: Replacement, now: datetime) -> None:
        """Replace what says who the customer is, and delete what they and others wrote; numbers and amounts stay.

        So does what belongs to other customers in the same conversations.
        """
        await self._transaction.take_turn()
        session = await self._transaction.orm()
        await erasure.anonymise_customer(session, found.customer_id, found.orders, by)
        await erasure.clear_cases(session, found.cases, now)
        for conversation_id, pseudonym in by.conversations.items():
            if conversation_id in found.shared:
                await erasure.forget_share(session, conversation_id, found)
            else:
                await erasure.forget_conversation(session, conversation_id)
            await erasure.rename_conversation(session, conversation_id, pseudonym, found, now)
        await erasure.delete_evidence(session, found.evidence)
        await erasure.clear_reports(session, found.orders, found.cases)
        # Nobody can tell whose words a remembered translation holds; it can be made again.
        await erasure.forget_translations(session)

    async def silent_conversations(self, moment: datetime, limit: int = 200) -> list[str]:
        """Return conversations with a transcript, but no message since a moment and nothing open, oldest first."""
        t, told = conversations.conversations.c, conversations.messages.c
        open_case = exists().where(and_(_CASES.conversation_id == t.id, _CASES.state.in_(UNFINISHED_CASES)))
        handoff = exists().where(and_(_HANDOFFS.conversation_id == t.id, aftersales.OPEN_ESCALATION))
        written = exists().where(told.conversation_id == t.id)
        return await self._column(
            select(t.id)
            .where(and_(t.last_message_at < moment, written, ~open_case, ~handoff))
            .order_by(t.last_message_at, t.id)
            .limit(limit)
        )

    async def forget_transcripts(self, conversation_ids: Collection[str]) -> None:
        """Delete what was written in conversations and about their cases."""
        await self._transaction.take_turn()
        session = await self._transaction.orm()
        for conversation_id in conversation_ids:
            await erasure.forget_conversation(session, conversation_id)
        cases = await self._column(select(_CASES.number).where(_CASES.conversation_id.in_(conversation_ids)))
        await erasure.forget_words(session, cases)

    async def finished_evidence(self, moment: datetime, limit: int = 200) -> list[str]:
        """Return the evidence received before a moment whose case, if it has one, is not open, oldest first."""
        t = evidence.evidence.c
        is_open = exists().where(and_(_CASES.number == t.case_number, _CASES.state.in_(UNFINISHED_CASES)))
        return await self._column(
            select(t.id).where(t.received_at < moment, ~is_open).order_by(t.received_at, t.id).limit(limit)
        )

    async def forget_evidence(self, ids: Collection[str]) -> None:
        """Delete pieces of evidence, and the conversations that were kept for nothing else; files are the store's."""
        await self._transaction.take_turn()
        await erasure.delete_evidence(await self._transaction.orm(), ids)

    async def _shared(self, customer_id: str, mine: Collection[str]) -> dict[str, SharedConversation]:
        """Return those of a customer's conversations that other customers have to do with, too."""
        session = await self._transaction.orm()
        parts: dict[str, list[Part]] = {}
        for conversation_id, *part in await session.execute(_parts(mine)):
            parts.setdefault(conversation_id, []).append(Part(*part))
        shared = {known for known, of in parts.items() if any(part.customer_id != customer_id for part in of)}
        announced = follow_up.notifications.c
        made = select(announced.conversation_id, announced.message_id, _CASES.customer_id).where(
            announced.conversation_id.in_(shared),
            announced.message_id.is_not(None),
            _CASES.number == announced.case_number,
        )
        told: dict[str, dict[int, str]] = {}
        for conversation_id, message_id, whom in await session.execute(made):
            told.setdefault(conversation_id, {})[message_id] = whom
        return {known: SharedConversation(parts[known], told.get(known, {})) for known in sorted(shared)}

    async def _evidence(
        self,
        customer_id: str,
        cases: Collection[str],
        mine: Collection[str],
        shared: Mapping[str, SharedConversation],
    ) -> list[str]:
        t = evidence.evidence.c
        sent = select(t.id, t.conversation_id, t.case_number, t.received_at).where(
            or_(t.conversation_id.in_(mine), t.case_number.in_(cases))
        )
        rows = await (await self._transaction.orm()).execute(sent.order_by(t.id))
        return [
            id
            for id, conversation_id, case_number, at in rows
            if conversation_id not in shared
            or case_number in cases
            or (case_number is None and shared[conversation_id].is_of(customer_id, at))
        ]

    async def _unfinished(
        self, customer_id: str, orders: Collection[str], cases: Collection[str], mine: Collection[str]
    ) -> list[str]:
        refunds = money.refunds.c
        waiting = select(refunds.number).where(refunds.order_number.in_(orders), refunds.state.in_(_UNFINISHED_REFUNDS))
        going = select(_CASES.number).where(_CASES.number.in_(cases), _CASES.state.in_(UNFINISHED_CASES))
        others = select(_CASES.number).where(
            _CASES.conversation_id.in_(mine), _CASES.customer_id != customer_id, _CASES.state.in_(UNFINISHED_CASES)
        )
        of_others = [f"{number} of another customer" for number in sorted(await self._column(others))]
        handed = select(_HANDOFFS.id).where(_HANDOFFS.conversation_id.in_(mine), aftersales.OPEN_ESCALATION)
        handoffs = [f"handoff {number}" for number in await self._column(handed)]
        return [*sorted(await self._column(going)), *of_others, *sorted(await self._column(waiting)), *handoffs]

    async def _column(self, statement: Any) -> list[Any]:
        return list(await (await self._transaction.orm()).scalars(statement))

    async def _rows(self, table: Table, condition: Any, *, but: Iterable[str] = ()) -> list[dict[str, Any]]:
        columns = [column for column in table.c if column.name not in set(but)]
        order = list(table.primary_key.columns)
        session = await self._transaction.orm()
        found = await session.execute(select(*columns).where(condition).order_by(*order))
        return [{column.name: _plain(value) for column, value in zip(columns, row)} for row in found]


def _parts(conversation_ids: Collection[str]) -> Any:
    """Return when conversations were with which customers: id, customer, since, until (None while it goes on)."""
    contacts, ratings = service_levels.contacts.c, service_levels.ratings.c
    known = aftersales.known_customers.c
    ended: Any = case(
        (_CASES.state.in_(UNFINISHED_CASES), null()), else_=func.coalesce(_CASES.resolved_at, _CASES.opened_at)
    )
    # The first one says of what types the columns are.
    return union_all(
        *(
            select(*columns).where(columns[0].in_(conversation_ids), *conditions)
            for columns, *conditions in (
                ((contacts.conversation_id, contacts.customer_id, contacts.began_at, contacts.last_at),),
                ((_CASES.conversation_id, _CASES.customer_id, _CASES.opened_at, ended),),
                ((ratings.conversation_id, ratings.customer_id, ratings.rated_at, ratings.rated_at),),
                ((known.conversation_id, known.customer_id, known.known_since, known.known_since),),
                (
                    (_PROOFS.conversation_id, _ORDERS.customer_id, _PROOFS.proved_at, _PROOFS.proved_at),
                    _PROOFS.order_number == _ORDERS.number,
                    _PROOFS.proved_at.is_not(None),
                ),
                (
                    (_HANDOFFS.conversation_id, _CASES.customer_id, _HANDOFFS.opened_at, _HANDOFFS.ended_at),
                    _HANDOFFS.case_number == _CASES.number,
                ),
            )
        )
    )


def _is_own(found: Belongings, row: Mapping[str, Any], at: str, message_id: int | None = None) -> bool:
    """Tell whether a row of a conversation is for certain about the customer."""
    sharing = found.shared.get(row["conversation_id"])
    return sharing is None or sharing.is_of(found.customer_id, datetime.fromisoformat(row[at]), message_id)


def _plain(value: Any) -> Any:
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Address):
        return vars(value)
    return value
