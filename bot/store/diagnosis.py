"""Looking at a database without changing it: can it be reached, what is it, may we write, what time does it have."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import inspect
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.errors import StartupError
from bot.store.engine import UNUSABLE, create_engine, reason_of, revisions


@dataclass(frozen=True)
class DatabaseReport:
    """What was found.

    ``revision`` is that of the schema, None without any; ``newest`` the one that this version knows. ``refusal`` says
    why nothing can be written, empty where it can. ``now`` is what a server takes for the time; an embedded database
    has the clock of this machine.
    """

    product: str
    version: str
    revision: str | None
    newest: str
    refusal: str = ""
    now: datetime | None = None


def file_of(url: str) -> Path | None:
    """Return the file of an embedded database, None for a server; raises StartupError where it is no address."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        # Its own words hold the address, and that may hold a password.
        raise StartupError(
            "it is no address of a database: give sqlite+aiosqlite:///FILE or postgresql+asyncpg://…"
        ) from None
    return Path(parsed.database or "") if parsed.get_backend_name() == "sqlite" else None


async def diagnose(url: str) -> DatabaseReport:
    """Return what there is to know of a database; raises StartupError where it cannot be reached."""
    file_of(url)
    engine = create_engine(url)
    try:
        revision, newest = await revisions(engine)
        if engine.dialect.name == "sqlite":
            return await _sqlite(engine, revision, newest)
        return await _postgresql(engine, revision, newest)
    except UNUSABLE as error:
        raise StartupError(reason_of(error)) from error
    finally:
        await engine.dispose()


async def _sqlite(engine: AsyncEngine, revision: str | None, newest: str) -> DatabaseReport:
    async with engine.connect() as connection:
        version = (await connection.exec_driver_sql("SELECT sqlite_version()")).scalar()
        # Writes nothing, but needs everything that writing does; it waits where somebody else writes.
        refusal = await _refusal(connection.exec_driver_sql("BEGIN IMMEDIATE"))
        await connection.rollback()
    return DatabaseReport("SQLite", str(version), revision, newest, refusal)


async def _postgresql(engine: AsyncEngine, revision: str | None, newest: str) -> DatabaseReport:
    async with engine.connect() as connection:
        now = (await connection.exec_driver_sql("SELECT clock_timestamp()")).scalar()
        version = (await connection.exec_driver_sql("SHOW server_version")).scalar()
        has_tables = await connection.run_sync(_has_tables)
        # Changes no row; a server that is only a copy, and an account that may only read, refuse it all the same.
        probe = "UPDATE sequences SET value = value WHERE false" if has_tables else "CREATE TEMP TABLE probe (x int)"
        refusal = await _refusal(connection.exec_driver_sql(probe))
        await connection.rollback()
    return DatabaseReport("PostgreSQL", str(version).split(" ")[0], revision, newest, refusal, now)


def _has_tables(connection: Connection) -> bool:
    return bool(inspect(connection).has_table("sequences"))


async def _refusal(statement: object) -> str:
    try:
        await statement  # type: ignore[misc]
    except DBAPIError as error:
        return reason_of(error)
    return ""
