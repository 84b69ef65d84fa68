"""What every repository is built from."""

from __future__ import annotations

from typing import Any, TypeVar

from sqlalchemy import select

from bot.store.transaction import Transaction

Thing = TypeVar("Thing")


class Repository:
    """A view on one kind of thing within a transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def _keep(self, thing: Any) -> None:
        self._transaction.session.add(thing)

    async def _get(self, kind: type[Thing], key: str) -> Thing | None:
        found: Thing | None = await (await self._transaction.orm()).get(kind, key)
        return found

    async def _find(
        self, kind: type[Thing], *conditions: Any, order_by: tuple[Any, ...] = (), limit: int | None = None
    ) -> list[Thing]:
        statement = select(kind).where(*conditions).order_by(*order_by).limit(limit)
        return list(await (await self._transaction.orm()).scalars(statement))

    async def _first(self, kind: type[Thing], *conditions: Any, order_by: tuple[Any, ...] = ()) -> Thing | None:
        return next(iter(await self._find(kind, *conditions, order_by=order_by, limit=1)), None)
