"""``parley serve``, ``parley actions`` and ``parley chat``."""

from __future__ import annotations

import asyncio
import errno
import signal
import socket
import uuid
from typing import Annotated, Optional

import typer
from aiohttp import web
from rich.console import Console

from bot import bootstrap, tracing, training
from bot.errors import StartupError
from bot.services.accounts import ensure_administrator
from bot.services.demo_shop import seed_demo
from bot.settings import Settings
from bot.settings.environment import read_port

_out = Console(highlight=False)
# Sockets are closed at once; a request that is being answered may need the patience of a slow shop system.
_STOPS_WITHIN_SECONDS = 10


def serve(
    host: Annotated[Optional[str], typer.Option(help="Address to listen on (PARLEY_HOST).")] = None,
    port: Annotated[Optional[int], typer.Option(help="Port to listen on (PARLEY_PORT).")] = None,
) -> None:
    """Start everything in one process: channels, widget, desk, bot and actions."""
    settings = Settings.from_environment()
    asyncio.run(_serve(settings, host or settings.host, settings.port if port is None else _port(port)))


def actions(
    port: Annotated[int, typer.Option(help="Port of the action server.")] = 5055,
) -> None:
    """Serve the actions over HTTP, for `rasa run` or for PARLEY_ACTIONS_URL."""
    settings = Settings.from_environment()
    _check_port(settings.host, _port(port), "--port")

    async def run() -> None:
        from rasa_sdk.endpoint import create_app
        from rasa_sdk.executor import ActionExecutor

        store = await bootstrap.open_store(settings)
        orders = bootstrap.bind_actions(settings, store, bootstrap.read_policy(settings))
        executor = ActionExecutor()
        executor.register_package("actions")
        server = create_app(executor)
        listening = await server.create_server(host=settings.host, port=port, return_asyncio_server=True)
        # Sanic sets up its signals here; a server that only listens resets every request.
        await listening.startup()
        _out.print(f"Actions: http://{settings.host}:{port}/webhook")
        await _until_stopped()
        if orders is not None:
            await orders.close()
        await store.close()

    asyncio.run(run())


def chat(
    language: Annotated[str, typer.Option(help="Language to begin in.")] = "en",
) -> None:
    """Talk to the bot in the terminal."""
    settings = Settings.from_environment()

    async def run() -> None:
        parley = await bootstrap.build(settings, training.ensure_model(settings))
        sender = f"terminal-{uuid.uuid4()}"
        _out.print("Write something; an empty line ends.")
        try:
            while text := (await asyncio.to_thread(input, "> ")).strip():
                received = await parley.router.receive(sender, "terminal", text, metadata={"language": language})
                for message in await parley.router.answer_to(received, sender):
                    _out.print(f"[bold]{message.response or message.author}[/]  {message.text}", markup=True)
                    for button in message.buttons:
                        _out.print(f"    · {button['title']}  {button['payload']}", markup=False)
        except EOFError:
            pass
        await parley.close()

    asyncio.run(run())


async def _serve(settings: Settings, host: str, port: int) -> None:
    _check_port(host, port)
    tracing.configure(settings.otlp_endpoint)
    bootstrap.read_policy(settings)
    store = await bootstrap.open_store(settings)
    if settings.demo_shop:
        counts = await seed_demo(store.uow, bootstrap.utc_now)
        if counts:
            _out.print("Demo shop: " + ", ".join(f"{count} {kind}" for kind, count in counts.items()))
    await store.close()
    model = await asyncio.to_thread(training.ensure_model, settings)
    parley = await bootstrap.build(settings, model)

    from bot.server import create_app

    runner = web.AppRunner(create_app(parley, settings), access_log=None, shutdown_timeout=_STOPS_WITHIN_SECONDS)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError as error:
        await runner.cleanup()
        raise StartupError(_cannot_listen(host, port, error)) from error
    # Told once only, so nothing that can fail may come in between.
    async with parley.uow() as uow:
        password = await ensure_administrator(uow, bootstrap.utc_now)
    base = f"http://{'localhost' if host in ('127.0.0.1', '0.0.0.0') else host}:{port}"
    _out.print(f"Shop page:  {base}/")
    _out.print(f"Desk:       {base}/desk")
    if password:
        _out.print(f"Log in once as [bold]admin[/] with the password [bold]{password}[/] and choose your own.")
    await _until_stopped()
    await runner.cleanup()
    tracing.close()


def _port(option: int) -> int:
    return read_port(str(option), "--port")


def _check_port(host: str, port: int, setting: str = "PARLEY_PORT") -> None:
    """Fail before the slow part of the start when the port is taken."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (TypeError, UnicodeError) as error:
            # It cannot even be encoded for a look-up.
            raise StartupError(f"cannot listen on {host}:{port}: that is no host's name") from error
        except OSError as error:
            raise StartupError(_cannot_listen(host, port, error, setting)) from error


def _cannot_listen(host: str, port: int, error: OSError, setting: str = "PARLEY_PORT") -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {port} is in use: stop the other program or set {setting}"
    return f"cannot listen on {host}:{port}: {error.strerror}"


async def _until_stopped() -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    await stop.wait()
