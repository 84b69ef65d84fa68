"""A brake on guessing passwords: so many failures per address, and one try at a time."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

from bot.networks import network_of

MAX_FAILURES = 20
WINDOW = timedelta(minutes=10)
_MOST_ADDRESSES = 10_000


class LoginThrottle:
    """Counts failed logins of each address; an account's own lock is the services' business.

    An address may be an office with many agents behind it, so the limit is wider than that of an account.
    """

    def __init__(self) -> None:
        self._failures: dict[str, deque[datetime]] = {}
        self._turn = asyncio.Lock()

    def is_blocked(self, address: str | None, now: datetime) -> bool:
        """Tell whether an address has failed too often lately."""
        failures = self._failures.get(network_of(address))
        if failures is None:
            return False
        while failures and failures[0] <= now - WINDOW:
            failures.popleft()
        return len(failures) >= MAX_FAILURES

    def fail(self, address: str | None, now: datetime) -> None:
        """Count a failed login."""
        key = network_of(address)
        if key not in self._failures and len(self._failures) >= _MOST_ADDRESSES:
            # Somebody with very many addresses gains nothing: each account has its own lock.
            self._failures.pop(next(iter(self._failures)))
        self._failures.setdefault(key, deque(maxlen=MAX_FAILURES)).append(now)

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Let one password be checked at a time.

        Parallel guesses would all read the same count of wrong passwords, and each hash takes 64 MB and a core.
        """
        async with self._turn:
            yield
