"""``parley ledger``: whether every cent is where it should be."""

from __future__ import annotations

import asyncio

import typer

from bot import bootstrap
from bot.services import ledger
from bot.services.ledger import LedgerReport
from bot.settings import Settings

app = typer.Typer(help="The ledger of refunds, coupons and claims.", no_args_is_help=True)


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
