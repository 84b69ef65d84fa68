"""The widget on a page of its own server, for tests that need customers who log in, or other languages."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web
from playwright.async_api import Browser

from tests.browser.test_widget import Widget
from tests.browser.widget_fake_server import FakeDesk


@asynccontextmanager
async def a_widget(browser: Browser, **options: Any) -> AsyncIterator[Widget]:
    """Give a page with the widget in a browser of its own; ``as/NAME`` is the page of a customer who is logged in."""
    desk = FakeDesk()
    app = desk.app()
    app.router.add_get("/as/{name}", _page_of)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    context = await browser.new_context(**{"locale": "en-GB", "reduced_motion": "reduce", **options})
    page = await context.new_page()
    widget = Widget(page, desk, f"http://{host}:{port}", problems=[])
    page.on("pageerror", lambda error: widget.problems.append(str(error)))
    try:
        yield widget
        assert widget.problems == []
    finally:
        await context.close()
        await runner.cleanup()


async def _page_of(request: web.Request) -> web.Response:
    name = request.match_info["name"]
    claims = base64.urlsafe_b64encode(json.dumps({"sub": name}).encode()).decode().rstrip("=")
    identity = "" if name == "nobody" else f'data-identity="head.{claims}.signature"'
    page = f'<!doctype html><html lang="en"><body><script src="/widget/parley.js" {identity}></script></body></html>'
    return web.Response(text=page, content_type="text/html")
