"""The installation that is simulated: its folder, its commands, the process that serves it, and the end of that."""

from __future__ import annotations

import os
import queue
import random
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from http.client import HTTPException
from pathlib import Path

from bench.processes import BenchError, free_port

ROOT = Path(__file__).resolve().parents[2]
SHOP_SECRET = "a secret that shop and Parley share, in simulations only"

OFFSET = "offset"
"""The file in PARLEY_VAR that says how many seconds simulated time is ahead; it outlives the process."""

TICK = "/simulation/tick"
"""Where the served process takes the simulated moment, and does what is due by then."""

_START_SECONDS = 180
#: What happens within a tick takes some tenths of a second, so most kills fall into the middle of it.
_LATEST_SECONDS = 0.6


class Installation:
    """One Parley in a folder of its own, which may be killed and started again at any moment."""

    def __init__(self, folder: Path, model: Path) -> None:
        self.folder = folder
        self._model = model
        self.starts = 0
        self._port = free_port()
        self.base = f"http://127.0.0.1:{self._port}"
        self._process: subprocess.Popen[bytes] | None = None
        self._environment = {
            **os.environ,
            "PARLEY_VAR": str(folder),
            "PARLEY_DEMO_SHOP": "no",
            "PARLEY_SECRET": "a secret of the simulation's desk",
            "PARLEY_SHOP_SECRET": SHOP_SECRET,
            "RASA_TELEMETRY_ENABLED": "false",
            "TF_CPP_MIN_LOG_LEVEL": "3",
            "PYTHONWARNINGS": "ignore",
        }
        folder.mkdir(parents=True, exist_ok=True)

    @property
    def log(self) -> Path:
        """Return the file with everything the serving processes printed."""
        return self.folder / "served.log"

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a ``parley`` command of this installation."""
        return subprocess.run(
            [sys.executable, "-m", "bot", *arguments],
            cwd=ROOT, env=self._environment, capture_output=True, text=True, timeout=300,
        )  # fmt: skip

    def start(self) -> None:
        """Start serving and wait until it answers."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "bench.simulation.served", str(self._port), str(self._model)],
                cwd=ROOT, env=self._environment, stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
            )  # fmt: skip
        self.starts += 1
        deadline = time.monotonic() + _START_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise BenchError(f"Parley did not start; see {self.log}")
            time.sleep(0.05)

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
                self._process.wait(30)
            except subprocess.TimeoutExpired:
                self.kill()

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.base}/health", timeout=2):
                return True
        except urllib.error.HTTPError:
            return True
        except (OSError, ValueError, HTTPException):
            return False


class Killer:
    """Ends an installation's process at random moments of a run and starts it again, so many times."""

    def __init__(self, installation: Installation, kills: int, ticks: int, seed: int) -> None:
        self._installation = installation
        self._chance = random.Random(f"kills {seed}")
        self._ticks = Counter(self._chance.randrange(ticks) for _ in range(kills))
        self._orders: queue.Queue[bool] = queue.Queue()
        self.done = 0
        self.failure: BenchError | None = None
        self._thread = threading.Thread(target=self._run, name="killer", daemon=True)
        self._thread.start()

    def reach(self, tick: int) -> None:
        """Let the kills come that fall into a tick, each a random moment after the one before."""
        for _ in range(self._ticks.pop(tick, 0)):
            self._orders.put(True)

    def stop(self) -> None:
        """Return when the last kill is survived."""
        for tick in list(self._ticks):
            self.reach(tick)
        self._orders.put(False)
        self._thread.join()
        if self.failure is not None:
            raise self.failure

    def _run(self) -> None:
        while self._orders.get():
            time.sleep(self._chance.uniform(0, _LATEST_SECONDS))
            self._installation.kill()
            try:
                self._installation.start()
            except BenchError as error:
                self.failure = error
                return
            self.done += 1
