"""What the processes have in common that benchmarks start: serving an application until they are told to end."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from aiohttp import web

from bot import logs
from bot.settings import Settings


async def serve_until_told(app: web.Application, port: int) -> None:
    """Serve on a port of this machine until SIGINT or SIGTERM comes."""
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await stop.wait()
    await runner.cleanup()


def run(serve: Callable[[Settings, int, Path], Awaitable[None]]) -> None:
    """Run ``serve`` with the settings of the environment, and port and model from the command line."""

    async def main() -> None:
        await serve(chosen, int(sys.argv[1]), Path(sys.argv[2]))

    logs.quiet_libraries()
    chosen = Settings.from_environment()
    logs.configure(chosen.log_level, chosen.secret)
    asyncio.run(main())
