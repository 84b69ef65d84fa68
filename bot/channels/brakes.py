"""Slowing down who asks too much of the doors that stand open to everybody; docs/channels.md lists all limits."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from bot.networks import is_local, network_of
from bot.rates import Rate

RETRY_AFTER = {"Retry-After": "10"}

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Brake:
    """Slows down a session, and an address with all the sessions behind it.

    Programs on this very machine have no limit by address: they are the operator's, or a proxy that names its clients.
    """

    session: Rate
    address: Rate

    def allows(self, request: web.Request, session: str) -> bool:
        """Tell whether a session may do one more thing from where a request comes from, and count it."""
        return self.allows_session(session) and self.allows_address(request)

    def allows_session(self, session: str) -> bool:
        """Tell whether a session may do one more thing, and count it."""
        return self.session.allows(session)

    def allows_address(self, request: web.Request) -> bool:
        """Tell whether one more thing may be done from where a request comes from, and count it."""
        return is_local(request) or self.address.allows(network_of(request.remote))


class Brakes:
    """The brakes of all doors that need no password; an office or a mobile network has many behind one address."""

    def __init__(self) -> None:
        self.messages = Brake(session=Rate(120, 40), address=Rate(600, 200))
        """Messages, signs of typing and reading, and new connections."""
        self.reads = Brake(session=Rate(1200, 600), address=Rate(3000, 1000))
        """Whatever is only looked at. Programs may ask for news many times a second while they wait for an answer."""
        self.uploads = Brake(session=Rate(120, 40), address=Rate(60, 60))
        """Files that customers send: each is up to 10 MB and takes a decoder, and whoever asks gets a new session."""
        self.documents = Brake(session=Rate(20, 20), address=Rate(60, 30))
        """Documents as PDF: each takes the only press for half a second; what counts as a session is the document."""
        # Generous: ten messages in a row are a story, a hundred a minute are an attack.
        self.platforms = Rate(60, 60)
        """Messages of one conversation on a platform, whose own servers are all that we see of its customers."""
        self.channels = Rate(3000, 1000)
        """Messages of a whole channel, by its name: a flood on one must leave turns for the others."""


def for_reads(brake: Brake, exempt: Collection[str]) -> Any:
    """Return a middleware that counts by address whatever is asked for by GET; ``exempt`` are beginnings of paths."""
    closed = tuple(exempt)

    @web.middleware
    async def slow_down(request: web.Request, handler: Handler) -> web.StreamResponse:
        is_read = request.method in ("GET", "HEAD") and not request.path.startswith(closed)
        return await handler(request) if not is_read or brake.allows_address(request) else too_many()

    return slow_down


def too_many(reason: str = "too many requests, wait a moment") -> web.Response:
    """Return the answer to who asks too often."""
    return web.json_response({"code": "rate_limited", "reason": reason}, status=429, headers=RETRY_AFTER)
