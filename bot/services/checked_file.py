"""Reading a file of settings in YAML, so that what is wrong in it can be named with its line."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from bot.errors import SettingsError


def read_mapping(file: Path, holds: str = "keys with values") -> Mapping[Any, Any]:
    """Return the mapping that a file consists of, whose keys know their lines.

    Raises SettingsError naming file and line where it is no YAML or no mapping; ``holds`` says what it should hold.
    """
    try:
        # The round-trip reader is the one that knows the line of every key.
        content = YAML(typ="rt").load(file.read_text(encoding="utf-8"))
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise SettingsError(f"{file.name}:{line}: is not YAML: {error.problem or error.context}") from error
    except (YAMLError, UnicodeDecodeError, OSError) as error:
        raise SettingsError(f"{file}: cannot be read: {type(error).__name__}") from error
    if not isinstance(content, Mapping):
        raise SettingsError(f"{file.name}:1: must hold {holds}")
    return content
