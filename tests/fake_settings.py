"""Settings of the desk in memory."""

from __future__ import annotations

from functools import partial
from typing import Any

from bot.services.settings_ports import Kept
from tests.fake_tables import HasDatabase


class FakeKeptSettings:
    def __init__(self, uow: HasDatabase) -> None:
        self.uow = uow
        self.rows: list[Kept] = uow.database.all(Kept)

    async def all(self) -> dict[str, Kept]:
        return {kept.key: kept for kept in self.rows}

    async def put(self, key: str, value: Any, version: int) -> bool:
        known = next((kept for kept in self.rows if kept.key == key), None)
        if (known.version if known else 0) != version:
            return False
        before = list(self.rows)
        self.rows[:] = [kept for kept in self.rows if kept.key != key] + [Kept(key, value, version + 1)]
        self.uow.undo.append(partial(self.rows.__setitem__, slice(None), before))
        return True
