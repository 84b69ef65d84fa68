"""Run by alembic: applies the migrations on the connection that ``bot.store.engine.migrate`` hands over."""

from __future__ import annotations

from alembic import context

from bot.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # SQLite can change a table only by copying it.
    render_as_batch=True,
    # The caller holds the transaction, on SQLite too: half a migration never stays.
    transactional_ddl=True,
)
context.run_migrations()
