"""How many turns run at the same time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

AT_ONCE = 3
PATIENCE_SECONDS = 0.25


class Pace:
    """Lets a few turns run at a time, in the order in which they came.

    A turn is work for one processor, so turns that run side by side end no sooner, only later all together, and keep
    everything else waiting, such as taking in what customers write. One that takes long no longer counts: most likely
    it waits for an order system or a translation, and others can go on meanwhile.
    """

    def __init__(self, at_once: int = AT_ONCE, patience_seconds: float = PATIENCE_SECONDS) -> None:
        self._free = asyncio.Semaphore(at_once)
        self._patience_seconds = patience_seconds

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for one's place, and keep it while the context lasts or patience does."""
        await self._free.acquire()
        is_held = True

        def give_back() -> None:
            nonlocal is_held
            if is_held:
                is_held = False
                self._free.release()

        lapses = asyncio.get_running_loop().call_later(self._patience_seconds, give_back)
        try:
            yield
        finally:
            lapses.cancel()
            give_back()
