"""Machine translations made before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from datetime import datetime
from typing import TYPE_CHECKING

from bot.store.repositories.base import Repository
from bot.store.rows import Rows
from bot.store.tables import translations
from bot.translation.cache import RememberedTranslation

if TYPE_CHECKING:
    from bot.store.unit_of_work import SqlUnitOfWork

_COLUMNS = tuple(field.name for field in fields(RememberedTranslation))
_rows = Rows(translations.translations, _COLUMNS, RememberedTranslation)


class SqlTranslations(Repository):
    """All translations that are kept."""

    _get_one = f"{_rows.select} WHERE key = ? AND created_at >= ?"
    _put = (
        f"{_rows.insert(_COLUMNS)} ON CONFLICT (key) DO UPDATE "
        "SET text = excluded.text, engine = excluded.engine, created_at = excluded.created_at"
    )
    _forget = "DELETE FROM translations WHERE created_at < ?"

    async def get(self, key: str, not_before: datetime) -> RememberedTranslation | None:
        """Return a translation that is not older than a moment, or None."""
        transaction = self._transaction
        moment = _rows.value("created_at", not_before, transaction.dialect)
        for row in await transaction.read(self._get_one, key, moment):
            return _rows.load(row, transaction.dialect)
        return None

    async def put(self, translation: RememberedTranslation) -> None:
        """Keep a translation; a newer one of the same key replaces it."""
        await self._transaction.write(self._put, *_rows.values(translation, _COLUMNS, self._transaction.dialect))

    async def forget_before(self, moment: datetime) -> int:
        """Forget translations older than a moment and return how many."""
        value = _rows.value("created_at", moment, self._transaction.dialect)
        return (await self._transaction.write(self._forget, value)).changed


class StoredTranslations:
    """The translations that are kept, each visit in a transaction of its own: no conversation waits for another."""

    def __init__(self, uow: Callable[[], SqlUnitOfWork]) -> None:
        self._uow = uow

    async def get(self, key: str, not_before: datetime) -> RememberedTranslation | None:
        """Return a translation that is not older than a moment, or None."""
        async with self._uow() as work:
            return await work.translations.get(key, not_before)

    async def put(self, translation: RememberedTranslation) -> None:
        """Keep a translation; a newer one of the same key replaces it."""
        async with self._uow() as work:
            await work.translations.put(translation)
            await work.commit()

    async def forget_before(self, moment: datetime) -> int:
        """Forget translations older than a moment and return how many."""
        async with self._uow() as work:
            count = await work.translations.forget_before(moment)
            await work.commit()
            return count
