"""A migrated database with its transactions, closed as one."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.store.engine import create_engine, migrate, revisions
from bot.store.unit_of_work import SqlUnitOfWork, unit_of_work_factory


class Database:
    """An open database; ``uow`` makes units of work on it."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self.uow: Callable[[], SqlUnitOfWork] = unit_of_work_factory(engine)

    @classmethod
    async def open(cls, url: str) -> Database:
        """Migrate a database to the newest schema and return it; raises StartupError where that is impossible."""
        await migrate(url)
        return cls(create_engine(url))

    async def revisions(self) -> tuple[str | None, str]:
        """Return the revision that the schema has, None without any, and the newest that this version knows."""
        return await revisions(self._engine)

    async def close(self) -> None:
        """Disconnect."""
        await self._engine.dispose()
