"""Generates the stock project: Parley's domain, rules and English data under the configuration of `rasa init`."""

from __future__ import annotations

import shutil
from pathlib import Path

import yaml

_OWN = Path(__file__).parent


def generate(root: Path, target: Path, *, epochs: int | None = None) -> None:
    """Write the project into an empty or missing folder.

    Args:
        root: The checkout whose domain and data are used.
        epochs: How long the neural models are trained, instead of what `rasa init` says.
    """
    shutil.copytree(root / "domain", target / "domain")
    shutil.copytree(root / "data" / "nlu" / "en", target / "data" / "nlu")
    shutil.copy(root / "data" / "issues" / "en.yml", target / "data" / "nlu" / "issues.yml")
    shutil.copytree(root / "data" / "rules", target / "data" / "rules")
    shutil.copy(_OWN / "stories.yml", target / "data" / "stories.yml")
    configuration = yaml.safe_load((_OWN / "config.yml").read_text("utf-8"))
    for part in (*configuration["pipeline"], *configuration["policies"]):
        if epochs is not None and "epochs" in part:
            part["epochs"] = epochs
    _write(target / "config.yml", configuration)
    _write(target / "credentials.yml", {"rest": None})


def connect(target: Path, actions_port: int) -> None:
    """Tell the project where its action server listens; the tracker store stays in memory, as by default."""
    _write(target / "endpoints.yml", {"action_endpoint": {"url": f"http://127.0.0.1:{actions_port}/webhook"}})


def _write(path: Path, content: object) -> None:
    path.write_text(yaml.safe_dump(content, sort_keys=False), "utf-8")
