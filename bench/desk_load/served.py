"""``python -m bench.desk_load.served PORT MODEL``: the server as ever, with a model that is given.

``parley serve`` would train one where data have changed since, which is nothing to do before a measurement.
"""

from __future__ import annotations

from pathlib import Path

from bench.serving import run, serve_until_told
from bot import bootstrap
from bot.services.demo_shop import seed_demo
from bot.settings import Settings


async def serve(settings: Settings, port: int, model: Path) -> None:
    """Serve the demo shop until the process is told to end."""
    from bot.server import create_app

    store = await bootstrap.open_store(settings)
    await seed_demo(store.uow, bootstrap.utc_now)
    await store.close()
    parley = await bootstrap.build(settings, model)
    await serve_until_told(create_app(parley, settings), port)


if __name__ == "__main__":
    run(serve)
