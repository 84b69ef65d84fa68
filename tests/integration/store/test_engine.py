"""Connecting and migrating."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect
from sqlalchemy.engine import Connection

from bot.errors import StartupError
from bot.store.engine import create_engine, is_migrated, migrate
from bot.store.sqlite import SqliteConnection
from bot.store.tables import metadata
from tests.integration.migrating import move


async def test_migrating_gives_the_schema_of_the_tables(empty_url: str) -> None:
    await migrate(empty_url)
    engine = create_engine(empty_url)

    def is_ours(name: str | None, kind: str, parents: object) -> bool:
        # SQLite keeps the numbers it has given in a table of its own; how the words of the search are kept is up to
        # each database.
        return not (kind == "table" and str(name).startswith(("sqlite_sequence", "search_words")))

    def differences(connection: Connection) -> list[object]:
        options = {"compare_type": True, "include_name": is_ours}
        return list(compare_metadata(MigrationContext.configure(connection, opts=options), metadata))

    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []
    await engine.dispose()


async def test_every_migration_can_be_taken_back(empty_url: str) -> None:
    await migrate(empty_url)
    engine = create_engine(empty_url)

    def take_back(connection: Connection) -> set[str]:
        move(connection, "base", down=True)
        return set(inspect(connection).get_table_names()) - {"sqlite_sequence"}

    async with engine.begin() as connection:
        assert await connection.run_sync(take_back) == {"alembic_version"}
    await engine.dispose()


async def test_a_database_is_migrated_after_migrating(empty_url: str) -> None:
    assert not await is_migrated(empty_url)
    await migrate(empty_url)
    assert await is_migrated(empty_url)


async def test_migrating_again_does_nothing(empty_url: str) -> None:
    await migrate(empty_url)
    await migrate(empty_url)
    assert await is_migrated(empty_url)


async def test_processes_that_start_together_migrate_once(empty_url: str) -> None:
    await asyncio.gather(*(migrate(empty_url) for _ in range(3)))
    assert await is_migrated(empty_url)


async def test_asking_whether_a_file_is_migrated_does_not_make_it(sqlite_url: str, tmp_path: Path) -> None:
    assert not await is_migrated(sqlite_url)
    assert list(tmp_path.iterdir()) == []


async def test_migrating_makes_the_folder(tmp_path: Path) -> None:
    await migrate(f"sqlite+aiosqlite:///{tmp_path}/var/deep/parley.db")
    assert (tmp_path / "var/deep/parley.db").exists()


@pytest.mark.parametrize("url", ["mysql://root@localhost/parley", "sqlite+aiosqlite://", "sqlite:///parley.db"])
def test_other_databases_are_refused(url: str) -> None:
    with pytest.raises(StartupError, match="cannot use a database of kind"):
        create_engine(url)


async def test_a_file_that_is_no_database_is_one_clear_line(tmp_path: Path) -> None:
    file = tmp_path / "parley.db"
    file.write_text("this is a shopping list, not a database; " * 50)
    with pytest.raises(StartupError, match=r"parley\.db.*not a database") as raised:
        await migrate(f"sqlite+aiosqlite:///{file}")
    assert "\n" not in str(raised.value)


async def test_a_folder_that_cannot_be_made_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("a file where a folder should be")
    with pytest.raises(StartupError, match="cannot make the folder"):
        await migrate(f"sqlite+aiosqlite:///{tmp_path}/var/parley.db")


async def test_a_server_that_does_not_answer_is_one_clear_line_without_the_password() -> None:
    with pytest.raises(StartupError, match="cannot use the database") as raised:
        await migrate("postgresql+asyncpg://parley:secret@127.0.0.1:9/parley")
    assert "secret" not in str(raised.value)


async def test_a_file_that_is_locked_while_it_is_opened_is_waited_for(tmp_path: Path) -> None:
    path = str(tmp_path / "new.db")
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("CREATE TABLE things (id)")
    other.execute("BEGIN EXCLUSIVE")
    # Without any timeout, as where SQLite sees two that wait for each other.
    opening = asyncio.create_task(SqliteConnection.open(path, timeout=0))
    await asyncio.sleep(0.3)
    assert not opening.done()
    other.execute("COMMIT")
    await (await opening).close()
