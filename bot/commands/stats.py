"""``parley stats`` and ``parley patterns``."""

from __future__ import annotations

import asyncio
import json
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Optional

import typer

from bot import bootstrap
from bot.errors import StartupError
from bot.services import patterns, statistics
from bot.services.patterns import Alert
from bot.services.policy_files import load_policy
from bot.services.statistics import Figures
from bot.services.statistics_ports import Dimension, Span
from bot.settings import Settings

_DAYS = 30


def stats(
    since: Annotated[Optional[datetime], typer.Option("--from", formats=["%Y-%m-%d"], help="First day.")] = None,
    until: Annotated[Optional[datetime], typer.Option("--to", formats=["%Y-%m-%d"], help="Last day.")] = None,
    by: Annotated[Optional[Dimension], typer.Option(help="What to tell cases apart by.")] = None,
    to_csv: Annotated[Optional[Path], typer.Option("--csv", help="Write a CSV file.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, and nothing else.")] = False,
) -> None:
    """Print the figures of the cases opened in the last 30 days, or from one day to another (UTC)."""
    last = until.date() if until else bootstrap.utc_now().date()
    first = since.date() if since else last - timedelta(days=_DAYS - 1)
    found = asyncio.run(_figures(Span(first, last + timedelta(days=1)), by))
    if to_csv is not None:
        _write(to_csv, statistics.as_csv(found))
    if as_json:
        typer.echo(json.dumps([one.as_json() for one in found], ensure_ascii=False, indent=2))
    elif to_csv is None:
        _print(found)


def find_patterns(
    open_tasks: Annotated[bool, typer.Option("--open-tasks", help="Open a task for quality for each, once.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, and nothing else.")] = False,
) -> None:
    """Print which products, suppliers, carriers and destinations get more complaints than chance explains."""

    async def run() -> list[Alert]:
        store = await bootstrap.open_store(Settings.from_environment())
        now = bootstrap.utc_now()
        try:
            await statistics.refresh(store.uow, now.date())
            if open_tasks:
                await patterns.alert(store.uow, now.date(), now)
            async with store.uow() as uow:
                return await patterns.find(uow, now.date())
        finally:
            await store.close()

    found = asyncio.run(run())
    if as_json:
        typer.echo(json.dumps([_as_json(alert) for alert in found], ensure_ascii=False, indent=2))
        return
    for alert in found:
        one = alert.pattern.found
        typer.echo(
            f"{alert.by.value} {one.key}: {one.issue} {one.recent.complaints} of {one.recent.orders} orders "
            f"({one.recent.rate:.1%}), before {one.before.rate:.1%}, peers {one.peers.rate:.1%}, "
            f"q = {alert.pattern.q_value:.1g}"
        )
    if not found:
        typer.echo("no pattern")


async def _figures(span: Span, by: Dimension | None) -> list[Figures]:
    settings = Settings.from_environment()
    rates = load_policy(settings.policy).exchange_rates
    store = await bootstrap.open_store(settings)
    try:
        await statistics.refresh(store.uow, bootstrap.utc_now().date())
        async with store.uow() as uow:
            return await statistics.figures(uow, span, by, rates)
    finally:
        await store.close()


def _print(found: list[Figures]) -> None:
    typer.echo(
        f"{'':<24}{'cases':>7}{'by bot':>8}{'first':>8}{'resolved':>10}{'p90':>8}"
        f"{'on time':>9}{'rating':>8}{'again':>7}{'refunds':>12}"
    )
    for one in found:
        total = "" if one.refund_total is None else f"{one.refund_total:.2f}"
        typer.echo(
            f"{one.key or 'all':<24}{one.cases:>7}{_percent(one.solved_by_bot):>8}"
            f"{_length(one.first_response_median):>8}{_length(one.resolution_median):>10}"
            f"{_length(one.resolution_p90):>8}{_percent(one.resolution_on_time):>9}"
            f"{'' if one.satisfaction is None else format(one.satisfaction, '.2f'):>8}"
            f"{_percent(one.repeat_contacts):>7}{total:>12}"
        )
    if not found:
        typer.echo("no cases")


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share:.0%}"


def _length(seconds: int | None) -> str:
    if seconds is None:
        return ""
    for unit, size in (("d", 86_400), ("h", 3600), ("min", 60)):
        if seconds >= size:
            return f"{seconds / size:.1f} {unit}"
    return f"{seconds} s"


def _as_json(alert: Alert) -> dict[str, Any]:
    one = alert.pattern.found
    return {
        "by": alert.by.value,
        "key": one.key,
        "issue": one.issue,
        "week": date.isoformat(alert.week),
        "complaints": one.recent.complaints,
        "orders": one.recent.orders,
        "rate": one.recent.rate,
        "rate_before": one.before.rate,
        "rate_of_peers": one.peers.rate,
        "p_value": alert.pattern.p_value,
        "q_value": alert.pattern.q_value,
    }


def _write(file: Path, text: str) -> None:
    try:
        file.write_bytes(text.encode())
    except OSError as error:
        raise StartupError(f"cannot write {file}: {error.strerror}") from error
