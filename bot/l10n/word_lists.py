"""Reads the word lists beside this module, which are no translations; cached."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any

import yaml


@cache
def word_lists(name: str) -> dict[str, Any]:
    """Return the word lists of `<name>.yml`; keys and words are all strings, `no` and `yes` included."""
    text = resources.files("bot.l10n").joinpath(f"{name}.yml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.load(text, Loader=yaml.BaseLoader)
    return loaded
