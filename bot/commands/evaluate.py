"""``parley eval``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot import training
from bot.settings import Settings

app = typer.Typer(help="Measure how well the bot understands.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Measure how well the bot understands."""


@app.command()
def nlu(
    files: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, help="LANGUAGE.jsonl files.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON, and nothing else.")] = False,
) -> None:
    """Print accuracy and latency of intents, issue types, language and order numbers, by language."""
    settings = Settings.from_environment()
    model = training.ensure_model(settings)
    from bot.nlu import evaluation

    evaluation.run(files, as_json, model)
