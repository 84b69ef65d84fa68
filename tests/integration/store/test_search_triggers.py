"""What notes for the search that something changed."""

from __future__ import annotations

from sqlalchemy import text

from bot.store.engine import create_engine

WATCHED = {"messages": 3, "cases": 2, "identifications": 3, "shipments": 1, "order_lines": 1, "customers": 1}


async def test_no_migration_lost_a_trigger_by_copying_its_table(database_url: str) -> None:
    engine = create_engine(database_url)
    sqlite = "SELECT tbl_name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'search_due_%'"
    postgres = (
        "SELECT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE t.tgname LIKE 'search_due_%'"
    )
    async with engine.connect() as connection:
        found = await connection.execute(text(sqlite if engine.dialect.name == "sqlite" else postgres))
        tables = [table for (table,) in found]
    await engine.dispose()
    assert {table: tables.count(table) for table in tables} == WATCHED
