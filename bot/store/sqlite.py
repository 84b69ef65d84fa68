"""SQLite for coroutines: one thread hop a statement, and writers that queue instead of colliding.

SQLite lets one transaction write at a time. A transaction that begins by reading and then wants to write
fails at once when another has written meanwhile, however long the busy timeout. Therefore reading happens
outside of transactions (each statement sees what is committed, as on PostgreSQL), and the first write begins
one with ``BEGIN IMMEDIATE``: it waits for its turn and cannot fail half-way.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Callable
from queue import SimpleQueue
from threading import Thread
from typing import Any, TypeVar

from sqlalchemy.dialects.sqlite.aiosqlite import (
    AsyncAdapt_aiosqlite_connection,
    AsyncAdapt_aiosqlite_cursor,
    AsyncAdapt_aiosqlite_dbapi,
)
from sqlalchemy.util.concurrency import await_only

T = TypeVar("T")

BUSY_TIMEOUT_SECONDS = 10
"""How long a writer waits for another process."""

_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    # In WAL mode a crash of the process loses nothing; a power cut may lose the last moments, but never
    # leaves half a transaction.
    "PRAGMA synchronous = NORMAL",
    "PRAGMA foreign_keys = ON",
    f"PRAGMA busy_timeout = {BUSY_TIMEOUT_SECONDS * 1000}",
)


def _execute_at_last(sqlite: sqlite3.Connection, pragma: str) -> None:
    """Execute a pragma, again where others have locked the file meanwhile.

    Of two processes that turn a new file to WAL at the same moment, SQLite refuses one at once, whatever the timeout.
    """
    deadline = time.monotonic() + BUSY_TIMEOUT_SECONDS
    while True:
        try:
            sqlite.execute(pragma)
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return


class WriteTurn:
    """Who may write now, first come first served.

    It spares the writers of one process SQLite's busy timeout, which polls and lets anybody in.
    """

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._given_back = 0

    async def take(self) -> None:
        """Wait for the turn, or raise asyncio.TimeoutError where somebody keeps it far too long.

        However long the queue is, who waits in it waits on, as long as the turn goes round.
        """
        if not self._lock.locked():
            await self._lock.acquire()
            return
        mine = asyncio.ensure_future(self._lock.acquire())
        try:
            waits_in_vain = 0
            while waits_in_vain < 2:
                seen = self._given_back
                await asyncio.wait([mine], timeout=BUSY_TIMEOUT_SECONDS / 2)
                if mine.done():
                    return
                # After a standstill of the process one wait is over before anybody could give the turn back.
                waits_in_vain = waits_in_vain + 1 if seen == self._given_back else 0
            raise asyncio.TimeoutError
        except BaseException:
            if not mine.cancel() and not mine.cancelled():
                # It came in the moment in which nobody wanted it any more.
                self.give_back()
            raise

    def give_back(self) -> None:
        """Let the next writer in."""
        self._given_back += 1
        self._lock.release()


class SqliteConnection:
    """A connection that lives in a thread of its own; the thread dies with the process or with ``close``."""

    def __init__(self) -> None:
        self._visits: SimpleQueue[tuple[asyncio.Future[Any], Callable[[], Any]] | None] = SimpleQueue()
        self._newest: asyncio.Future[Any] | None = None
        self._sqlite: sqlite3.Connection

    @classmethod
    async def open(cls, *args: Any, **options: Any) -> SqliteConnection:
        """Return a connection to a database file, ready for use."""
        connection = cls()
        Thread(target=connection._work, name="sqlite", daemon=True).start()
        try:
            await connection.visit(connection._open, args, options)
        except BaseException:
            connection._visits.put(None)
            raise
        return connection

    async def visit(self, function: Callable[..., T], *args: Any) -> T:
        """Return what a function returns in the connection's thread."""
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._visits.put((future, lambda: function(*args)))
        self._newest = future
        return await future

    async def commit(self) -> None:
        """Commit, where something has begun."""
        if self._may_be_in_transaction():
            await self.visit(self._sqlite.commit)

    async def rollback(self) -> None:
        """Roll back, where something has begun."""
        if self._may_be_in_transaction():
            await self.visit(self._sqlite.rollback)

    async def create_function(self, *args: Any, **options: Any) -> None:
        """Add an SQL function."""
        await self.visit(lambda: self._sqlite.create_function(*args, **options))

    async def close(self) -> None:
        """Close the connection and end its thread."""
        await self.visit(self._sqlite.close)
        self._visits.put(None)

    async def run(self, method: str, sql: str, parameters: Any) -> tuple[Any, int, int, list[Any]]:
        """Execute a statement; return its description, newest row number, count of changed rows, and rows."""
        return await self.visit(_run, self._sqlite, method, sql, parameters)

    def _may_be_in_transaction(self) -> bool:
        # Nobody waits any more for what a cancelled coroutine sent, but the thread may only just begin it.
        abandoned = self._newest is not None and (self._newest.cancelled() or not self._newest.done())
        return abandoned or self._sqlite.in_transaction

    def _open(self, args: Any, options: Any) -> None:
        self._sqlite = sqlite3.connect(*args, **options)
        for pragma in _PRAGMAS:
            _execute_at_last(self._sqlite, pragma)

    def _work(self) -> None:
        while (visit := self._visits.get()) is not None:
            future, function = visit
            try:
                result, error = function(), None
            except BaseException as raised:
                result, error = None, raised
            try:
                future.get_loop().call_soon_threadsafe(_settle, future, result, error)
            except RuntimeError:
                # The loop was closed under us: nobody waits any more.
                continue


def _settle(future: asyncio.Future[Any], result: Any, error: BaseException | None) -> None:
    if future.done():
        return
    if error is None:
        future.set_result(result)
    else:
        future.set_exception(error)


class _Cursor(AsyncAdapt_aiosqlite_cursor):  # type: ignore[misc]
    """A cursor that executes, fetches and closes in one visit to the connection's thread instead of four."""

    def execute(self, operation: str, parameters: Any = None) -> None:
        self._keep(self._connection.run("execute", operation, parameters or ()))

    def executemany(self, operation: str, seq_of_parameters: Any) -> None:
        self._keep(self._connection.run("executemany", operation, seq_of_parameters))

    def _keep(self, running: Any) -> None:
        self.description, self.lastrowid, self.rowcount, self._rows = self.await_(running)


def _run(
    connection: sqlite3.Connection, method: str, operation: str, parameters: Any
) -> tuple[Any, int, int, list[Any]]:
    cursor = connection.cursor()
    try:
        getattr(cursor, method)(operation, parameters)
        if cursor.description:
            return cursor.description, -1, -1, cursor.fetchall()
        return None, cursor.lastrowid or -1, cursor.rowcount, []
    finally:
        cursor.close()


class _Connection(AsyncAdapt_aiosqlite_connection):  # type: ignore[misc]
    __slots__ = ()

    @property
    def threaded(self) -> SqliteConnection:
        """Return the connection behind the adapter, for plain SQL."""
        connection: SqliteConnection = self._connection
        return connection

    def cursor(self, server_side: bool = False) -> _Cursor:
        return _Cursor(self)


class Driver(AsyncAdapt_aiosqlite_dbapi):  # type: ignore[misc]
    """The DBAPI module that SQLAlchemy's aiosqlite dialect is given in place of its own."""

    def __init__(self) -> None:
        super().__init__(sqlite3, sqlite3)

    def connect(self, *args: Any, **options: Any) -> _Connection:
        """Return a connection; every write begins its transaction with BEGIN IMMEDIATE."""
        options["check_same_thread"] = False
        options["isolation_level"] = "IMMEDIATE"
        return _Connection(self, await_only(SqliteConnection.open(*args, **options)))
