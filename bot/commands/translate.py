"""``parley translate``: try out what is configured to translate for people."""

from __future__ import annotations

import asyncio
import time
from typing import Annotated

import typer

from bot import bootstrap
from bot.errors import SettingsError
from bot.l10n.languages import resolve
from bot.settings import Settings
from bot.translation.result import Translation, Unavailable


def translate(
    text: Annotated[str, typer.Argument(help="The text.")],
    source: Annotated[str, typer.Option("--from", help="Its language (BCP 47).")],
    target: Annotated[str, typer.Option("--to", help="The language wanted (BCP 47).")],
) -> None:
    """Translate a text by the engines of PARLEY_TRANSLATION and tell which one did it, in what time."""
    settings = Settings.from_environment()
    languages = [_language(tag) for tag in (source, target)]

    async def run() -> Translation | Unavailable:
        translations = bootstrap.translations(settings)
        try:
            return await translations.translate(text, *languages)
        finally:
            await translations.close()

    started = time.monotonic()
    result = asyncio.run(run())
    seconds = f"{time.monotonic() - started:.2f} s"
    if isinstance(result, Translation):
        typer.echo(result.text)
        typer.echo(f"{result.engine}, {seconds}", err=True)
        return
    for engine, reason in result.tried:
        typer.echo(f"{engine}: {reason.value}", err=True)
    typer.echo(f"no translation: {result.reason.value}, {seconds}", err=True)
    raise typer.Exit(1)


def _language(tag: str) -> str:
    code = resolve(tag)
    if code is None:
        raise SettingsError(f"'{tag}' is not in bot/l10n/languages.py: give a code such as en, pt or zh-TW")
    return code
