"""The aiohttp application: channels, widget, desk, health and metrics in one process."""

from __future__ import annotations

from collections.abc import AsyncIterator

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from bot.bootstrap import Parley, document_links, evidence_store
from bot.channels import documents, files, keys, rest, shop_events
from bot.channels import web as web_channel
from bot.channels.limits import Rate
from bot.desk import app as desk
from bot.documents.press import Press
from bot.l10n.catalogue import translator
from bot.settings import Settings
from bot.widget import routes as widget

_MAX_BODY = 64 * 1024
_MESSAGES_A_MINUTE = 120
_BURST = 40


def create_app(parley: Parley, settings: Settings) -> web.Application:
    """Return the application that serves everything; it owns the parts of ``parley`` and closes them."""
    app = web.Application(client_max_size=_MAX_BODY)
    app[keys.ROUTER] = parley.router
    app[keys.NOTIFIER] = parley.notifier
    app[keys.UOW] = parley.uow
    app[keys.RATE] = Rate(_MESSAGES_A_MINUTE, _BURST)
    app[keys.ORIGINS] = settings.allowed_origins
    app[keys.EVIDENCE] = evidence = evidence_store(settings)
    app[keys.CLOCK] = parley.clock
    app[keys.SHOP_SECRET] = settings.shop_secret
    app[keys.DOCUMENT_LINKS] = document_links(settings)
    app[keys.PRESS] = Press()
    app.add_routes(rest.ROUTES)
    app.add_routes(web_channel.ROUTES)
    app.add_routes(shop_events.ROUTES)
    app.add_routes(documents.ROUTES)
    for channel in (rest.CHANNEL, web_channel.CHANNEL):
        app.add_routes(files.routes(channel))
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
        channels=(web_channel.CHANNEL, rest.CHANNEL),
    )
    app.router.add_get("/health", _health)
    app.router.add_get("/metrics", _metrics)
    app.cleanup_ctx.append(_running(parley))
    return app


def _running(parley: Parley):  # type: ignore[no-untyped-def]
    async def run(app: web.Application) -> AsyncIterator[None]:
        await parley.start()
        yield
        await parley.close()

    return run


async def _health(request: web.Request) -> web.Response:
    async with request.app[keys.UOW]() as uow:
        await uow.conversations.get("health")
    return web.json_response({"status": "ok"})


async def _metrics(request: web.Request) -> web.Response:
    return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})
