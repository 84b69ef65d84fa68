"""Figures about cases, in SQL that both databases run; see docs/statistics.md for how each is defined.

The figures of a case lie in one row (``case_facts``) and are taken down anew while they may change. Over the tables
that they come from the same questions take seconds.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta, timezone
from functools import lru_cache
from typing import Any, NamedTuple

from bot.services.statistics_ports import (
    EVERYTHING,
    Counts,
    Dimension,
    Durations,
    Only,
    RefundCost,
    Span,
    Statistics,
)
from bot.store.repositories.base import Repository
from bot.store.repositories.statistics_sql import POSTGRES, SQLITE, Sql
from bot.store.tables.statistics import FIGURES

_D = Dimension

# What weeks are counted from.
_FIRST_MONDAY = date(1970, 1, 5)

# Long enough for a survey, a late refund or a customer who comes again.
_SETTLES = timedelta(days=60)

_FIGURES = ", ".join(FIGURES)
_COLUMNS = f"case_number, case_version, is_final, {_FIGURES}"
# What departments report of goods, papers and money: somebody always does, whoever decided.
_DEPARTMENTS_WORK = (
    "'customs.papers_received', 'customs.submitted', 'exchange.difference_paid', 'repair.quoted', 'return.label_issued'"
)
# What a person did about a case until it was resolved, by the audit log. A case may have moved to another conversation,
# and what belongs to it is recorded in its conversation under a name of its own.
_BY_AGENT = (
    "FROM audit_events a WHERE (a.subject = 'case:' || c.number "
    "OR a.conversation_id = c.conversation_id AND {case_of_event} = c.number) AND substr(a.actor, 1, 6) = 'agent:' "
    f"AND a.action NOT IN ({_DEPARTMENTS_WORK}) "
    "AND a.at >= c.opened_at AND (c.resolved_at IS NULL OR a.at <= c.resolved_at)"
)
_HANDED_OVER = (
    "FROM escalations e WHERE (e.case_number = c.number "
    "OR e.conversation_id = c.conversation_id AND e.case_number IS NULL) "
    "AND e.opened_at >= c.opened_at AND e.opened_at <= c.resolved_at"
)
# Whoever had it in hand, else whoever decided about it at the desk.
_AGENT = (
    "coalesce((SELECT e.agent_id FROM escalations e WHERE e.case_number = c.number AND e.agent_id IS NOT NULL "
    f"ORDER BY e.id DESC LIMIT 1), (SELECT substr(a.actor, 7) {_BY_AGENT} ORDER BY a.id DESC LIMIT 1))"
)
_AGAIN = (
    "EXISTS (SELECT 1 FROM contacts x WHERE x.customer_id = c.customer_id AND x.order_number = c.order_number "
    "AND x.began_at > c.opened_at)"
)
_PAID_BACK = "FROM refunds r WHERE r.case_number = c.number AND r.state <> 'canceled'"
# A case without chosen lines is about all lines of its order.
_GOODS = (
    f"INSERT INTO case_goods (kind, key, case_number, {_FIGURES}) SELECT g.kind, g.key, f.case_number, {_FIGURES} "
    "FROM case_facts f JOIN ("
    "SELECT 'product' AS kind, l.product_id AS key, c.number FROM cases c {lines} WHERE c.number IN ({marks}) "
    "UNION SELECT 'supplier', p.supplier, c.number FROM cases c {lines} JOIN products p ON p.id = l.product_id "
    "WHERE p.supplier IS NOT NULL AND c.number IN ({marks}) "
    "UNION SELECT 'carrier', s.carrier, c.number FROM cases c JOIN shipments s ON s.order_number = c.order_number "
    "WHERE c.number IN ({marks})) g ON g.number = f.case_number"
)
_LINES = "JOIN order_lines l ON l.order_number = c.order_number AND (c.lines = '{{}}' OR {has_line})"
_GOODS_OF = frozenset({_D.PRODUCT, _D.SUPPLIER, _D.CARRIER})


class SqlStatistics(Repository, Statistics):
    """Figures about cases by the day they were opened."""

    async def stale(self, limit: int = 500) -> list[str]:
        """Return cases whose figures are missing, or may have changed since they were taken down."""
        rows = await self._transaction.read(
            "SELECT c.number FROM cases c LEFT JOIN case_facts f ON f.case_number = c.number "
            "WHERE f.case_number IS NULL OR f.case_version <> c.version OR NOT f.is_final ORDER BY 1 LIMIT ?",
            limit,
        )
        return [number for (number,) in rows]

    async def take_down(self, case_numbers: Sequence[str], today: date) -> None:
        """Take down the figures of cases as they stand now, in place of older ones."""
        marks = ", ".join("?" for _ in case_numbers)
        lines = _LINES.format(has_line=self._sql.has_line)
        if self._sql is POSTGRES:
            # Compiling what looks so expensive takes longer than running it.
            await self._transaction.write("SET LOCAL jit = off")
        for table in ("case_facts", "case_goods"):
            await self._transaction.write(f"DELETE FROM {table} WHERE case_number IN ({marks})", *case_numbers)
        settled = (today - _SETTLES).isoformat()
        facts = f"INSERT INTO case_facts ({_COLUMNS}) {self._facts()} WHERE c.number IN ({marks})"
        await self._transaction.write(facts, settled, *case_numbers)
        await self._transaction.write(_GOODS.format(lines=lines, marks=marks), *(tuple(case_numbers) * 3))

    async def counts(self, span: Span, by: Dimension | None, only: Only = EVERYTHING) -> Sequence[Counts]:
        """Return what can be counted."""
        of = _rows(by, span, only)
        sums = ", ".join(f"sum({name})" for name in Counts._fields[2:10])
        rows = await self._transaction.read(
            f"SELECT {of.key}, count(*), {sums}, count(rating), coalesce(sum(rating), 0), sum(repeated) "
            f"FROM {of.source} GROUP BY 1 ORDER BY 1",
            *of.values,
        )
        return [Counts(key, *map(int, numbers)) for key, *numbers in rows if numbers[0]]

    async def first_responses(self, span: Span, by: Dimension | None, only: Only = EVERYTHING) -> Sequence[Durations]:
        """Return how long customers waited for the first answer."""
        return await self._durations("first_response_seconds", _rows(by, span, only))

    async def resolutions(self, span: Span, by: Dimension | None, only: Only = EVERYTHING) -> Sequence[Durations]:
        """Return how long it took until cases were resolved."""
        return await self._durations("resolution_seconds", _rows(by, span, only))

    async def refunds(self, span: Span, by: Dimension | None, only: Only = EVERYTHING) -> Sequence[RefundCost]:
        """Return what was refunded, by currency, without what was canceled."""
        of = _rows(by, span, only)
        rows = await self._transaction.read(
            f"SELECT {of.key}, refund_currency, sum(refund_minor) FROM {of.source} AND refund_minor IS NOT NULL "
            "GROUP BY 1, 2 ORDER BY 1, 2",
            *of.values,
        )
        return [RefundCost(key, currency, int(minor)) for key, currency, minor in rows]

    async def keys(self, by: Dimension) -> list[str]:
        """Return every key that cases were ever told apart by, in order."""
        key, table, where = _grouped(by)
        rows = await self._transaction.read(f"SELECT DISTINCT {key} FROM {table} WHERE {where} AND {key} <> ''")
        return sorted(found for (found,) in rows)

    async def shipped(self, span: Span, by: Dimension) -> dict[tuple[str, date], int]:
        """Return, by key and Monday of the week, how many orders were placed and not canceled."""
        key, joins = _of_order(by, self._sql)
        rows = await self._transaction.read(
            f"SELECT {key}, {self._placed} FROM orders o {joins} "
            "WHERE o.placed_at >= ? AND o.placed_at < ? AND o.state NOT IN ('pending', 'canceled') GROUP BY 1",
            *self._moments(span),
        )
        return {(key, monday): n for key, *placed in rows if key is not None for monday, n in _by_week(*placed)}

    async def complaints(self, span: Span, by: Dimension) -> dict[tuple[str, str, date], int]:
        """Return, by key, issue and Monday, how many orders placed in that week got a case about the issue."""
        key, source, where = _grouped(by)
        rows = await self._transaction.read(
            f"SELECT {key}, f.issue, {self._placed} FROM {source} "
            "JOIN cases c ON c.number = f.case_number JOIN orders o ON o.number = c.order_number "
            f"WHERE {where} AND o.placed_at >= ? AND o.placed_at < ? AND c.state <> 'withdrawn' GROUP BY 1, 2",
            *self._moments(span),
        )
        return {
            (key, issue, monday): n
            for key, issue, *placed in rows
            if key is not None
            for monday, n in _by_week(*placed)
        }

    async def newest_case(self, by: Dimension, key: str, issue: str) -> str | None:
        """Return the newest case of a key about an issue, or None."""
        column, source, where = _grouped(by)
        rows = await self._transaction.read(
            f"SELECT f.case_number FROM {source} WHERE {where} AND {column} = ? AND f.issue = ? "
            "ORDER BY f.day DESC, f.case_number DESC LIMIT 1",
            key,
            issue,
        )
        return next((number for (number,) in rows), None)

    async def _durations(self, seconds: str, of: _Rows) -> list[Durations]:
        # Sorted here: window functions over all rows take both databases longer than handing the numbers over, and all
        # numbers of a key in one row take a third of the time that a row each takes.
        rows = await self._transaction.read(
            f"SELECT {of.key}, {self._sql.numbers.format(seconds)} FROM {of.source} AND {seconds} IS NOT NULL "
            "GROUP BY 1 ORDER BY 1",
            *of.values,
        )
        found = []
        for name, numbers in rows:
            values = sorted(map(int, numbers.split(",") if isinstance(numbers, str) else numbers))
            found.append(Durations(name, len(values), _nearest_rank(values, 50), _nearest_rank(values, 90)))
        return found

    def _facts(self) -> str:
        sql = self._sql
        is_done = "c.state IN ('resolved', 'closed') AND c.resolved_at IS NOT NULL"
        answered = sql.seconds.format("t.stopped_at", "t.started_at")
        clock = "FROM service_clocks t WHERE t.case_number = c.number AND t.metric ="
        by_agent = _BY_AGENT.format(case_of_event=sql.case_of_event)
        by_bot = f"NOT EXISTS (SELECT 1 {by_agent}) AND NOT EXISTS (SELECT 1 {_HANDED_OVER})"
        agent = _AGENT.format(case_of_event=sql.case_of_event)
        decided = "(t.stopped_at IS NOT NULL OR t.breached_at IS NOT NULL)"
        metrics = ", ".join(
            f"(SELECT count(*) {clock} '{metric}' AND {decided}), "
            f"(SELECT count(*) {clock} '{metric}' AND {decided} AND t.breached_at IS NULL)"
            for metric in ("first_response", "next_response", "resolution")
        )
        return (
            f"SELECT c.number, c.version, {sql.day.format('c.opened_at')} < ? AND c.state IN ('closed', 'withdrawn'), "
            f"{sql.day.format('c.opened_at')}, {sql.week.format('c.opened_at')}, {sql.month.format('c.opened_at')}, "
            f"c.issue_type, c.language, c.channel, c.liability, coalesce({sql.country}, ''), {agent}, "
            f"CASE WHEN {is_done} THEN 1 ELSE 0 END, CASE WHEN {is_done} AND {by_bot} THEN 1 ELSE 0 END, "
            f"(SELECT min({answered}) {clock} 'first_response' AND t.stopped_at IS NOT NULL), "
            f"{sql.seconds.format('c.resolved_at', 'c.opened_at')}, {metrics}, "
            "(SELECT g.rating FROM ratings g WHERE g.case_number = c.number), "
            f"CASE WHEN {_AGAIN} THEN 1 ELSE 0 END, (SELECT CAST(sum(r.amount_minor) AS bigint) {_PAID_BACK}), "
            f"(SELECT min(r.amount_currency) {_PAID_BACK}) FROM cases c JOIN orders o ON o.number = c.order_number"
        )

    @property
    def _placed(self) -> str:
        # All orders of a key in one row, each with its week: telling them apart by week and counting each once makes
        # PostgreSQL sort texts, alone and on disk, because it cannot guess how few weeks there are.
        return f"{self._sql.array.format('o.number')}, {self._sql.array.format(self._sql.weeks.format('o.placed_at'))}"

    @property
    def _sql(self) -> Sql:
        return SQLITE if self._transaction.dialect.name == "sqlite" else POSTGRES

    def _moments(self, span: Span) -> tuple[Any, ...]:
        moments = [datetime.combine(day, time.min, timezone.utc) for day in (span.since, span.until)]
        is_sqlite = self._transaction.dialect.name == "sqlite"
        return tuple(moment.strftime("%Y-%m-%d %H:%M:%S.%f") if is_sqlite else moment for moment in moments)


def _by_week(orders: Sequence[str] | str, weeks: Sequence[int] | str) -> Iterator[tuple[date, int]]:
    """Return the Mondays of weeks, and how many different orders were placed in each; SQLite brings arrays as JSON."""
    numbers, of = (json.loads(one) if isinstance(one, str) else one for one in (orders, weeks))
    for week, count in Counter(dict(zip(numbers, of)).values()).items():
        yield _monday(week), count


# Not only to spare the addition: a date works out its hash once, and tens of thousands of keys hold one.
@lru_cache(maxsize=1024)
def _monday(week: int) -> date:
    return _FIRST_MONDAY + timedelta(weeks=week)


def _nearest_rank(values: Sequence[int], percent: int) -> int:
    """Return the smallest of sorted values that at least so many percent of them do not exceed."""
    return values[(len(values) * percent + 99) // 100 - 1]


class _Rows(NamedTuple):
    """What to group by, the rows to read with their condition, and the values of its parameters."""

    key: str
    source: str
    values: tuple[str, ...]


def _rows(by: Dimension | None, span: Span, only: Only) -> _Rows:
    """Return the figures of the cases opened in a span; ``only`` leaves out those of other keys."""
    goods = {dimension: key for dimension, key in only.items() if dimension in _GOODS_OF}
    # Where one product is wanted, its rows lie together; those of all cases need not be read.
    kind = by if by in _GOODS_OF else next(iter(goods), None)
    key, table, where = _grouped(kind)
    conditions, values = [where, "f.day >= ?", "f.day < ?"], [span.since.isoformat(), span.until.isoformat()]
    for dimension, wanted in only.items():
        if dimension is kind:
            conditions.append("f.key = ?")
        elif dimension in _GOODS_OF:
            conditions.append(
                f"f.case_number IN (SELECT case_number FROM case_goods WHERE kind = '{dimension.value}' AND key = ?)"
            )
        else:
            conditions.append(f"f.{dimension.value} = ?")
        values.append(wanted)
    if by is not kind:
        key = f"f.{by.value}" if by else "''"
    return _Rows(key, f"{table} WHERE {' AND '.join([*conditions, f'{key} IS NOT NULL'])}", tuple(values))


def _grouped(by: Dimension | None) -> tuple[str, str, str]:
    """Return a dimension's key, the table that it comes from, and which rows of it count."""
    if by is None:
        return "''", "case_facts f", "TRUE"
    if by in _GOODS_OF:
        return "f.key", "case_goods f", f"f.kind = '{by.value}'"
    return f"f.{by.value}", "case_facts f", "TRUE"


def _of_order(by: Dimension, sql: Sql) -> tuple[str, str]:
    """Return a dimension's key of an order ``o``, and the joins it takes."""
    lines = "JOIN order_lines l ON l.order_number = o.number"
    return {
        _D.PRODUCT: ("l.product_id", lines),
        _D.SUPPLIER: ("p.supplier", f"{lines} JOIN products p ON p.id = l.product_id"),
        _D.CARRIER: ("s.carrier", "JOIN shipments s ON s.order_number = o.number"),
        _D.DESTINATION: (sql.country, ""),
    }[by]
