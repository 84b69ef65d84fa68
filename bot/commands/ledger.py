"""``parley ledger``: whether every cent is where it should be."""

from __future__ import annotations

import asyncio
import csv
from datetime import datetime, timezone
from pathlib import Path
from typing import Annotated, Optional

import typer

from bot import bootstrap
from bot.aftersales.payment import RecordedInstruction
from bot.commands.transaction import in_transaction
from bot.errors import StartupError
from bot.services import ledger
from bot.services.csv_cells import harmless
from bot.services.ledger import LedgerReport
from bot.settings import Settings

app = typer.Typer(help="The ledger of refunds, coupons and claims.", no_args_is_help=True)

_MOMENTS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S.%f"]
_COLUMNS = ("recorded_at", "key", "refund", "order", "payment", "method", "amount", "currency", "reference")


@app.callback()
def _ledger() -> None:
    """The ledger of refunds, coupons and claims."""


@app.command()
def check() -> None:
    """Print what every account holds and everything that is wrong; the exit code is 1 where something is."""

    async def run() -> LedgerReport:
        store = await bootstrap.open_store(Settings.from_environment())
        try:
            async with store.uow() as uow:
                return await ledger.check(uow)
        finally:
            await store.close()

    report = asyncio.run(run())
    for account, balance in report.totals:
        side = "credit" if balance.amount < 0 else "debit"
        typer.echo(f"{account.value:<24}{abs(balance.amount):>16} {balance.currency}  {side}")
    for problem in report.problems:
        typer.echo(problem, err=True)
    if report.problems:
        typer.echo(f"{len(report.problems)} problems in {report.refunds} refunds", err=True)
        raise typer.Exit(1)
    typer.echo(f"balanced, {report.refunds} refunds")


@app.command()
def instructions(
    since: Annotated[Optional[datetime], typer.Option(formats=_MOMENTS, help="Only those from then on (UTC).")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many at most.")] = 1000,
    to_csv: Annotated[Optional[Path], typer.Option("--csv", help="Write a CSV file.")] = None,
) -> None:
    """Print what the embedded provider recorded for somebody to pay back, oldest first; a key is one payment."""
    first = since.replace(tzinfo=timezone.utc) if since else None
    found = in_transaction(lambda uow: uow.payment_instructions.page(first, None, limit + 1))
    rows = [_cells(one) for one in found[:limit]]
    if to_csv is not None:
        _write(to_csv, rows)
    else:
        for row in rows:
            typer.echo("  ".join(cell or "-" for cell in row))
    if len(found) > limit:
        typer.echo(f"more follow: --since {found[limit].recorded_at:%Y-%m-%dT%H:%M:%S.%f}", err=True)


def _cells(found: RecordedInstruction) -> tuple[str, ...]:
    amount = found.amount
    return (
        f"{found.recorded_at:%Y-%m-%dT%H:%M:%SZ}", found.key, found.refund_number, found.order_number,
        found.payment_id or "", found.method, str(amount.amount), amount.currency, found.reference,
    )  # fmt: skip


def _write(path: Path, rows: list[tuple[str, ...]]) -> None:
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([_COLUMNS, *([harmless(cell) for cell in row] for row in rows)])
    except OSError as error:
        raise StartupError(f"cannot write {path}: {error.strerror}") from error
