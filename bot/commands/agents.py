"""``parley agents``."""

from __future__ import annotations

import asyncio
from decimal import Decimal, InvalidOperation
from typing import Annotated, Optional

import typer

from bot import bootstrap
from bot.errors import InvalidInputError
from bot.services import accounts, people
from bot.services.account import CAPACITY, Role
from bot.settings import Settings

app = typer.Typer(help="People who work at the desk.", no_args_is_help=True)


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="Login name.")],
    display_name: Annotated[Optional[str], typer.Option(help="Name that customers see.")] = None,
    role: Annotated[Role, typer.Option()] = Role.AGENT,
    language: Annotated[Optional[list[str]], typer.Option(help="Language spoken; may be repeated.")] = None,
    team: Annotated[Optional[list[str]], typer.Option(help="Id of a team; may be repeated.")] = None,
    capacity: Annotated[int, typer.Option(help="Conversations at once.")] = CAPACITY,
    refund_limit: Annotated[Optional[str], typer.Option(help="In the currency of the policy; none for any.")] = None,
) -> None:
    """Create an account and print its one-time password."""

    async def run() -> str:
        store = await bootstrap.open_store(Settings.from_environment())
        try:
            async with store.uow() as uow:
                _, password = await accounts.create_account(
                    uow,
                    name,
                    display_name or name,
                    role,
                    bootstrap.utc_now(),
                    languages=language or (),
                    teams=team or (),
                    capacity=capacity,
                    refund_limit=_amount(refund_limit),
                )
        finally:
            await store.close()
        return password

    typer.echo(f"{name}: {asyncio.run(run())}")


@app.command()
def recover(name: Annotated[str, typer.Argument(help="Login name.")]) -> None:
    """Let somebody in again who nobody at the desk can help: print a new one-time password.

    The account is active and unlocked afterwards, without a second factor, and logged out everywhere.
    """

    async def run() -> str:
        store = await bootstrap.open_store(Settings.from_environment())
        try:
            async with store.uow() as uow:
                return await people.recover(uow, name, bootstrap.utc_now())
        finally:
            await store.close()

    typer.echo(f"{name}: {asyncio.run(run())}")


def _amount(text: Optional[str]) -> Optional[Decimal]:
    try:
        return Decimal(text) if text else None
    except InvalidOperation as error:
        raise InvalidInputError("refund_limit", "out_of_range") from error
