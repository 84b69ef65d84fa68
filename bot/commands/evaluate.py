"""``parley eval``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bot import training
from bot.errors import SettingsError
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


@app.command()
def lid(
    folder: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="Holds LANGUAGE.txt, a message a line.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
    high_accuracy: Annotated[
        bool, typer.Option(help="Compare with lingua's high-accuracy mode, too, which takes 700 MB.")
    ] = False,
) -> None:
    """Print how often the language of a message is told, by its length, against each detector alone."""
    model = training.ensure_model(Settings.from_environment())
    from bot.nlu.language import evaluation

    try:
        scores = evaluation.evaluate(folder, model, with_high_accuracy=high_accuracy)
    except ValueError as error:
        raise SettingsError(str(error)) from error
    if as_json:
        typer.echo(json.dumps({name: score.as_dict() for name, score in scores.items()}))
    else:
        evaluation.render(scores, Console())
