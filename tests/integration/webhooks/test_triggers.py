"""What notes for webhooks that something happened."""

from __future__ import annotations

from sqlalchemy import text

from bot.store.engine import create_engine

_SQLITE = "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'webhook_noted%'"
_POSTGRES = (
    "SELECT t.tgname, c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
    "WHERE t.tgname LIKE 'webhook_noted%'"
)


async def test_no_migration_lost_a_trigger_by_copying_its_table(database_url: str) -> None:
    engine = create_engine(database_url)
    async with engine.connect() as connection:
        found = await connection.execute(text(_SQLITE if engine.dialect.name == "sqlite" else _POSTGRES))
        triggers = {str(name): str(table) for name, table in found}
    await engine.dispose()
    assert triggers == {"webhook_noted_event": "audit_events", "webhook_noted_state": "cases"}
