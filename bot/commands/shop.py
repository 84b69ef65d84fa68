"""``parley shop`` and ``parley db``."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Annotated, Any

import typer

from bot import bootstrap
from bot.aftersales.order import normalised_number
from bot.channels import signatures
from bot.errors import StartupError
from bot.services.order_sources import wanting
from bot.services.order_sources_ports import OrderSourceError, SourcedOrder
from bot.services.shop_file import import_shop
from bot.settings import Settings

app = typer.Typer(help="The shop's products, customers and orders.", no_args_is_help=True)
database = typer.Typer(help="The database.", no_args_is_help=True)

_MAX_BYTES = 50 * 1024 * 1024


@app.callback()
def _shop() -> None:
    """The shop's products, customers and orders."""


@database.callback()
def _database() -> None:
    """The database."""


@app.command("import")
def import_(file: Annotated[Path, typer.Argument(help="A JSON file, see docs/your-own-shop.md.")]) -> None:
    """Validate a shop file whole and, only if nothing is wrong with it, write it in one transaction."""
    data = _read(file)

    async def run() -> dict[str, int]:
        store = await bootstrap.open_store(Settings.from_environment())
        try:
            return await import_shop(store.uow, data)
        finally:
            await store.close()

    for kind, count in asyncio.run(run()).items():
        typer.echo(f"{count} {kind}")


@app.command()
def sign(file: Annotated[Path, typer.Argument(help="The body of a request, see docs/shop-events.md.")]) -> None:
    """Print the header that signs a file as the body of a request to /api/v1/events, good for five minutes."""
    secret = Settings.from_environment().shop_secret
    if secret is None:
        raise StartupError("there is no secret to sign with: set PARLEY_SHOP_SECRET or PARLEY_SHOP_SECRET_FILE")
    try:
        body = file.read_bytes()
    except OSError as error:
        raise StartupError(f"cannot read {file}: {error.strerror}") from error
    typer.echo(f"{signatures.HEADER}: {signatures.sign(secret, body, bootstrap.utc_now())}")


@app.command("check-source")
def check_source(number: Annotated[str, typer.Argument(help="An order number as customers write it.")]) -> None:
    """Ask the shop's own system for an order, and print what it says and what is missing; writes nothing."""
    source = bootstrap.order_source(Settings.from_environment())
    if source is None:
        raise StartupError("there is no other system to ask: set PARLEY_ORDERS, see docs/order-backends.md")

    async def ask() -> SourcedOrder | None:
        try:
            return await source.find(normalised_number(number))
        finally:
            await source.close()

    try:
        found = asyncio.run(ask())
    except OrderSourceError as error:
        raise StartupError(f"{source.name} gives no usable answer: {error.reason}: {error.hint}") from error
    if found is None:
        raise StartupError(f"{source.name} has no order {number}")
    typer.echo(json.dumps(found.document(), ensure_ascii=False, indent=2))
    missing = wanting(found)
    for line in missing:
        typer.echo(f"- {line}", err=True)
    typer.echo(f"{len(missing)} things to look at", err=True)


@database.command()
def migrate() -> None:
    """Bring the database to the newest schema."""

    async def run() -> None:
        await (await bootstrap.open_store(Settings.from_environment())).close()

    asyncio.run(run())


def _read(file: Path) -> Any:
    try:
        if file.stat().st_size > _MAX_BYTES:
            raise StartupError(f"{file} is larger than 50 MB: split it")
        return json.loads(file.read_text("utf-8"))
    except OSError as error:
        raise StartupError(f"cannot read {file}: {error.strerror}") from error
    except ValueError as error:
        raise StartupError(f"{file} is not JSON: {error}") from error
