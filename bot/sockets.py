"""WebSockets that are open, so that a server that stops takes leave of them.

aiohttp would wait for every one of them until its patience is over, and whoever uses them would reconnect as late.
"""

from __future__ import annotations

import asyncio
from weakref import WeakSet

from aiohttp import WSCloseCode, web

_OPEN = web.AppKey("open_sockets", WeakSet)


def close_at_shutdown(app: web.Application) -> None:
    """Let an application close its sockets when the server stops; those of a nested one are its own."""
    app[_OPEN] = WeakSet()
    app.on_shutdown.append(_close_all)


def keep(request: web.Request, socket: web.WebSocketResponse) -> None:
    """Note a socket that was opened."""
    request.app[_OPEN].add(socket)


async def _close_all(app: web.Application) -> None:
    sockets = app[_OPEN]
    # All at once: who is gone without a word is waited for some seconds.
    leave = [socket.close(code=WSCloseCode.GOING_AWAY) for socket in set(sockets)]
    await asyncio.gather(*leave, return_exceptions=True)
