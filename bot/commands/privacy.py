"""``parley export`` and ``parley erase``."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path
from typing import Annotated, Any

import typer

from bot import bootstrap
from bot.errors import StartupError
from bot.services import privacy
from bot.services.personal_document import export_customer
from bot.services.privacy import Erased
from bot.settings import Settings

Who = Annotated[str, typer.Argument(help="Customer id or e-mail address.", metavar="CUSTOMER")]


def export(
    who: Who,
    out: Annotated[Path, typer.Option(help="File to write; it must not exist.")],
) -> None:
    """Write everything about a customer into one JSON file that only you can read."""

    async def run() -> None:
        store = await bootstrap.open_store(Settings.from_environment())
        try:
            async with store.uow() as uow:
                ids = await privacy.customer_ids(uow, who)
                now = bootstrap.utc_now()
                found = [await export_customer(uow, customer_id, now, actor="operator") for customer_id in ids]
                # First, so that nothing is recorded as given out that was not.
                _write(out, found[0] if len(found) == 1 else {"customers": found})
                await uow.commit()
        finally:
            await store.close()

    asyncio.run(run())
    typer.echo(f"written to {out}")


def _write(out: Path, document: dict[str, Any]) -> None:
    try:
        with os.fdopen(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")
    except OSError as error:
        raise StartupError(f"cannot write {out}: {error.strerror}") from error


def erase(
    who: Who,
    force: Annotated[bool, typer.Option("--force", help="Also while a case, a handoff or a refund is open.")] = False,
) -> None:
    """Erase who a customer is, what they wrote and what they sent; orders and money stay without names."""
    settings = Settings.from_environment()

    async def run() -> list[Erased]:
        store = await bootstrap.open_store(settings)
        files = bootstrap.evidence_store(settings)
        try:
            async with store.uow() as uow:
                ids = await privacy.customer_ids(uow, who)
            return [
                await privacy.erase_customer(
                    store.uow, files, customer_id, bootstrap.utc_now(), force=force, actor="operator"
                )
                for customer_id in ids
            ]
        finally:
            await store.close()

    for done in asyncio.run(run()):
        typer.echo(
            f"erased: {done.conversations} conversations and {done.evidence} pieces of evidence deleted, "
            f"{done.orders} orders and {done.cases} cases kept without names"
        )
