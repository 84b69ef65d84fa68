"""The statistics of the desk: a page of charts, and the same figures as a file."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from aiohttp import web

from bot.aftersales.audit import AuditEvent
from bot.conversations.ports import UnitOfWork
from bot.desk import measures, statistics_page, statistics_query
from bot.desk.keys import desk_of, visitor_of
from bot.desk.measures import Measure
from bot.desk.pages import page, texts_of
from bot.desk.permissions import Permission, needs
from bot.desk.statistics_names import key_names, name_of
from bot.desk.statistics_page import Board
from bot.desk.statistics_query import BREAKDOWNS, FILTERS, Period, Query
from bot.desk.texts import Texts
from bot.services import statistics
from bot.services.statistics_ports import Dimension

_FALLBACK_CURRENCY = "EUR"


@needs(Permission.STATISTICS)
async def show(request: web.Request) -> web.StreamResponse:
    """Show the figures of a period."""
    desk, _ = desk_of(request), texts_of(request)
    query = statistics_query.read(request.query, desk.clock().date())
    rates = desk.policy.exchange_rates
    currency = _currency(rates)
    async with desk.uow() as uow:
        board = await statistics_page.load(uow, query, rates, currency, desk.clock(), _)
        choices = await _choices(uow, query, _)
    values = {
        "query": query,
        "board": board,
        "choices": choices,
        "periods": [period for period in Period if period is not Period.CUSTOM],
        "breakdowns": BREAKDOWNS,
        "measures": list(Measure),
        "measure_names": measures.names(_),
        "agent_figures": _agent_figures(board, currency, _),
        "alert_names": {alert: name_of(alert.by, alert.key, board.names, _) for alert in board.alerts},
        "today": desk.clock().date(),
    }
    return page(request, "statistics.html", values)


@needs(Permission.STATISTICS)
async def export(request: web.Request) -> web.StreamResponse:
    """Send the figures of a period by what the page tells cases apart by, agents, days, weeks or months, as CSV.

    That they were taken along is an event of the audit log.
    """
    desk, visitor = desk_of(request), visitor_of(request)
    query = statistics_query.read(request.query, desk.clock().date())
    by = next((one for one in Dimension if one.value == request.query.get("by")), query.by)
    async with desk.uow() as uow:
        found = await statistics.figures(uow, query.span, by, desk.policy.exchange_rates, query.only)
        taken = {"by": by.value, "since": query.first.isoformat(), "until": query.last.isoformat()}
        taken |= {dimension.value: key for dimension, key in query.only.items()}
        actor = f"agent:{visitor.account.id}"
        uow.audit.add(AuditEvent(desk.clock(), actor, "statistics.exported", "statistics:all", data=taken))
        await uow.commit()
    name = f"parley-{by.value}-{query.first.isoformat()}-{query.last.isoformat()}.csv"
    return web.Response(
        # Without the mark spreadsheets take it for the alphabet of their own country.
        body=("\ufeff" + statistics.as_csv(found)).encode(),
        headers={
            "Content-Type": "text/csv; charset=utf-8",
            "Content-Disposition": f'attachment; filename="{name}"',
        },
    )


async def _choices(uow: UnitOfWork, query: Query, _: Texts) -> dict[Dimension, list[tuple[str, str]]]:
    """Return what can be chosen of each dimension, by name."""
    names = await key_names(uow, set(FILTERS))
    found = {}
    for dimension in FILTERS:
        keys = await uow.statistics.keys(dimension)
        chosen = query.only.get(dimension)
        options = [(key, name_of(dimension, key, names, _)) for key in {*keys, *([chosen] if chosen else [])}]
        found[dimension] = sorted(options, key=lambda option: option[1].casefold())
    return found


def _agent_figures(board: Board, currency: str, _: Texts) -> dict[str, dict[Measure, str]]:
    return {
        load.account.id: {
            measure: measures.written(measure, measures.MANNERS[measure].read(load.figures), currency, _)
            for measure in Measure
        }
        for load in board.agents
        if load.figures is not None
    }


def _currency(rates: Mapping[str, Decimal]) -> str:
    """Return the currency of the policy: the one that is worth itself."""
    return next((currency for currency, rate in rates.items() if rate == 1), _FALLBACK_CURRENCY)


ROUTES = [web.get("/statistics", show), web.get("/statistics.csv", export)]
