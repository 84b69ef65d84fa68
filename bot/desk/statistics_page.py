"""What the page of statistics shows: tiles, the course of a measure, a breakdown, patterns and people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from bot.conversations.ports import UnitOfWork
from bot.desk import charts, formats, measures
from bot.desk.charts import Columns
from bot.desk.measures import MANNERS, Kind, Measure
from bot.desk.statistics_names import key_names, name_of, time_name
from bot.desk.statistics_query import Query
from bot.desk.texts import Texts
from bot.services import agents_load, pattern_alerts, statistics
from bot.services.agents_load import AgentLoad
from bot.services.pattern_alerts import PatternAlert
from bot.services.statistics import Figures
from bot.services.statistics_ports import Dimension


@dataclass(frozen=True)
class Tile:
    """One figure of the whole period; ``tone`` is good, bad or plain, ``change`` empty where nothing is known."""

    measure: Measure
    name: str
    value: str
    change: str
    tone: str
    note: str


@dataclass(frozen=True)
class Course:
    """How a measure went over time: the chart, and what is written below and above each column."""

    chart: Columns
    labels: list[str]
    values: list[str]
    ticks: list[str]


@dataclass(frozen=True)
class Row:
    """One line of the breakdown; ``share`` is the length of its bar in per cent, ``values`` are all measures."""

    key: str
    name: str
    share: float | None
    values: dict[Measure, str]


@dataclass(frozen=True)
class Board:
    """Everything the page shows."""

    tiles: list[Tile]
    course: Course
    rows: list[Row]
    alerts: list[PatternAlert]
    agents: list[AgentLoad]
    names: Mapping[Dimension, Mapping[str, str]]
    cases: int


async def load(
    uow: UnitOfWork, query: Query, rates: Mapping[str, Decimal], currency: str, now: datetime, _: Texts
) -> Board:
    """Return everything that a query asks for; ``rates`` are those of the policy, whose currency is given."""

    async def figures(by: Dimension | None) -> list[Figures]:
        return await statistics.figures(uow, query.span, by, rates, query.only)

    whole = await figures(None)
    before = await statistics.figures(uow, query.before, None, rates, query.only)
    by_time = {one.key: one for one in await figures(query.rhythm)}
    parts = await figures(query.by)
    alerts = await pattern_alerts.lately(uow, now, query.only)
    names = await key_names(uow, {query.by, *query.only, *(alert.by for alert in alerts)})
    return Board(
        tiles=_tiles(whole[0] if whole else None, before[0] if before else None, currency, _),
        course=_course(query, by_time, currency, _),
        rows=_rows(query, parts, names.get(query.by, {}), currency, _),
        alerts=alerts,
        agents=await agents_load.agents_load(uow, await figures(Dimension.AGENT)),
        names=names,
        cases=whole[0].cases if whole else 0,
    )


def _tiles(now: Figures | None, before: Figures | None, currency: str, _: Texts) -> list[Tile]:
    names = measures.names(_)
    return [_tile(measure, names[measure], now, before, currency, _) for measure in Measure]


def _tile(measure: Measure, name: str, now: Figures | None, before: Figures | None, currency: str, _: Texts) -> Tile:
    manner = MANNERS[measure]
    value = manner.read(now) if now else None
    earlier = manner.read(before) if before else None
    change, direction = _change(measure, value, earlier, _)
    tone = "plain" if not direction or not manner.better else "good" if direction == manner.better else "bad"
    note = ""
    if measure is Measure.SATISFACTION and now:
        note = _.count("1 rating", "{count} ratings", now.ratings)
    elif measure is Measure.CASES and now:
        note = _("{count} resolved", count=formats.number(now.resolved, _))
    return Tile(measure, name, measures.written(measure, value, currency, _), change, tone, note)


def _change(measure: Measure, value: float | None, earlier: float | None, _: Texts) -> tuple[str, int]:
    """Return how a value differs from the earlier one, in words, and 1 for more, -1 for less, 0 for neither."""
    if value is None or earlier is None:
        return "", 0
    kind = MANNERS[measure].kind
    if kind is Kind.SHARE:
        points = round((value - earlier) * 100)
        amount, direction = _.count("{count} point", "{count} points", abs(points)), points
    elif kind is Kind.RATING:
        difference = round(value - earlier, 2)
        amount, direction = formats.number(abs(difference), _), round(difference * 100)
    elif not earlier:
        return "", 0
    else:
        share = (value - earlier) / earlier
        amount, direction = formats.percent(abs(share), _), round(share * 100)
    if not direction:
        return _("as before"), 0
    return (_("{amount} more", amount=amount), 1) if direction > 0 else (_("{amount} less", amount=amount), -1)


def _course(query: Query, by_time: Mapping[str, Figures], currency: str, _: Texts) -> Course:
    manner = MANNERS[query.measure]
    keys = _times(query)
    values = [_value(query.measure, by_time.get(key)) for key in keys]
    chart = charts.columns(values, manner.steps, manner.top)
    return Course(
        chart,
        [time_name(key, query.rhythm, _) for key in keys],
        [measures.written(query.measure, value, currency, _) for value in values],
        [measures.written(query.measure, tick.value, currency, _) if tick.value else "0" for tick in chart.ticks],
    )


def _value(measure: Measure, figures: Figures | None) -> float | None:
    if figures is None:
        # No cases are a number, too; of everything else nothing was measured.
        return 0 if measure in (Measure.CASES, Measure.REFUNDS) else None
    return MANNERS[measure].read(figures)


def _times(query: Query) -> list[str]:
    """Return every day, Monday or month of a period, also those without cases."""
    if query.rhythm is Dimension.DAY:
        return [(query.first + timedelta(days=day)).isoformat() for day in range(query.days)]
    if query.rhythm is Dimension.WEEK:
        monday = query.first - timedelta(days=query.first.weekday())
        weeks = (query.last - monday).days // 7 + 1
        return [(monday + timedelta(weeks=week)).isoformat() for week in range(weeks)]
    months = (query.last.year - query.first.year) * 12 + query.last.month - query.first.month + 1
    numbers = (query.first.year * 12 + query.first.month - 1 + month for month in range(months))
    return [f"{number // 12:04}-{number % 12 + 1:02}" for number in numbers]


def _rows(query: Query, parts: Sequence[Figures], names: Mapping[str, str], currency: str, _: Texts) -> list[Row]:
    read = MANNERS[query.measure].read
    bars = charts.shares([read(one) for one in parts], MANNERS[query.measure].top)
    return [
        Row(
            one.key,
            name_of(query.by, one.key, {query.by: names}, _),
            share,
            {measure: measures.written(measure, MANNERS[measure].read(one), currency, _) for measure in Measure},
        )
        for one, share in zip(parts, bars, strict=True)
    ]
