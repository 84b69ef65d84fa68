"""``parley return``: papers of a return."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated, Optional

import typer

from bot import bootstrap
from bot.documents.press import printed
from bot.errors import NotFoundError, StartupError
from bot.l10n.languages import SPOKEN, resolve, spoken_language
from bot.services.documents import Slip, return_document
from bot.services.ports import UnitOfWork
from bot.settings import Settings

app = typer.Typer(help="Papers of a return.", no_args_is_help=True)


@app.callback()
def _return() -> None:
    """Papers of a return."""


@app.command()
def document(
    rma: Annotated[str, typer.Argument(help="Return number, such as R1000001.")],
    out: Annotated[Path, typer.Option(help="The PDF to write.")],
    language: Annotated[Optional[str], typer.Option(help="BCP 47 code; by default the customer's language.")] = None,
) -> None:
    """Write the return slip: barcode, label, packing guide, customs note."""
    wanted = resolve(language) if language else None
    if language and wanted not in SPOKEN:
        raise typer.BadParameter(f"'{language}' is none of {', '.join(SPOKEN)}")
    slip = asyncio.run(_slip(rma.strip().upper(), wanted))
    try:
        out.write_bytes(printed(slip, bootstrap.utc_now()))
    except OSError as error:
        raise StartupError(f"cannot write {out}: {error.strerror}") from error
    typer.echo(f"{out}: return slip {slip.number} in {slip.language}")


async def _slip(rma: str, language: str | None) -> Slip:
    store = await bootstrap.open_store(Settings.from_environment())
    try:
        async with store.uow() as uow:
            if language is None:
                language = await _language_of_customer(uow, rma)
            return await return_document(uow, rma, language)
    finally:
        await store.close()


async def _language_of_customer(uow: UnitOfWork, rma: str) -> str:
    return_ = await uow.returns.get(rma)
    case = await uow.cases.get(return_.case_number) if return_ else None
    if case is None:
        raise NotFoundError("return document", rma)
    return spoken_language(case.language)
