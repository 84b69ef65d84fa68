"""The two sides: how each is prepared, trained and started. Nothing outside the work folder is written."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sqlite3
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from bench.installation import seed
from bench.processes import BenchError, Program, free_port, run
from bench.stock import project

_START_LIMIT_SECONDS = 600
_PYTHON = [sys.executable, "-m"]


class Side(Protocol):
    """One of the two assistants that are compared."""

    name: str
    folder: Path

    def is_trained(self) -> bool:
        """Tell whether a model is there."""

    def train(self) -> float:
        """Train without any cache and return the seconds it took."""

    def start(self) -> float:
        """Start all its programs and return the seconds until the first customer had an answer."""

    def stop(self) -> None:
        """End all its programs."""

    def memory_bytes(self) -> dict[str, int]:
        """Return the resident memory of each of its programs."""

    @property
    def url(self) -> str:
        """Return where messages are posted to."""


class _Programs:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.running: list[Program] = []
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/webhooks/rest/webhook"

    def stop(self) -> None:
        while self.running:
            self.running.pop().stop()

    def memory_bytes(self) -> dict[str, int]:
        return {program.name: program.memory_bytes() for program in self.running}

    def launch(self, name: str, command: list[str], folder: Path, env: Mapping[str, str]) -> None:
        log = self.folder.parent / f"{name.replace(' ', '-')}.log"
        self.running.append(Program(name, [*_PYTHON, *command], folder, env, log))

    def until_first_answer(self, started: float) -> float:
        while not _answers(self.url):
            for program in self.running:
                program.check()
            if time.monotonic() - started > _START_LIMIT_SECONDS:
                raise BenchError(f"no answer from {self.url} after {_START_LIMIT_SECONDS} seconds")
            time.sleep(0.05)
        return time.monotonic() - started


class ParleySide(_Programs):
    """Parley from a copy of the checkout, so that it finds no cache and nobody's changes disturb it."""

    name = "parley"

    def prepare(self, root: Path) -> None:
        """Copy the checkout and seed the demo shop."""
        for name in ("bot", "actions", "data", "domain", "locales"):
            shutil.copytree(root / name, self.folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        for path in root.glob("*.yml"):
            shutil.copy(path, self.folder)
        asyncio.run(seed(self.folder / "var"))

    def is_trained(self) -> bool:
        return any((self.folder / "models").glob("*.tar.gz"))

    def train(self) -> float:
        log = self.folder.parent / "parley-training.log"
        return run("Parley's training", [*_PYTHON, "bot", "train"], self.folder, self._environment(), log)

    def start(self) -> float:
        self.port, started = free_port(), time.monotonic()
        self.launch("parley", ["bot", "serve", "--port", str(self.port)], self.folder, self._environment())
        return self.until_first_answer(started)

    def database(self) -> Path:
        """Return the file of the demo shop."""
        return self.folder / "var" / "parley.db"

    def _environment(self) -> dict[str, str]:
        return _environment(PARLEY_VAR=str(self.folder / "var"))


class StockSide(_Programs):
    """A stock Rasa server and an action server that runs Parley's actions on a database of their own."""

    name = "stock"

    def __init__(self, folder: Path, actions_folder: Path) -> None:
        super().__init__(folder)
        self._actions_folder = actions_folder

    def prepare(self, root: Path, shop: Path, epochs: int | None) -> None:
        """Generate the project and give it a copy of the demo shop."""
        project.generate(root, self.folder, epochs=epochs)
        var = self.folder / "var"
        var.mkdir()
        with sqlite3.connect(shop) as source, sqlite3.connect(var / "parley.db") as copy:
            source.backup(copy)

    def is_trained(self) -> bool:
        return any((self.folder / "models").glob("*.tar.gz"))

    def train(self) -> float:
        log = self.folder.parent / "stock-training.log"
        command = [*_PYTHON, "rasa", "train", "--domain", "domain"]
        return run("stock training", command, self.folder, _environment(), log)

    def start(self) -> float:
        actions_port, self.port = free_port(), free_port()
        project.connect(self.folder, actions_port)
        started = time.monotonic()
        actions = ["bot", "actions", "--port", str(actions_port)]
        environment = _environment(PARLEY_VAR=str(self.folder / "var"))
        self.launch("stock actions", actions, self._actions_folder, environment)
        server = ["rasa", "run", "--enable-api", "--interface", "127.0.0.1", "--port", str(self.port)]
        self.launch("stock server", server, self.folder, _environment())
        return self.until_first_answer(started)


def _environment(**ours: str) -> dict[str, str]:
    """Return this process's environment without settings that were meant for another Parley."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PARLEY_", "PYTHONPATH"))}
    return {**kept, "RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3", **ours}


def _answers(url: str) -> bool:
    body = json.dumps({"sender": f"start-{uuid.uuid4()}", "message": "hello"}).encode()
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            return bool(json.load(response))
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False
