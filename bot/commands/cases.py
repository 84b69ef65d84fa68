"""``parley cases``: what is known of an order's cases, and what happened to one of them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Optional

import typer

from bot import bootstrap
from bot.aftersales.order import normalised_number
from bot.errors import NotFoundError
from bot.services.case_report import report
from bot.services.ports import UnitOfWork
from bot.services.timeline import timeline
from bot.settings import Settings

app = typer.Typer(help="The cases of an order; `show` tells what happened to one.", invoke_without_command=True)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, and nothing else.")]


@app.callback()
def cases(
    context: typer.Context,
    order: Annotated[Optional[str], typer.Option(help="Order number.")] = None,
    as_json: AsJson = False,
) -> None:
    """Print the cases of an order with returns, exchanges, offers and states."""
    if context.invoked_subcommand is not None:
        return
    if order is None:
        raise typer.BadParameter("give --order NUMBER, or a command such as show")
    number = normalised_number(order)
    found = _run(lambda uow: report(uow, number))
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    if not found["cases"]:
        typer.echo(f"order {found['order']}: no cases")
    for case in found["cases"]:
        _print_case(case)


@app.command()
def show(number: Annotated[str, typer.Argument(help="Case number.")], as_json: AsJson = False) -> None:
    """Print a case with everything that happened to it, oldest first."""

    async def read(uow: UnitOfWork) -> dict[str, Any]:
        case = await uow.cases.get(number.strip().upper())
        if case is None:
            raise NotFoundError("case", number)
        cases = (await report(uow, case.order_number))["cases"]
        entries = [entry.as_json() for entry in await timeline(uow, case.number)]
        return {"case": next(found for found in cases if found["number"] == case.number), "timeline": entries}

    found = _run(read)
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    _print_case(found["case"])
    for entry in found["timeline"]:
        facts = "  ".join(f"{name}={_short(value)}" for name, value in entry["data"].items() if value not in (None, ""))
        typer.echo(f"{entry['at'][:19].replace('T', ' ')}  {entry['who']:<10}  {entry['what']}  {facts}".rstrip())


def _print_case(case: dict[str, Any]) -> None:
    typer.echo(f"{case['number']}  {case['issue_type']}  {case['state']}  {case['priority']}  {case['opened_at']}")
    for offer in case["offers"]:
        typer.echo(
            f"  offer     {offer['remedy']}  {offer['state']}  {offer['amount'] or ''} {offer['currency'] or ''}"
        )
    for return_ in case["returns"]:
        typer.echo(f"  return    {return_['rma']}  {return_['state']}  by {return_['deadline']}")
    for exchange in case["exchanges"]:
        typer.echo(f"  exchange  {exchange['sku']} × {exchange['quantity']}  {exchange['state']}")
    for claim in case["claims"]:
        amount = f"{claim['amount']} {claim['currency']}"
        typer.echo(f"  claim     {claim['number']}  {claim['party']}  {claim['state']}  {amount}")


def _short(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _run(read: Callable[[UnitOfWork], Awaitable[dict[str, Any]]]) -> dict[str, Any]:
    async def run() -> dict[str, Any]:
        store = await bootstrap.open_store(Settings.from_environment())
        try:
            async with store.uow() as uow:
                return await read(uow)
        finally:
            await store.close()

    return asyncio.run(run())
