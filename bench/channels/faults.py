"""What goes wrong on platforms: too many requests, errors, resets, slowness, outages, refused tokens."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from typing import Any

from tests.channels.platform_server import PlatformServer
from tests.channels.telegram_server import too_many
from tests.channels.world import World

_SENDS = {
    "telegram": ("/send",),
    "whatsapp": ("/messages",),
    "messenger": ("/me/messages",),
    "line": ("/message/reply", "/message/push"),
}
_FETCHES = {"telegram": "/file/", "whatsapp": "/whatsapp_business", "messenger": "/cdn/", "line": "/content"}
_SHORT = ("busy", "busy", "error", "error", "late error", "late error", "reset", "late reset", "slow", "fetch")


class Faults:
    """Lets platforms fail at random until it is closed; what the platform did before it failed is a ``late`` fault."""

    def __init__(
        self, world: World, chance: random.Random, counts: Counter[str], *, longest_outage: float, expires: bool
    ) -> None:
        self._world = world
        self._chance = chance
        self._counts = counts
        self._longest_outage = longest_outage
        self._kinds = (*_SHORT, "outage", *(("expired",) if expires else ()))

    async def play(self, ends: asyncio.Event, every_seconds: float) -> None:
        """Let things go wrong until the end, and then work again."""
        try:
            while not ends.is_set():
                await asyncio.sleep(self._chance.uniform(0.3, 1.7) * every_seconds)
                channel = self._chance.choice((*_SENDS, "email"))
                if channel == "email":
                    await self._mail(self._chance.choice(("error", "reset", "outage", "mailbox")))
                else:
                    await self._platform(channel, self._chance.choice(self._kinds))
        finally:
            await self.heal()

    async def heal(self) -> None:
        """Let everything work again."""
        for server in self._world.servers.values():
            server.heal()
        self._world.smtp.refusals.clear()

    async def _platform(self, channel: str, kind: str) -> None:
        self._counts[f"{channel}: {kind}"] += 1
        server, of = self._world.servers[channel], self._chance.choice(_SENDS[channel])
        times = self._chance.randint(1, 3)
        if kind == "busy":
            seconds = self._chance.randint(1, 3)
            body = too_many(seconds) if channel == "telegram" else {}
            server.fail(429, body, headers={"Retry-After": str(seconds)}, times=times, of=of)
        elif kind in ("error", "late error"):
            status, is_late = self._chance.choice((500, 502, 503)), kind == "late error"
            server.fail(status, {}, times=1 if is_late else times, of=of, is_late=is_late)
        elif kind in ("reset", "late reset"):
            server.fail(times=1, of=of, resets=True, is_late=kind == "late reset")
        elif kind == "slow":
            server.fail(times=times, of=of, seconds=self._chance.uniform(0.5, 4.0))
        elif kind == "fetch":
            server.fail(503, {}, times=1, of=_FETCHES[channel])
        elif kind == "outage":
            await self._out(server, channel, resets=True)
        else:
            await self._out(server, channel, status=401, body={})

    async def _out(self, server: PlatformServer, channel: str, **how: Any) -> None:
        found = [server.fail(times=float("inf"), of=of, **how) for of in _SENDS[channel]]
        await asyncio.sleep(self._chance.uniform(0.3, 1.0) * self._longest_outage)
        for failure in found:
            failure.times = 0
            server._failures.remove(failure)

    async def _mail(self, kind: str) -> None:
        self._counts[f"email: {kind}"] += 1
        smtp = self._world.smtp
        if kind == "error":
            step = self._chance.choice(("RCPT", "DATA"))
            smtp.refusals.setdefault(step, []).append("451 4.3.0 Try again later")
        elif kind in ("reset", "outage"):
            await smtp.stop()
            await asyncio.sleep(1.0 if kind == "reset" else self._longest_outage / 2)
            await smtp.start()
        else:
            await asyncio.to_thread(self._world.imap.stop)
            await asyncio.sleep(self._chance.uniform(0.5, 3.0))
            await asyncio.to_thread(self._world.imap.start)
