"""``parley agents``."""

from __future__ import annotations

import asyncio
from typing import Annotated, Optional

import typer

from bot import bootstrap
from bot.services import accounts
from bot.services.account import Role
from bot.settings import Settings

app = typer.Typer(help="People who work at the desk.", no_args_is_help=True)


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="Login name.")],
    display_name: Annotated[Optional[str], typer.Option(help="Name that customers see.")] = None,
    role: Annotated[Role, typer.Option()] = Role.AGENT,
) -> None:
    """Create an account and print its one-time password."""

    async def run() -> str:
        store = await bootstrap.open_store(Settings.from_environment())
        async with store.uow() as uow:
            _, password = await accounts.create_account(
                uow, name, display_name or name, role, bootstrap.utc_now(), actor="system"
            )
        await store.close()
        return password

    typer.echo(f"{name}: {asyncio.run(run())}")
