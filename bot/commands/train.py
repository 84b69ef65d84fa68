"""``parley train``."""

from __future__ import annotations

from typing import Annotated

import typer

from bot import training
from bot.settings import Settings


def train(
    force: Annotated[bool, typer.Option(help="Train even if a model fits the training data.")] = False,
) -> None:
    """Train the model that fits the present training data, unless it exists."""
    settings = Settings.from_environment()
    path = training.train(settings) if force else training.ensure_model(settings)
    typer.echo(path)
