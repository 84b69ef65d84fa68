"""Cases, returns and exchanges."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, exists, func, select, union

from bot.aftersales.case import Case, CaseState
from bot.aftersales.exchange import Exchange, ExchangeState
from bot.aftersales.notification import ASK_SOLVED
from bot.aftersales.offer import OfferState
from bot.aftersales.refund import DUE, RefundState
from bot.aftersales.return_ import AWAITED, UNDECIDED, Return, ReturnState
from bot.conversations.model import Author, OutboxState
from bot.store.repositories import case_waits
from bot.store.repositories.base import Repository
from bot.store.repositories.silence import is_silent_since
from bot.store.tables import aftersales, conversations, follow_up, money


class SqlCases(Repository):
    """All cases with their offers."""

    _table = aftersales.cases
    _newest_first = (_table.c.opened_at.desc(), _table.c.number.desc())

    def add(self, case: Case) -> None:
        """Keep a new case."""
        self._keep(case)

    async def get(self, number: str) -> Case | None:
        """Return a case, or None."""
        return await self._get(Case, number)

    async def by_numbers(self, numbers: Collection[str]) -> dict[str, Case]:
        """Return some cases by their numbers."""
        return {case.number: case for case in await self._find(Case, self._table.c.number.in_(sorted(numbers)))}

    async def by_source_message(self, message_id: str) -> Case | None:
        """Return the case that this inbound message opened, or None."""
        return await self._first(Case, self._table.c.source_message_id == message_id)

    async def of_order(self, order_number: str) -> list[Case]:
        """Return the cases of an order, newest first."""
        return await self._find(Case, self._table.c.order_number == order_number, order_by=self._newest_first)

    async def of_customer(self, customer_id: str, since: datetime) -> list[Case]:
        """Return the cases that a customer opened from a moment on, newest first."""
        mine = self._table.c.customer_id == customer_id, self._table.c.opened_at >= since
        return await self._find(Case, *mine, order_by=self._newest_first)

    async def of_conversation(self, conversation_id: str) -> list[Case]:
        """Return the cases opened in a conversation, newest first."""
        return await self._find(Case, self._table.c.conversation_id == conversation_id, order_by=self._newest_first)

    async def promised_until(self, now: datetime, limit: int = 200) -> list[Case]:
        """Return the cases whose customer waits for us and should have heard by now, the most overdue first."""
        t = self._table.c
        mine = case_waits.for_us(now), t.next_contact_by <= now
        return await self._find(Case, *mine, order_by=(t.next_contact_by, t.number), limit=limit)

    async def waits_for_us(self, number: str, now: datetime) -> bool:
        """Tell whether a case's customer waits for us, neither for themselves nor for a carrier, an authority or a day.

        What departments have in hand for a case that is carried out has their time first. Who traces a lost parcel has
        that time alone, though the parcel counts as on its way.
        """
        return await self._first(Case, self._table.c.number == number, case_waits.for_us(now)) is not None

    async def told_since(self, case: Case, moment: datetime, besides: Collection[str]) -> datetime | None:
        """Return when a case's customer last heard from us after a moment, or None.

        By an announcement, other than of the responses ``besides``, or in an agent's words; what was given up on its
        way does not count.
        """
        notice, said = follow_up.notifications.c, conversations.messages.c
        announced = select(func.max(notice.sent_at)).where(
            notice.case_number == case.number,
            notice.sent_at > moment,
            notice.message_id.is_not(None),
            notice.response.not_in(sorted(besides)),
            ~_was_lost(notice.message_id),
        )
        session, handoff = await self._transaction.orm(), aftersales.escalations.c
        # Read first: a condition with a query in it is served by no index of the messages.
        handed = await session.scalars(select(handoff.conversation_id).where(handoff.case_number == case.number))
        spoken = select(func.max(said.at)).where(
            said.conversation_id.in_(sorted({case.conversation_id, *handed})),
            said.author == Author.AGENT,
            said.at > moment,
            ~_was_lost(said.id),
        )
        found = [await session.scalar(statement) for statement in (announced, spoken)]
        return max(filter(None, found), default=None)

    async def owed_money(self, now: datetime, limit: int = 200) -> list[Case]:
        """Return the cases that money should have left for before today, and that should have heard by now.

        Money that is agreed, that nobody will send by itself, and that for goods which are here or on their way, as far
        as it was not paid since the return was agreed; the most overdue promises come first.
        """
        t, today = self._table.c, now.date()
        agreed, here = money.refunds.c, aftersales.returns.c
        paid = select(func.coalesce(func.sum(agreed.amount_minor), 0)).where(
            agreed.case_number == here.case_number,
            agreed.state != RefundState.CANCELED,
            agreed.agreed_at >= here.requested_at,
        )
        owed = union(
            select(agreed.case_number).where(agreed.state.in_(DUE), agreed.pay_by < today),
            select(agreed.case_number).where(agreed.state == RefundState.REFUSED),
            select(here.case_number).where(
                here.state.in_(UNDECIDED), here.pay_by < today, here.refund_minor > paid.scalar_subquery()
            ),
        )
        mine = t.number.in_(owed), t.next_contact_by <= now
        return await self._find(Case, *mine, order_by=(t.next_contact_by, t.number), limit=limit)

    async def resolved_unasked(self, limit: int = 200) -> list[Case]:
        """Return the resolved cases whose customer has not been asked since whether it is solved."""
        t, asked = self._table.c, follow_up.notifications.c
        was_asked: Any = exists().where(
            and_(asked.case_number == t.number, asked.response == ASK_SOLVED, asked.created_at >= t.resolved_at)
        )
        mine = t.state == CaseState.RESOLVED, ~was_asked
        return await self._find(Case, *mine, order_by=(t.resolved_at, t.number), limit=limit)

    async def offered_until(self, moment: datetime, limit: int = 200) -> list[Case]:
        """Return the cases with an agent's offer of that moment or before that nobody has answered."""
        t, offer = self._table.c, aftersales.offers.c
        waits: Any = exists().where(
            and_(
                offer.case_number == t.number,
                offer.state == OfferState.PROPOSED,
                offer.agent_id.is_not(None),
                offer.proposed_at <= moment,
            )
        )
        return await self._find(Case, t.state == CaseState.OFFERED, waits, order_by=(t.number,), limit=limit)

    async def silent_since(self, moment: datetime, number: str | None = None, limit: int = 200) -> list[Case]:
        """Return the resolved cases, or this very one, that all was silent about since a moment, oldest first.

        Their customers had been asked by then whether it is solved.
        """
        t = self._table.c
        wanted = () if number is None else (t.number == number,)
        silent = is_silent_since(moment)
        return await self._find(Case, *wanted, silent, order_by=(t.resolved_at, t.number), limit=limit)


def _was_lost(message_id: Any) -> Any:
    """Return the condition that a message was given up on its way to the customer."""
    letter = conversations.outbox.c
    return exists().where(and_(letter.message_id == message_id, letter.state == OutboxState.FAILED))


class SqlReturns(Repository):
    """All returns with their lines."""

    _table = aftersales.returns
    _newest_first = (_table.c.requested_at.desc(), _table.c.rma.desc())

    def add(self, return_: Return) -> None:
        """Keep a new return.

        Where its order was read in this transaction, another return of it added meanwhile is a conflict.
        """
        self._keep(return_)

    async def get(self, rma: str) -> Return | None:
        """Return a return, or None."""
        return await self._get(Return, rma)

    async def of_order(self, order_number: str) -> list[Return]:
        """Return the returns of an order, newest first."""
        return await self._find(Return, self._table.c.order_number == order_number, order_by=self._newest_first)

    async def by_tracking(self, tracking_number: str) -> Return | None:
        """Return the return whose parcel has this number, or None."""
        return await self._first(Return, self._table.c.tracking_number == tracking_number, order_by=self._newest_first)

    async def overdue(self, today: date) -> list[Return]:
        """Return those whose parcel should have been handed over before today."""
        t = self._table.c
        return await self._find(Return, t.state.in_(AWAITED), t.deadline < today, order_by=(t.deadline, t.rma))

    async def under_way_since(self, moment: datetime) -> list[Return]:
        """Return those whose parcel was handed over by then, and of which nothing has arrived yet."""
        t = self._table.c
        sent = t.state == ReturnState.SHIPPED, t.shipped_at <= moment
        return await self._find(Return, *sent, order_by=(t.shipped_at, t.rma))


class SqlExchanges(Repository):
    """All exchanges."""

    _table = aftersales.exchanges

    def add(self, exchange: Exchange) -> None:
        """Keep a new exchange."""
        self._keep(exchange)

    async def of_order(self, order_number: str) -> list[Exchange]:
        """Return the exchanges of an order, newest first."""
        mine = self._table.c.order_number == order_number
        return await self._find(Exchange, mine, order_by=(self._table.c.id.desc(),))

    async def of_return(self, rma: str) -> Exchange | None:
        """Return the exchange that a return belongs to, or None."""
        return await self._first(Exchange, self._table.c.rma == rma, order_by=(self._table.c.id.desc(),))

    async def by_tracking(self, tracking_number: str) -> Exchange | None:
        """Return the exchange whose replacement travels under this number, or None."""
        mine = self._table.c.tracking_number == tracking_number
        return await self._first(Exchange, mine, order_by=(self._table.c.id.desc(),))

    async def unpaid_since(self, moment: datetime) -> list[Exchange]:
        """Return those that wait for the price difference alone, as their returns were completed before then."""
        t, returns = self._table.c, aftersales.returns.c
        is_due = exists().where(
            and_(returns.rma == t.rma, returns.state == ReturnState.COMPLETED, returns.ended_at < moment)
        )
        is_unpaid = and_(t.price_difference_minor > 0, t.difference_settled.is_(False))
        reserved = t.state == ExchangeState.REPLACEMENT_RESERVED
        return await self._find(Exchange, reserved, is_unpaid, is_due, order_by=(t.id,))
