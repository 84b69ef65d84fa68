"""One database transaction, in which the ORM and plain SQL share a connection."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified
from sqlalchemy.orm.exc import StaleDataError
from sqlalchemy.util.concurrency import await_only

from bot.aftersales.case import Case
from bot.aftersales.catalogue import Product, Variant
from bot.aftersales.offer import Offer
from bot.aftersales.order import Order
from bot.aftersales.refund import Refund
from bot.aftersales.reship import Reshipment
from bot.aftersales.return_ import Return
from bot.errors import ConflictError
from bot.store.shelf import Shelf
from bot.store.sqlite import SqliteConnection, WriteTurn

# SQLSTATE: unique_violation, serialization_failure, deadlock_detected.
_CONFLICTS = frozenset({"23505", "40001", "40P01"})

_LOCK_CONVERSATION = "SELECT pg_advisory_xact_lock(hashtextextended(?, 0))"


class Answer(NamedTuple):
    """What a statement brought: rows as plain tuples, and the number of rows it changed."""

    rows: Sequence[Sequence[Any]]
    changed: int


class _Session(Session):
    """A session that knows its transaction through ``info``."""


class Transaction:
    """Everything from entering a unit of work to leaving it."""

    def __init__(self, engine: AsyncEngine, turn: WriteTurn | None, shelf: Shelf) -> None:
        self.dialect = engine.dialect
        self.shelf = shelf
        self.changes_stock = False
        self.orders_read: dict[str, Order] = {}
        self.before_commit: list[Callable[[], Awaitable[None]]] = []
        self._engine = engine
        self._turn = turn
        self._has_turn = False
        self._locked: set[str] = set()
        self._connection: AsyncConnection | None = None
        self._sqlite: SqliteConnection | None = None
        self._session: AsyncSession | None = None

    # --- the ORM -------------------------------------------------------------------------------------------

    @property
    def has_session(self) -> bool:
        """Tell whether anything here went through the ORM."""
        return self._session is not None

    @property
    def session(self) -> AsyncSession:
        """Return the ORM's session, to add things to; ``orm`` before asking it for anything."""
        if self._session is None:
            self._session = AsyncSession(
                sync_session_class=_Session, expire_on_commit=False, info={"transaction": self}
            )
        return self._session

    async def orm(self) -> AsyncSession:
        """Return the ORM's session, connected."""
        connection = await self._connect()
        self.session.sync_session.bind = connection.sync_connection
        return self.session

    # --- plain SQL -----------------------------------------------------------------------------------------

    async def read(self, sql: str, *values: Any) -> Sequence[Sequence[Any]]:
        """Return the rows that a statement finds; its parameters are marked by ``?``."""
        return (await self._run(sql, values)).rows

    async def write(self, sql: str, *values: Any) -> Answer:
        """Execute a statement that changes something."""
        await self.take_turn()
        return await self._run(sql, values)

    async def write_all(self, sql: str, rows: list[tuple[Any, ...]]) -> None:
        """Execute a statement for each of several rows of parameters."""
        await self.take_turn()
        await self._run(sql, rows, many=True)

    async def _run(self, sql: str, values: Any, *, many: bool = False) -> Answer:
        connection = await self._connect()
        if self._sqlite is not None:
            _, _, changed, rows = await self._sqlite.run("executemany" if many else "execute", sql, values)
            return Answer(rows, changed)
        result: Any = await connection.exec_driver_sql(sql.replace("?", "%s"), values)
        return Answer(result.fetchall() if result.returns_rows else (), result.rowcount)

    async def lock_conversation(self, conversation_id: str) -> None:
        """Let nobody else append to a conversation before this transaction ends.

        Numbers are given at insert, but seen at commit: without the lock a reader who asks for "all after 11"
        could miss 10, committed later. On SQLite the turn to write does the same.
        """
        if self._turn is None and conversation_id not in self._locked:
            await self._run(_LOCK_CONVERSATION, (conversation_id,))
            self._locked.add(conversation_id)

    # --- beginning and end ---------------------------------------------------------------------------------

    async def take_turn(self) -> None:
        """Wait until this transaction may write."""
        if self._turn is not None and not self._has_turn:
            # Whoever had the turn first could wait for a connection that is held by one who waits for the turn.
            await self._connect()
            await self._turn.take()
            self._has_turn = True

    async def lock_rows(self) -> str:
        """Wait for the turn, and return what a SELECT ends with whose rows nobody else shall change meanwhile."""
        await self.take_turn()
        return " FOR UPDATE" if self.dialect.name == "postgresql" else ""

    async def commit(self) -> None:
        """Make everything durable, or roll back and raise ConflictError where somebody else was first."""
        try:
            for save in self.before_commit:
                await save()
            if self._session is not None:
                await (await self.orm()).commit()
            if self._sqlite is not None:
                await self._sqlite.commit()
            elif self._connection is not None:
                await self._connection.commit()
            if self.changes_stock:
                self.shelf.clear()
        except BaseException as error:
            await self.close()
            raise_conflict(error)
            raise
        self._end()

    async def close(self) -> None:
        """Roll back what was not committed; things that were read stay readable."""
        session, connection = self._session, self._connection
        self._session = self._connection = self._sqlite = None
        try:
            if session is not None or connection is not None:
                # A cancelled request must still give its connection back in order.
                await asyncio.shield(asyncio.ensure_future(_close(session, connection)))
        finally:
            self._end()

    async def _connect(self) -> AsyncConnection:
        if self._connection is None:
            self._connection = await self._engine.connect()
            if self._turn is not None:
                adapter: Any = self._connection.sync_connection
                self._sqlite = adapter.connection.dbapi_connection.threaded
        return self._connection

    def _end(self) -> None:
        self._locked.clear()
        if self._turn is not None and self._has_turn:
            self._has_turn = False
            self._turn.give_back()


async def _close(session: AsyncSession | None, connection: AsyncConnection | None) -> None:
    try:
        if session is not None:
            await session.close()
    finally:
        if connection is not None:
            await connection.close()


def raise_conflict(error: BaseException | None) -> None:
    """Raise ConflictError where a database error means that somebody else was first; otherwise do nothing."""
    if isinstance(error, StaleDataError):
        raise ConflictError(what="row") from error
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, sqlite3.IntegrityError) and "UNIQUE constraint failed" in str(cause):
        raise ConflictError(what="key") from error
    if getattr(cause, "pgcode", None) in _CONFLICTS:
        raise ConflictError(what="key") from error


def _prepare(session: _Session, *_: Any) -> None:
    transaction: Transaction = session.info["transaction"]
    await_only(transaction.take_turn())
    if any(isinstance(thing, (Product, Variant)) for thing in (*session.new, *session.dirty)):
        transaction.changes_stock = True
    # Two conversations may open a return of the same goods at the same moment, each seeing none yet, or agree on
    # refunds that are too much together. They share no row but the order, so its version is what the second one
    # stumbles over. Offers of two cases share an order, too, and an agent's limit is for all of it.
    for thing in session.new:
        if isinstance(thing, (Case, Return, Refund, Reshipment)):
            order = transaction.orders_read.get(thing.order_number)
            if order is not None:
                flag_modified(order, "state")
        elif isinstance(thing, Offer):
            for order in transaction.orders_read.values():
                flag_modified(order, "state")


event.listen(_Session, "before_flush", _prepare)
