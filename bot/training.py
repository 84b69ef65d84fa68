"""The trained model: which file fits the training data, and training it in a process of its own."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import tarfile
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from bot.errors import StartupError
from bot.settings import ROOT, Settings
from bot.settings.components import component_names
from bot.settings.folders import make_writable

_FINISHED = "Finished training component"


def fingerprint() -> str:
    """Return a digest of everything the trained model depends on: data, domain, configuration and components."""
    digest = hashlib.sha256()
    for path in _sources():
        digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def model_path(settings: Settings) -> Path:
    """Return where the model that fits the present training data is, or would be; raises StartupError."""
    try:
        return settings.models / f"parley-{fingerprint()}.tar.gz"
    except OSError as error:
        raise StartupError(f"cannot read {error.filename}, which the model is made of: {error.strerror}") from error


def ensure_model(settings: Settings) -> Path:
    """Return the model that fits the training data; train it if there is none."""
    path = model_path(settings)
    try:
        is_there = path.exists()
        if is_there and not _is_archive(path):
            # Told before Rasa is loaded, which would only find the same out seconds later.
            raise StartupError(f"the model {path.name} is no archive: train a new one with `make train`")
    except OSError as error:
        raise StartupError(f"cannot read {path}: {error.strerror}; set PARLEY_MODELS to another folder") from error
    return path if is_there else train(settings)


def train(settings: Settings) -> Path:
    """Train a model with a progress bar and return its file; raises StartupError with the end of the log."""
    path = model_path(settings)
    parts = len(component_names())
    # Otherwise it would turn out when the training has ended.
    make_writable(settings.models, "PARLEY_MODELS")
    make_writable(settings.var, "PARLEY_VAR", mode=0o700)
    log = settings.var / "train.log"
    command = [
        sys.executable, "-m", "rasa", "train",
        "--domain", "domain", "--config", "config.yml", "--data", "data",
        "--out", str(settings.models.resolve()), "--fixed-model-name", path.name.removesuffix(".tar.gz"),
        # `make check` validates; with all the languages it would take as long as half of the training.
        "--skip-validation",
    ]  # fmt: skip
    environment = {**os.environ, "RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3"}
    with log.open("wb") as output, _exit_on_termination():
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT)
        try:
            _show_progress(process, log, parts)
        finally:
            # Whoever gives up waiting must not leave a training behind that occupies the machine.
            process.kill()
            process.wait()
    if process.returncode != 0 or not path.exists():
        raise StartupError(f"training failed: {_last_words(log)} (whole log: {log})")
    return path


def _is_archive(path: Path) -> bool:
    try:
        return tarfile.is_tarfile(path)
    except (EOFError, zlib.error):
        return False


@contextmanager
def _exit_on_termination() -> Iterator[None]:
    """Let a SIGTERM end this process in order, so that what is in its ``finally`` blocks is done."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _sources() -> Iterator[Path]:
    yield ROOT / "config.yml"
    for folder, pattern in (
        ("data/nlu", "**/*.yml"),
        ("data/issues", "*.yml"),
        ("data/rules", "*.yml"),
        ("data/stories", "*.yml"),
        ("domain", "*.yml"),
        ("bot/nlu", "**/*.py"),
        ("bot/nlu", "**/*.yml"),
    ):
        yield from sorted((ROOT / folder).glob(pattern))


def _show_progress(process: subprocess.Popen[bytes], log: Path, total: int) -> None:
    columns = (TextColumn("Training the model"), BarColumn(), TextColumn("{task.completed}/{task.total} parts"),
               TimeElapsedColumn())  # fmt: skip
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("train", total=total)
        while process.poll() is None:
            try:
                process.wait(0.5)
            except subprocess.TimeoutExpired:
                progress.update(task, completed=min(total, log.read_text("utf-8", "replace").count(_FINISHED)))
        if process.returncode == 0:
            # Parts that did not change come out of the cache without a word.
            progress.update(task, completed=total)


def _last_words(log: Path) -> str:
    lines = [line.strip() for line in log.read_text("utf-8", "replace").splitlines() if line.strip()]
    return lines[-1][:300] if lines else "no output"
