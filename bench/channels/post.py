"""How platforms bring what customers write: until it is taken, sometimes twice, sometimes again much later."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter

from tests.channels.sides.browser import BrowserSide
from tests.channels.sides.side import Event, NotTakenError, Side, WebhookSide

_TWICE_AT_ONCE = 0.05
_AGAIN_LATER = 0.12
_LATEST_SECONDS = 12.0
_GIVES_UP_SECONDS = 600.0


class Post:
    """Brings one customer's events in the order in which they happened."""

    def __init__(self, side: Side, chance: random.Random, counts: Counter[str]) -> None:
        self.side = side
        self._chance = chance
        self._counts = counts
        self._later: set[asyncio.Task[None]] = set()
        self.begins = asyncio.Event()
        """Set whenever something is on its way."""

    async def bring(self, *events: Event) -> None:
        """Bring events, in one call where there are several; return once they are taken."""
        self._counts["brought"] += len(events)
        if isinstance(self.side, WebhookSide) and self._chance.random() < _TWICE_AT_ONCE:
            self._counts["twice at once"] += 1
            await asyncio.gather(self._until_taken(events), self._until_taken(events))
        else:
            await self._until_taken(events)
        # A file that a browser sends has no id, and no browser sends it again by itself.
        if self._chance.random() < _AGAIN_LATER and not isinstance(self.side, BrowserSide):
            self._counts["again later"] += 1
            task = asyncio.create_task(self._again(events, self._chance.uniform(0.1, _LATEST_SECONDS)))
            self._later.add(task)
            task.add_done_callback(self._later.discard)

    async def rest(self) -> None:
        """Wait for what comes again."""
        if self._later:
            await asyncio.wait(self._later)

    async def _again(self, events: tuple[Event, ...], seconds: float) -> None:
        await asyncio.sleep(seconds)
        await self._until_taken(events)

    async def _until_taken(self, events: tuple[Event, ...]) -> None:
        gives_up_at = time.monotonic() + _GIVES_UP_SECONDS
        while True:
            self.begins.set()
            try:
                return await self.side.deliver(*events)
            except NotTakenError:
                self._counts["not taken at first"] += 1
                if time.monotonic() > gives_up_at:
                    raise
                await asyncio.sleep(self._chance.uniform(0.2, 1.0))
