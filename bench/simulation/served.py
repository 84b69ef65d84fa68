"""``python -m bench.simulation.served``: Parley as it is served, in a time that the simulation moves on."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from pathlib import Path

from aiohttp import web

from bench.serving import run, serve_until_told
from bench.simulation.process import OFFSET, TICK
from bot import bootstrap
from bot.bootstrap import Parley
from bot.settings import Settings


class MovedClock:
    """Real time and an offset, which is kept in a file; time only goes forward."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._ahead = timedelta(seconds=float(file.read_text("utf-8"))) if file.exists() else timedelta()

    def __call__(self) -> datetime:
        """Return the present simulated moment."""
        return bootstrap.utc_now() + self._ahead

    def move(self, moment: datetime) -> None:
        """Go on at a moment, unless it has passed."""
        ahead = max(self._ahead, moment - bootstrap.utc_now())
        written = self._file.with_suffix(".new")
        written.write_text(str(ahead.total_seconds()), "utf-8")
        # A kill leaves the old moment or the new one, never half of it.
        os.replace(written, self._file)
        self._ahead = ahead


class Paced(Parley):
    """Parley whose jobs run when the simulation has moved time on, rather than by real time."""

    async def start(self) -> None:
        """Take up what an earlier process left; announcements are made as ever."""
        await self.router.recover()
        self.notifier.start()

    async def do_what_is_due(self) -> list[str]:
        """Run the jobs that are due, make the announcements that follow, and return the names of the jobs."""
        ran = await self.scheduler.run_due()
        while await self.notifier.deliver():
            pass
        return ran


async def serve(settings: Settings, port: int, model: Path) -> None:
    """Serve until the process is told to end."""
    from bot.server import create_app

    clock = MovedClock(settings.var / OFFSET)
    parley = Paced(**vars(await bootstrap.build(settings, model, clock)))

    async def tick(request: web.Request) -> web.Response:
        clock.move(datetime.fromisoformat((await request.json())["now"]))
        return web.json_response({"ran": await parley.do_what_is_due(), "now": clock().isoformat()})

    app = create_app(parley, settings)
    app.router.add_post(TICK, tick)
    await serve_until_told(app, port)


if __name__ == "__main__":
    run(serve)
