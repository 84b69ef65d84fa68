"""The settings of the desk that somebody changed."""

from __future__ import annotations

from typing import Any

from bot.services.settings_ports import Kept, KeptSettings
from bot.store.repositories.base import Repository
from bot.store.rows import Rows
from bot.store.tables.settings import desk_settings

_COLUMNS = ("key", "value", "row_version")
_rows = Rows(desk_settings, _COLUMNS, Kept)


class SqlKeptSettings(Repository, KeptSettings):
    """All settings that were changed."""

    _insert = _rows.insert(_COLUMNS, once=True)
    # One statement that expects the version it replaces: of two administrators the second one changes nothing.
    _replace = _rows.update(("value", "row_version"), "key = ? AND row_version = ?")

    async def all(self) -> dict[str, Kept]:
        """Return every changed setting by its key."""
        found = [_rows.load(row, self._transaction.dialect) for row in await self._transaction.read(_rows.select)]
        return {kept.key: kept for kept in found}

    async def put(self, key: str, value: Any, version: int) -> bool:
        """Keep a value in place of a version, 0 for the files'; return False where that is not the newest one."""
        text = _rows.value("value", value, self._transaction.dialect)
        if version == 0:
            answer = await self._transaction.write(self._insert, key, text, 1)
        else:
            answer = await self._transaction.write(self._replace, text, version + 1, key, version)
        return answer.changed == 1
