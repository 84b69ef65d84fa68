"""The installation that is simulated, and the end of its process at random moments."""

from __future__ import annotations

import queue
import random
import threading
import time
from collections import Counter
from pathlib import Path

from bench.installation import ROOT, Installation
from bench.processes import BenchError

SHOP_SECRET = "a secret that shop and Parley share, in simulations only"

OFFSET = "offset"
"""The file in PARLEY_VAR that says how many seconds simulated time is ahead; it outlives the process."""

TICK = "/simulation/tick"
"""Where the served process takes the simulated moment, and does what is due by then."""

#: What happens within a tick takes some tenths of a second, so most kills fall into the middle of it.
_LATEST_SECONDS = 0.6


def simulated(folder: Path, model: Path) -> Installation:
    """Return an installation whose process lives in simulated time."""
    return Installation(
        folder,
        "bench.simulation.served",
        ("{port}", str(model)),
        log="served.log",
        environment={
            "PARLEY_DEMO_SHOP": "no",
            # A year has nights and holidays.
            "PARLEY_SERVICE_LEVELS": str(ROOT / "data" / "sla.yml"),
            "PARLEY_SECRET": "a secret of the simulation's desk",
            "PARLEY_SHOP_SECRET": SHOP_SECRET,
            "PYTHONWARNINGS": "ignore",
        },
    )


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
