"""How often somebody may ask something of us: so many times a minute, and some more at once (token bucket)."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable


class Rate:
    """Allows so many a minute for each key, after a burst; forgets keys it has not seen for long.

    In a single minute that may be burst and rate together; ``breaker.RateLimit`` is for services that count any minute.
    """

    def __init__(
        self,
        per_minute: float,
        burst: int,
        *,
        most_keys: int = 50_000,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._per_second = per_minute / 60
        self._burst = float(burst)
        self._most_keys = most_keys
        self._clock = clock
        self._buckets: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()

    def allows(self, key: Hashable) -> bool:
        """Tell whether one more is allowed now, and count it if so."""
        return not self.wait_seconds(key)

    def wait_seconds(self, key: Hashable) -> float:
        """Count one more and return 0, or return after how many seconds the next one will be allowed."""
        now = self._clock()
        left, seen = self._buckets.pop(key, (self._burst, now))
        left = min(self._burst, left + (now - seen) * self._per_second)
        is_allowed = left >= 1
        self._buckets[key] = (left - 1 if is_allowed else left, now)
        if len(self._buckets) > self._most_keys:
            self._buckets.popitem(last=False)
        return 0.0 if is_allowed else (1 - left) / self._per_second
