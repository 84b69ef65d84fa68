"""One Parley in a folder of its own, whose process can be killed and started again at any moment."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from http.client import HTTPException
from pathlib import Path

from bench.processes import BenchError, free_port

ROOT = Path(__file__).resolve().parents[1]

_START_SECONDS = 180
_STOP_SECONDS = 30
_LAST_WORDS = 2000


class Installation:
    """An installation and the process that serves it now.

    ``module`` with ``arguments`` is what serves; it finds its port in the place of ``{port}``. ``ready`` is what
    answers once it does. What it prints goes to ``log`` in the folder.
    """

    def __init__(
        self,
        folder: Path,
        module: str,
        arguments: Sequence[str],
        *,
        log: str,
        ready: str = "/health",
        environment: dict[str, str],
    ) -> None:
        self.folder = folder
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.log = folder / log
        self.starts = 0
        self._serve = [module, *(argument.format(port=self.port) for argument in arguments)]
        self._ready = ready
        self._environment = {
            **os.environ,
            "PARLEY_VAR": str(folder),
            "RASA_TELEMETRY_ENABLED": "false",
            "TF_CPP_MIN_LOG_LEVEL": "3",
            # What a customer hears who asks for a person depends on the day, except where somebody is always there.
            "PARLEY_SERVICE_LEVELS": str(ROOT / "bench" / "always_open.yml"),
            **environment,
        }
        self._process: subprocess.Popen[bytes] | None = None
        folder.mkdir(parents=True, exist_ok=True)

    def start(self) -> None:
        """Start the process and wait until it answers; raises BenchError with its last words where it does not."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", *self._serve],
                cwd=ROOT, env=self._environment, stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
            )  # fmt: skip
        self.starts += 1
        deadline = time.monotonic() + _START_SECONDS
        while not self._answers():
            ended = self._process.poll()
            if ended is not None or time.monotonic() > deadline:
                self.kill()
                why = "took too long to start" if ended is None else f"ended with {ended}"
                raise BenchError(f"{self._serve[0]} {why}; see {self.log}:\n{self._last_words()}")
            time.sleep(0.05)

    @property
    def pid(self) -> int:
        """Return the id of the process that was started last."""
        assert self._process is not None
        return self._process.pid

    def kill(self) -> None:
        """End the process at once, as a power cut would."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()

    def stop(self) -> None:
        """Ask the process to end, and wait for it."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.kill()

    def command(self, *arguments: str, timeout_seconds: float = 300) -> subprocess.CompletedProcess[str]:
        """Run a ``parley`` command of this installation."""
        return subprocess.run(
            [sys.executable, "-m", "bot", *arguments],
            cwd=ROOT, env=self._environment, capture_output=True, text=True, timeout=timeout_seconds,
        )  # fmt: skip

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(self.base + self._ready, timeout=2):
                return True
        except urllib.error.HTTPError:
            return True
        except (OSError, ValueError, HTTPException):
            return False

    def _last_words(self) -> str:
        return self.log.read_text("utf-8", "replace")[-_LAST_WORDS:]


async def seed(folder: Path) -> None:
    """Fill the database of an installation that does not run yet with the demo shop."""
    from bot import bootstrap
    from bot.services.demo_shop import seed_demo
    from bot.settings import Settings

    store = await bootstrap.open_store(Settings.from_environment({"PARLEY_VAR": str(folder)}))
    try:
        await seed_demo(store.uow, bootstrap.utc_now)
    finally:
        await store.close()
