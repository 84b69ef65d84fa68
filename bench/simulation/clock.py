"""The simulation's own view of simulated time."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from bench.installation import Installation
from bench.processes import BenchError
from bench.simulation.process import OFFSET, TICK
from bench.simulation.wire import send_json

#: Longer than a lease of the scheduler: what a killed process was at is free again after it.
_PAST_A_LEASE = timedelta(seconds=31)
_MOST_ROUNDS = 50


class Time:
    """Moves an installation's time on and knows it; the calendar never goes back."""

    def __init__(self, installation: Installation, start: datetime) -> None:
        self._installation = installation
        self._ahead = start - datetime.now(timezone.utc)
        (installation.folder / OFFSET).write_text(str(self._ahead.total_seconds()), "utf-8")

    def now(self) -> datetime:
        """Return the present simulated moment."""
        return datetime.now(timezone.utc) + self._ahead

    def move(self, moment: datetime) -> None:
        """Go on at a moment and let everything happen that is due by then."""
        for _ in range(_MOST_ROUNDS):
            self._ahead = max(self._ahead, moment - datetime.now(timezone.utc))
            starts = self._installation.starts
            answer = send_json(self._installation.base + TICK, {"now": self.now().isoformat()})
            if answer.status != 200:
                raise BenchError(f"the tick at {moment} was answered {answer.status}; see {self._installation.log}")
            if not answer.was_repeated and starts == self._installation.starts:
                return
            moment = self.now() + _PAST_A_LEASE
        raise BenchError("killed too often to come to an end")
