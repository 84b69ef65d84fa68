"""``parley cases``: what is known of an order's cases."""

from __future__ import annotations

import asyncio
import json
from typing import Annotated, Any

import typer

from bot import bootstrap
from bot.aftersales.order import normalised_number
from bot.services.case_report import report
from bot.settings import Settings


def cases(
    order: Annotated[str, typer.Option(help="Order number.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, and nothing else.")] = False,
) -> None:
    """Print the cases of an order with returns, exchanges, offers and states."""

    async def run() -> dict[str, Any]:
        store = await bootstrap.open_store(Settings.from_environment())
        try:
            async with store.uow() as uow:
                return await report(uow, normalised_number(order))
        finally:
            await store.close()

    found = asyncio.run(run())
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    if not found["cases"]:
        typer.echo(f"order {found['order']}: no cases")
    for case in found["cases"]:
        typer.echo(f"{case['number']}  {case['issue_type']}  {case['state']}  {case['priority']}  {case['opened_at']}")
        for offer in case["offers"]:
            typer.echo(
                f"  offer     {offer['remedy']}  {offer['state']}  {offer['amount'] or ''} {offer['currency'] or ''}"
            )
        for return_ in case["returns"]:
            typer.echo(f"  return    {return_['rma']}  {return_['state']}  by {return_['deadline']}")
        for exchange in case["exchanges"]:
            typer.echo(f"  exchange  {exchange['sku']} × {exchange['quantity']}  {exchange['state']}")
