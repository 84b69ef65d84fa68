"""Real databases for tests: SQLite in a temporary folder, PostgreSQL in a throw-away cluster."""

from __future__ import annotations

import asyncio
import shutil
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from bot.channels import web
from bot.conversations import sent_changes, typing_signs
from bot.scheduler import scheduler
from bot.store import sqlite
from bot.store.engine import create_engine, migrate
from bot.store.unit_of_work import SqlUnitOfWork, unit_of_work_factory
from tests.integration.postgres import Cluster, missing_binaries

UowFactory = Callable[[], SqlUnitOfWork]


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing be given up after a few seconds: a machine may stall for that long."""
    monkeypatch.setattr(sqlite, "BUSY_TIMEOUT_SECONDS", 60)
    monkeypatch.setattr(web, "_HELLO_SECONDS", 60)
    monkeypatch.setattr(scheduler, "_CLOSING_SECONDS", 60.0)
    monkeypatch.setattr(sent_changes, "_WITHIN_SECONDS", 60.0)
    monkeypatch.setattr(typing_signs, "_WITHIN_SECONDS", 60.0)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """A running PostgreSQL cluster, or a skip with the reason."""
    reason = missing_binaries()
    if reason:
        pytest.skip(reason)
    with Cluster() as cluster:
        yield cluster


@pytest.fixture(scope="session")
def postgres_url(postgres: Cluster) -> str:
    """The URL of an empty PostgreSQL database that the whole session shares."""
    return _new_database(postgres)


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The URL of an SQLite database that does not exist yet."""
    return f"sqlite+aiosqlite:///{tmp_path}/parley.db"


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest) -> str:
    """The URL of a database of either kind without any table."""
    if request.param == "sqlite":
        return str(request.getfixturevalue("sqlite_url"))
    return _new_database(request.getfixturevalue("postgres"))


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, to be copied: migrating takes longer than most tests."""
    file = tmp_path_factory.mktemp("sqlite") / "template.db"
    asyncio.run(migrate(f"sqlite+aiosqlite:///{file}"))
    return file


@pytest.fixture(scope="session")
def migrated_postgres(postgres: Cluster) -> str:
    """The name of a migrated PostgreSQL database, to be copied."""
    url = _new_database(postgres)
    asyncio.run(migrate(url))
    return url.rsplit("/", 1)[1]


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a migrated, empty database of either kind, for this test alone."""
    if request.param == "sqlite":
        file = tmp_path / "parley.db"
        shutil.copy(request.getfixturevalue("migrated_sqlite"), file)
        return f"sqlite+aiosqlite:///{file}"
    template = request.getfixturevalue("migrated_postgres")
    return _new_database(request.getfixturevalue("postgres"), template)


@pytest.fixture
async def uow_factory(database_url: str) -> AsyncIterator[UowFactory]:
    """What makes units of work, on either database."""
    engine = create_engine(database_url)
    yield unit_of_work_factory(engine)
    await engine.dispose()


def _new_database(cluster: Cluster, template: str = "template0") -> str:
    name = f"test_{uuid.uuid4().hex}"

    cluster.psql(f"CREATE DATABASE {name} TEMPLATE {template}")
    return cluster.url(name).replace("postgresql://", "postgresql+asyncpg://")
