"""Ends the process at once, again and again: at any moment, when something arrives, when something is being sent."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timezone

from bench.channels.customers import Customer
from bench.installation import Installation
from tests.channels.world import World

_A_TURN_SECONDS = 0.12
_NEWS_WITHIN_SECONDS = 5.0


class Killer:
    """Kills a process and starts it again; ``moments`` tells when, in UTC."""

    def __init__(self, installation: Installation, world: World, chance: random.Random, counts: Counter[str]) -> None:
        self._installation = installation
        self._world = world
        self._chance = chance
        self._counts = counts
        self.moments: list[datetime] = []

    async def play(self, ends: asyncio.Event, customers: Sequence[Customer], every_seconds: float) -> None:
        """Kill until the end; the process runs again when this returns."""
        while True:
            try:
                await asyncio.wait_for(ends.wait(), self._chance.uniform(0.5, 1.5) * every_seconds)
                return
            except asyncio.TimeoutError:
                await self._once(customers)

    async def kill(self) -> None:
        """Kill the process now, without starting it again."""
        self._installation.kill()
        self.moments.append(datetime.now(timezone.utc))

    async def start(self) -> None:
        """Start the process again."""
        await asyncio.to_thread(self._installation.start)

    async def _once(self, customers: Sequence[Customer]) -> None:
        kind = self._chance.choice(("any", "arriving", "sending"))
        if kind == "arriving":
            await self._arriving(customers)
            await asyncio.sleep(self._chance.uniform(0.0, _A_TURN_SECONDS))
        elif kind == "sending":
            await self._sending()
            await asyncio.sleep(self._chance.uniform(0.0, 0.01))
        self._counts[f"killed: {kind}"] += 1
        await self.kill()
        await self.start()

    async def _arriving(self, customers: Sequence[Customer]) -> None:
        posts = [customer.post for customer in customers]
        for post in posts:
            post.begins.clear()
        waiting = [asyncio.create_task(post.begins.wait()) for post in posts]
        await asyncio.wait(waiting, timeout=_NEWS_WITHIN_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        for task in waiting:
            task.cancel()

    async def _sending(self) -> None:
        before, ends_at = self._calls(), time.monotonic() + _NEWS_WITHIN_SECONDS
        while self._calls() == before and time.monotonic() < ends_at:
            await asyncio.sleep(0.001)

    def _calls(self) -> int:
        return sum(len(server.calls) for server in self._world.servers.values()) + len(self._world.smtp.mails)
