"""Cases, returns and exchanges."""

from __future__ import annotations

from bot.aftersales.case import Case
from bot.aftersales.exchange import Exchange
from bot.aftersales.return_ import Return
from bot.store.repositories.base import Repository
from bot.store.tables import aftersales


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

    async def by_source_message(self, message_id: str) -> Case | None:
        """Return the case that this inbound message opened, or None."""
        return await self._first(Case, self._table.c.source_message_id == message_id)

    async def of_order(self, order_number: str) -> list[Case]:
        """Return the cases of an order, newest first."""
        return await self._find(Case, self._table.c.order_number == order_number, order_by=self._newest_first)

    async def of_conversation(self, conversation_id: str) -> list[Case]:
        """Return the cases opened in a conversation, newest first."""
        return await self._find(Case, self._table.c.conversation_id == conversation_id, order_by=self._newest_first)


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
