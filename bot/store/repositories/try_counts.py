"""Counts of wrong tries, each in one row, so that replicas count together and nobody is let in between."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.store.repositories.base import Repository
from bot.store.rows import Rows
from bot.store.tables import aftersales

_rows = Rows(aftersales.try_counts, ("subject", "tries", "since"), tuple)


class SqlTryCounts(Repository):
    """How many wrong tries there were lately at something."""

    _add = (
        "INSERT INTO try_counts (subject, tries, since) VALUES (?, ?, ?) ON CONFLICT (subject) DO UPDATE SET "
        "tries = excluded.tries + CASE WHEN try_counts.since > ? THEN try_counts.tries ELSE 0 END, "
        "since = CASE WHEN try_counts.since > ? THEN try_counts.since ELSE excluded.since END "
        "RETURNING tries"
    )
    _take_back = "UPDATE try_counts SET tries = CASE WHEN tries > ? THEN tries - ? ELSE 0 END WHERE subject = ?"

    async def add(self, subject: str, count: int, within: timedelta, now: datetime) -> int:
        """Count some more and return how many there were before."""
        begun = self._moment(now - within)
        rows = (await self._transaction.write(self._add, subject, count, self._moment(now), begun, begun)).rows
        return int(rows[0][0]) - count

    async def take_back(self, subject: str, count: int) -> None:
        """Count some less, which were counted in advance."""
        await self._transaction.write(self._take_back, count, count, subject)

    async def of(self, subject: str, within: timedelta, now: datetime) -> int:
        """Return how many there are."""
        found = await self._transaction.read(
            "SELECT tries FROM try_counts WHERE subject = ? AND since > ?", subject, self._moment(now - within)
        )
        return int(found[0][0]) if found else 0

    async def forget(self, before: datetime) -> None:
        """Delete the counts that began before a moment."""
        await self._transaction.write("DELETE FROM try_counts WHERE since < ?", self._moment(before))

    def _moment(self, moment: datetime) -> object:
        return _rows.value("since", moment, self._transaction.dialect)
