"""What the model is made of, by ``config.yml``."""

from __future__ import annotations

import yaml

from bot.errors import StartupError
from bot.settings import ROOT


def component_names() -> list[str]:
    """Return the names of the components, those that understand before those that decide; raises StartupError."""
    config = ROOT / "config.yml"
    try:
        written = yaml.safe_load(config.read_text("utf-8"))
        return [str(component["name"]) for component in (*written["pipeline"], *written["policies"])]
    except OSError as error:
        raise StartupError(f"cannot read {config.name}: {error.strerror}") from error
    except yaml.MarkedYAMLError as error:
        line = f" in line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise StartupError(f"{config.name} is no YAML: {error.problem}{line}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise StartupError(f"{config.name} is no YAML: it holds what no text does") from error
    except (KeyError, TypeError) as error:
        raise StartupError(
            f"{config.name} must have the lists 'pipeline' and 'policies' of components with names"
        ) from error
