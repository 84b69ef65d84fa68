"""The audit log as people read it: filtered, page by page."""

from __future__ import annotations

from typing import Any

from bot.aftersales.audit import AuditEvent
from bot.services.people_ports import AuditFilter
from bot.store.repositories.base import Repository
from bot.store.tables import aftersales

# Jumps from one action to the next in the index; DISTINCT would read all events.
_ACTIONS = """
WITH RECURSIVE found (action) AS (
  SELECT min(action) FROM audit_events
  UNION ALL
  SELECT (SELECT min(action) FROM audit_events WHERE action > found.action) FROM found WHERE found.action IS NOT NULL
)
SELECT action FROM found WHERE action IS NOT NULL
"""


class SqlAuditTrail(Repository):
    """The audit log as people read it."""

    async def page(self, wanted: AuditFilter, limit: int, before: int | None = None) -> list[AuditEvent]:
        """Return the newest wanted events, of those numbered below ``before`` if it is given, newest first."""
        table = aftersales.audit_events
        conditions = _conditions(wanted)
        if before is not None:
            conditions.append(table.c.id < before)
        return await self._find(AuditEvent, *conditions, order_by=(table.c.id.desc(),), limit=limit)

    async def actions(self) -> list[str]:
        """Return every action that occurs, in order of the alphabet."""
        return sorted(str(action) for (action,) in await self._transaction.read(_ACTIONS))


def _conditions(wanted: AuditFilter) -> list[Any]:
    columns = aftersales.audit_events.c
    conditions: list[Any] = []
    if wanted.actor:
        conditions.append(columns.actor == wanted.actor)
    if wanted.action:
        conditions.append(_one_or_group(columns.action, wanted.action, "."))
    if wanted.subject:
        conditions.append(_one_or_group(columns.subject, wanted.subject, ":"))
    if wanted.since is not None:
        conditions.append(columns.at >= wanted.since)
    if wanted.until is not None:
        conditions.append(columns.at < wanted.until)
    return conditions


def _one_or_group(column: Any, wanted: str, mark: str) -> Any:
    return column.startswith(wanted, autoescape=True) if wanted.endswith(mark) else column == wanted
