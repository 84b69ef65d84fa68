"""Looking for rising complaints about products, suppliers, carriers and destinations, and telling quality once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone

from bot.aftersales.audit import AuditEvent
from bot.aftersales.pattern import DEFAULT, Comparison, Count, Pattern, Sensitivity, find_patterns
from bot.aftersales.task import Department
from bot.services import tasks
from bot.services.one_by_one import one_by_one
from bot.services.people_ports import AuditFilter
from bot.services.ports import UnitOfWork
from bot.services.statistics_ports import Dimension, Span

WATCHED = (Dimension.PRODUCT, Dimension.SUPPLIER, Dimension.CARRIER, Dimension.DESTINATION)
"""What rates are compared of."""

RECENT_WEEKS = 4
PAST_WEEKS = 26
"""How many weeks are new, and how many before them are the past."""

_MOST = 10_000

_Exposure = Mapping[tuple[str, date], int]
_Complaints = Mapping[tuple[str, str, date], int]


@dataclass(frozen=True)
class Alert:
    """A pattern of one dimension; ``week`` is the Monday after the newest whole week."""

    by: Dimension
    week: date
    pattern: Pattern

    @property
    def matter(self) -> str:
        """Return what names the pattern, however long it lasts."""
        found = self.pattern.found
        return f"pattern:{self.by.value}:{found.key}:{found.issue}"

    @property
    def key(self) -> str:
        """Return what names the alert, so that it is raised once."""
        return f"{self.matter}:{self.week.isoformat()}"


async def find(uow: UnitOfWork, today: date, how: Sensitivity = DEFAULT) -> list[Alert]:
    """Return the patterns of the last whole weeks, by dimension, the clearest first.

    The figures must be fresh, see ``statistics.refresh``. False alarms are controlled within each dimension.
    """
    week = today - timedelta(days=today.weekday())
    span = Span(week - timedelta(weeks=RECENT_WEEKS + PAST_WEEKS), week)
    alerts = []
    for by in WATCHED:
        compared = comparisons(await uow.statistics.shipped(span, by), await uow.statistics.complaints(span, by), week)
        alerts += [Alert(by, week, pattern) for pattern in find_patterns(compared, how)]
    return alerts


def comparisons(shipped: _Exposure, complaints: _Complaints, week: date) -> list[Comparison]:
    """Return every key and issue with recent complaints, beside its own past and its peers.

    ``shipped`` counts orders by key and Monday, ``complaints`` those of them with a case, by key, issue and Monday. Of
    the past, each week weighs with the orders that were placed in it.
    """
    first = week - timedelta(weeks=RECENT_WEEKS)
    recent_orders, past_orders = _split(shipped, first)
    recent: dict[tuple[str, str], int] = defaultdict(int)
    past: dict[tuple[str, str], int] = defaultdict(int)
    of_all: dict[tuple[str, bool], int] = defaultdict(int)
    for (key, issue, monday), count in complaints.items():
        (recent if monday >= first else past)[key, issue] += count
        of_all[issue, monday >= first] += count
    everything, everything_past = sum(recent_orders.values()), sum(past_orders.values())
    return [
        Comparison(
            key,
            issue,
            Count(count, recent_orders.get(key, 0)),
            Count(past.get((key, issue), 0), past_orders.get(key, 0)),
            Count(of_all[issue, True] - count, everything - recent_orders.get(key, 0)),
            Count(of_all[issue, False] - past.get((key, issue), 0), everything_past - past_orders.get(key, 0)),
        )
        for (key, issue), count in sorted(recent.items())
    ]


async def alert(uow_factory: Callable[[], UnitOfWork], today: date, now: datetime, how: Sensitivity = DEFAULT) -> int:
    """Tell quality of each pattern once a week, and return how many there were.

    Each has one task, on what was its newest case when that was opened: a pattern that lasts goes on in it while it is
    open.
    """
    async with uow_factory() as uow:
        found = {one.key: one for one in await find(uow, today, how)}
        told = {event.data.get("alert") for event in await uow.audit_trail.page(_told_since(today), _MOST)}

    async def tell(uow: UnitOfWork, key: str) -> None:
        one = found[key]
        pattern = one.pattern.found
        case_number = await uow.statistics.newest_case(one.by, pattern.key, pattern.issue)
        if case_number is None:
            return
        opened = await uow.tasks.open(Department.QUALITY)
        task = next((task for task in opened if task.key.rpartition(":")[0] == one.matter), None)
        if task is None:
            task = await tasks.open_task(uow, case_number, Department.QUALITY, "look_into_pattern", key, now)
        data = {
            "alert": key,
            "task": task.key,
            "case": case_number,
            "by": one.by.value,
            "key": pattern.key,
            "issue": pattern.issue,
            "complaints": pattern.recent.complaints,
            "orders": pattern.recent.orders,
            "rate_before": round(pattern.before.rate, 5),
            "rate_of_peers": round(pattern.peers.rate, 5),
            "q_value": f"{one.pattern.q_value:.2g}",
        }
        uow.audit.add(AuditEvent(now, "system", "pattern.found", f"case:{case_number}", data=data))

    return len(found.keys() & told) + await one_by_one(uow_factory, sorted(found.keys() - told), tell)


def _told_since(today: date) -> AuditFilter:
    # Events bear the moment they were written, which cannot be before the week that they are about is over.
    monday = today - timedelta(days=today.weekday())
    return AuditFilter(action="pattern.found", since=datetime.combine(monday, time.min, timezone.utc))


def _split(shipped: _Exposure, first: date) -> tuple[dict[str, int], dict[str, int]]:
    recent: dict[str, int] = defaultdict(int)
    past: dict[str, int] = defaultdict(int)
    for (key, monday), count in shipped.items():
        (recent if monday >= first else past)[key] += count
    return dict(recent), dict(past)
