"""The aiohttp application: channels, widget, desk, health and metrics in one process."""

from __future__ import annotations

from collections.abc import AsyncIterator

from aiohttp import web

from bot import networks, operations, sockets
from bot.api import app as api
from bot.bootstrap import Parley, document_links, evidence_store
from bot.channels import documents, files, keys, rest, shop_events, socketio
from bot.channels import web as web_channel
from bot.channels.brakes import Brakes, for_reads
from bot.desk import app as desk
from bot.documents.press import Press
from bot.l10n.catalogue import translator
from bot.settings import Settings
from bot.widget import routes as widget
from bot.widget.strings import machine_translated

_MAX_BODY = 64 * 1024
# People at the desk have passwords, the shop's systems tokens with limits of their own, and probes must be answered.
_READ_WITHOUT_LIMIT = ("/desk", api.PATH, *operations.PATHS)


def create_app(parley: Parley, settings: Settings) -> web.Application:
    """Return the application that serves everything; it owns the parts of ``parley`` and closes them."""
    app = web.Application(client_max_size=_MAX_BODY, middlewares=[networks.behind(settings.trusted_proxies)])
    app[keys.ROUTER] = parley.router
    app[keys.NOTIFIER] = parley.notifier
    app[keys.UOW] = parley.uow
    app[keys.BRAKES] = brakes = Brakes()
    app[keys.ORIGINS] = settings.allowed_origins
    app[keys.EVIDENCE] = evidence = evidence_store(settings)
    app[keys.CLOCK] = parley.clock
    app[keys.IDENTITY_SECRET] = settings.shop_secret
    app[keys.DOCUMENT_LINKS] = document_links(settings)
    app[keys.PRESS] = Press()
    app.add_routes(rest.ROUTES)
    app.add_routes(web_channel.ROUTES)
    sockets.close_at_shutdown(app)
    app.add_routes(documents.ROUTES)
    for channel in (rest.CHANNEL, web_channel.CHANNEL):
        app.add_routes(files.routes(channel))
    for platform in parley.channels.values():
        app.add_routes(platform.routes())
    if settings.socketio:
        socketio.setup(app, settings.public_url, machine_translated)
    door = shop_events.ShopDoor(settings.shop_secret, parley.uow, parley.notifier.wake)
    app.add_subapp(api.PATH, api.create_api(parley.uow, parley.clock, door))
    widget.setup(app, translate=translator("bot").translate, load_products=parley.products)
    desk.setup(
        app,
        uow=parley.uow,
        router=parley.router,
        clock=parley.clock,
        evidence=evidence,
        policy=parley.policy,
        links=app[keys.DOCUMENT_LINKS],
        secret=settings.secret,
        secure_cookies=settings.secure_cookies,
        translator=parley.translations,
        channels=(web_channel.CHANNEL, rest.CHANNEL, *_socketio(settings), *parley.channels),
    )
    operations.setup(app, parley, settings)
    # Within what operations notes, so that refusals are counted.
    app.middlewares.append(for_reads(brakes.reads, _READ_WITHOUT_LIMIT))
    app.cleanup_ctx.append(_running(parley))
    return app


def _socketio(settings: Settings) -> tuple[str, ...]:
    return (socketio.CHANNEL,) if settings.socketio else ()


def _running(parley: Parley):  # type: ignore[no-untyped-def]
    async def run(app: web.Application) -> AsyncIterator[None]:
        await parley.start()
        for platform in parley.channels.values():
            await platform.start(app)
        yield
        for platform in parley.channels.values():
            await platform.stop()
        await parley.close()

    return run
