"""The patterns that were found of late, as they were told to quality."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.aftersales.audit import AuditEvent
from bot.aftersales.labels import IssueType
from bot.aftersales.task import Task
from bot.services.people_ports import AuditFilter
from bot.services.ports import UnitOfWork
from bot.services.statistics_ports import Dimension

LATELY = timedelta(weeks=5)
_MOST = 50


@dataclass(frozen=True)
class PatternAlert:
    """One pattern: what complaints rise about, how often orders have them now, did before, and elsewhere do.

    ``task`` is the task of quality, None where it exists no longer.
    """

    at: datetime
    by: Dimension
    key: str
    issue: IssueType
    complaints: int
    orders: int
    rate_before: float
    rate_of_peers: float
    case_number: str
    conversation_id: str | None
    task: Task | None

    @property
    def rate(self) -> float:
        """Return which share of the orders has complaints now."""
        return self.complaints / self.orders if self.orders else 0.0


async def lately(uow: UnitOfWork, now: datetime, only: Mapping[Dimension, str]) -> list[PatternAlert]:
    """Return the patterns of the last weeks, newest first; ``only`` leaves out those of other keys and issues."""
    events = await uow.audit_trail.page(AuditFilter(action="pattern.found", since=now - LATELY), _MOST)
    found = [await _alert(uow, event) for event in events if _is_wanted(event, only)]
    newest: dict[tuple[Dimension, str, IssueType], PatternAlert] = {}
    for alert in found:
        # A pattern that lasts is told every week; the newest figures are those that count.
        newest.setdefault((alert.by, alert.key, alert.issue), alert)
    return list(newest.values())


async def _alert(uow: UnitOfWork, event: AuditEvent) -> PatternAlert:
    data = event.data
    case = await uow.cases.get(data["case"])
    return PatternAlert(
        at=event.at,
        by=Dimension(data["by"]),
        key=data["key"],
        issue=IssueType(data["issue"]),
        complaints=int(data["complaints"]),
        orders=int(data["orders"]),
        rate_before=float(data["rate_before"]),
        rate_of_peers=float(data["rate_of_peers"]),
        case_number=data["case"],
        conversation_id=case.conversation_id if case else None,
        task=await uow.tasks.by_key(data.get("task", "")),
    )


def _is_wanted(event: AuditEvent, only: Mapping[Dimension, str]) -> bool:
    data = event.data
    if only.get(Dimension.ISSUE, data["issue"]) != data["issue"]:
        return False
    by = Dimension(data["by"])
    return bool(only.get(by, data["key"]) == data["key"])
