"""``python -m bench.desk_load.served PORT MODEL``: the server as ever, with a model that is given.

``parley serve`` would train one where data have changed since, which is nothing to do before a measurement.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path

from aiohttp import web

from bot import bootstrap, logs
from bot.services.demo_shop import seed_demo
from bot.settings import Settings


async def serve(settings: Settings, port: int, model: Path) -> None:
    """Serve the demo shop until the process is told to end."""
    from bot.server import create_app

    store = await bootstrap.open_store(settings)
    await seed_demo(store.uow, bootstrap.utc_now)
    await store.close()
    parley = await bootstrap.build(settings, model)
    runner = web.AppRunner(create_app(parley, settings), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await stop.wait()
    await runner.cleanup()


if __name__ == "__main__":
    logs.quiet_libraries()
    chosen = Settings.from_environment()
    logs.configure(chosen.log_level, chosen.secret)
    asyncio.run(serve(chosen, int(sys.argv[1]), Path(sys.argv[2])))
