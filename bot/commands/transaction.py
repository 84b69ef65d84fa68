"""One transaction for a command of its own process."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from bot import bootstrap
from bot.settings import Settings
from bot.store.unit_of_work import SqlUnitOfWork

Result = TypeVar("Result")


def in_transaction(do: Callable[[SqlUnitOfWork], Awaitable[Result]]) -> Result:
    """Open the database, do something in a unit of work, which commits by itself, and close the database."""

    async def run() -> Result:
        store = await bootstrap.open_store(Settings.from_environment())
        try:
            async with store.uow() as uow:
                return await do(uow)
        finally:
            await store.close()

    return asyncio.run(run())
