"""What keeps us from asking a service that is down, or asking one too often."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

Seconds = Callable[[], float]
"""Return seconds on a clock that never goes back."""

_MINUTE = 60.0


class CircuitBreaker:
    """Closed while a service works; open after failures in a row; then half-open: one request tries it."""

    def __init__(self, *, failures: int, pause_seconds: float, clock: Seconds = time.monotonic) -> None:
        self._limit = failures
        self._pause_seconds = pause_seconds
        self._clock = clock
        self._failures = 0
        self._open_until: float | None = None
        self._is_probing = False

    def allows(self) -> bool:
        """Tell whether a request may be made; say afterwards how it went, or ``abandon`` it."""
        if self._open_until is None:
            return True
        if self._is_probing or self._clock() < self._open_until:
            return False
        self._is_probing = True
        return True

    def succeeded(self) -> None:
        """Close."""
        self._failures, self._open_until, self._is_probing = 0, None, False

    def failed(self) -> None:
        """Count a failure, and open where there were enough of them or the trial failed."""
        self._failures += 1
        if self._is_probing or self._failures >= self._limit:
            self.pause(self._pause_seconds)

    def pause(self, seconds: float) -> None:
        """Open for a while, because the service asked for it."""
        self._is_probing = False
        self._open_until = max(self._open_until or 0.0, self._clock() + seconds)

    def abandon(self) -> None:
        """Take back a request that told nothing about the service."""
        self._is_probing = False


class RateLimit:
    """At most so many requests in any sixty seconds, as services count them; for who asks us see ``rates.Rate``."""

    def __init__(self, requests_per_minute: int, clock: Seconds = time.monotonic) -> None:
        self._limit = requests_per_minute
        self._clock = clock
        self._taken: deque[float] = deque()

    def take(self) -> float:
        """Count a request and return 0, or return in how many seconds the next one is free."""
        now = self._clock()
        while self._taken and self._taken[0] <= now - _MINUTE:
            self._taken.popleft()
        if len(self._taken) >= self._limit:
            return self._taken[0] + _MINUTE - now
        self._taken.append(now)
        return 0.0
