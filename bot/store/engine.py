"""The database engine and its schema: connect, migrate, tell whether a migration is due."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import structlog
from asyncpg import PostgresError
from sqlalchemy import inspect, text
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool

from bot.errors import StartupError
from bot.store.sqlite import Driver

log = structlog.get_logger(__name__)

# SQLAlchemy hands on as they are the errors with which asyncpg fails to connect: no such account, no such database.
UNUSABLE = (DBAPIError, OSError, PostgresError)
"""What is raised where a database cannot be used."""

_MIGRATIONS = Path(__file__).parent / "migrations"

# Each has a thread. One at a time writes; the rest read, or wait without using anything but memory.
_SQLITE_CONNECTIONS = 8
_SQLITE_CONNECTIONS_AT_PEAK = 32
_POSTGRES_CONNECTIONS = 10
_POSTGRES_CONNECTIONS_AT_PEAK = 20

_compact_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode

# An arbitrary number that means "Parley is migrating" among PostgreSQL's advisory locks.
_MIGRATION_LOCK = 7_275_390_814


def create_engine(url: str) -> AsyncEngine:
    """Return an engine for ``sqlite+aiosqlite:///FILE`` or ``postgresql+asyncpg://…``.

    It connects on first use. Raises StartupError for any other kind of database, and where the file's folder
    cannot be made.
    """
    parsed = make_url(url)
    if parsed.drivername == "sqlite+aiosqlite" and parsed.database not in (None, "", ":memory:"):
        _make_folder(Path(parsed.database))
        return create_async_engine(
            parsed,
            module=Driver(),
            poolclass=AsyncAdaptedQueuePool,
            pool_size=_SQLITE_CONNECTIONS,
            max_overflow=_SQLITE_CONNECTIONS_AT_PEAK - _SQLITE_CONNECTIONS,
            # The connection used last has the warmest cache.
            pool_use_lifo=True,
            json_serializer=_compact_json,
        )
    if parsed.drivername == "postgresql+asyncpg":
        return create_async_engine(
            parsed,
            pool_size=_POSTGRES_CONNECTIONS,
            max_overflow=_POSTGRES_CONNECTIONS_AT_PEAK - _POSTGRES_CONNECTIONS,
            # A connection that a restarted server or a firewall dropped is noticed before it is used.
            pool_pre_ping=True,
            json_serializer=_compact_json,
        )
    raise StartupError(
        f"cannot use a database of kind {parsed.drivername}: "
        "give sqlite+aiosqlite:///FILE or postgresql+asyncpg://USER@HOST/NAME"
    )


async def migrate(url: str) -> None:
    """Bring a database to the newest schema; creates an empty SQLite file, does nothing where nothing is due.

    Several processes may do so at the same time: one migrates, the others wait for it. All of it happens in
    one transaction. Raises StartupError where the database cannot be reached.
    """
    engine = create_engine(url)
    try:
        async with engine.connect() as connection:
            before = await connection.run_sync(_revision)
            if before == _head():
                return
            if engine.dialect.name == "sqlite":
                await connection.exec_driver_sql("BEGIN IMMEDIATE")
            else:
                await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _MIGRATION_LOCK})
            await connection.run_sync(_upgrade)
            await connection.commit()
        log.info("store.migrated", before=before, after=_head())
    except UNUSABLE as error:
        raise StartupError(f"cannot use the database {engine.url!r}: {reason_of(error)}") from error
    finally:
        await engine.dispose()


async def revisions(engine: AsyncEngine) -> tuple[str | None, str]:
    """Return the revision that a database's schema has, None without any, and the newest that this version knows."""
    async with engine.connect() as connection:
        return await connection.run_sync(_revision), _head()


async def is_migrated(url: str) -> bool:
    """Tell whether a database has the newest schema; one that cannot be reached has not."""
    file = make_url(url).database
    if url.startswith("sqlite") and not Path(file or "").exists():
        return False
    engine = create_engine(url)
    try:
        present, newest = await revisions(engine)
        return present == newest
    except UNUSABLE:
        return False
    finally:
        await engine.dispose()


def _make_folder(file: Path) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StartupError(f"cannot make the folder {file.parent}: {error.strerror}") from error


def _head() -> str:
    """Return the newest revision: files are named ``<number>_<what>.py`` and their revision is the number."""
    return max(file.name.split("_")[0] for file in (_MIGRATIONS / "versions").glob("[0-9]*.py"))


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _upgrade(connection: Connection) -> None:
    # Importing alembic takes longer than finding that there is nothing to do.
    from alembic import command
    from alembic.config import Config

    logging.getLogger("alembic").setLevel(logging.WARNING)
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def reason_of(error: Exception) -> str:
    """Return the first line of what a database or the way to it says."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    return str(cause).splitlines()[0] if str(cause) else type(cause).__name__
