"""Every route of the desk, as the application has it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from aiohttp import web

from bot.desk.permissions import Permission


class Route(NamedTuple):
    """One way into the desk; ``permission`` is None for a view that is not guarded."""

    method: str
    path: str
    permission: Permission | None

    def address(self, **values: str) -> str:
        """Return the address with its parts in braces filled, by ``1`` where no value is given."""
        return re.sub(r"\{(\w+)(?::[^}]*)?\}", lambda part: values.get(part[1], "1"), self.path)


def routes(app: web.Application) -> list[Route]:
    """Return the routes with views, without the HEAD that belongs to each GET and without files."""
    found = {
        Route(route.method, route.resource.canonical, getattr(route.handler, "permission", None))
        for route in _all(app)
        if route.method != "HEAD" and route.resource is not None and not isinstance(route.resource, web.StaticResource)
    }
    return sorted(found, key=lambda route: (route.path, route.method))


def _all(app: web.Application) -> Iterator[web.AbstractRoute]:
    yield from app.router.routes()
