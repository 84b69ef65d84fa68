"""``parley eval``."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bot import training
from bot.dialogue.without_tensorflow import leave_out_tensorflow
from bot.errors import SettingsError
from bot.settings import Settings
from bot.settings.components import component_names

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
    from bot.nlu import evaluation

    try:
        # Before a model is trained, which takes minutes.
        labelled = evaluation.read_files(files)
    except (OSError, ValueError) as error:
        raise SettingsError(str(error)) from error
    leave_out_tensorflow(component_names())
    evaluation.run(labelled, as_json, training.ensure_model(Settings.from_environment()))


@app.command()
def lid(
    folder: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="Holds LANGUAGE.txt, a message a line.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
    high_accuracy: Annotated[
        bool, typer.Option(help="Compare with lingua's high-accuracy mode, too, which takes 700 MB.")
    ] = False,
) -> None:
    """Print how often the language of a message is told, by its length, against each detector alone."""
    from bot.nlu.language import evaluation

    try:
        sample = evaluation.read_folder(folder)
    except (OSError, ValueError) as error:
        raise SettingsError(str(error)) from error
    for path in sample.ignored:
        typer.echo(f"{path}: ignored, the name does not end in .txt", err=True)
    model = training.ensure_model(Settings.from_environment())
    try:
        scores = evaluation.evaluate(
            sample.messages, partial(evaluation.own_ngrams, model), with_high_accuracy=high_accuracy
        )
    except ValueError as error:
        raise SettingsError(str(error)) from error
    if as_json:
        typer.echo(json.dumps({name: score.as_dict() for name, score in scores.items()}))
    else:
        evaluation.render(scores, Console())
