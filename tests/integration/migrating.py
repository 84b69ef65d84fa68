"""One migration after the other, for what becomes of rows that were there before."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy.engine import Connection

import bot.store


def move(connection: Connection, revision: str, *, down: bool = False) -> None:
    """Bring a database to a revision, from an earlier one or ``down`` from a later one."""
    config = Config()
    config.set_main_option("script_location", str(Path(bot.store.__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    (command.downgrade if down else command.upgrade)(config, revision)
