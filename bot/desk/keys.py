"""What the desk's views share: their collaborators, and who is asking."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from aiohttp import web

from bot.aftersales.policy import Policy
from bot.conversations.ports import UnitOfWork
from bot.conversations.router import Router
from bot.conversations.translating import Translating
from bot.desk.throttle import LoginThrottle
from bot.services.account import Account, Role, Session
from bot.services.evidence_ports import EvidenceStore
from bot.services.ports import Clock

SESSION_COOKIE = "parley_desk"


@dataclass(frozen=True)
class Desk:
    """What every view needs.

    ``secret`` signs the token of the login form, which has no session yet. ``channels`` are those
    that customers can write on.
    """

    uow: Callable[[], UnitOfWork]
    router: Router
    clock: Clock
    secret: bytes
    secure_cookies: bool
    throttle: LoginThrottle
    evidence: EvidenceStore
    policy: Policy
    translating: Translating
    channels: Collection[str]


DESK = web.AppKey("desk", Desk)


def desk_of(request: web.Request) -> Desk:
    """Return the collaborators of the desk that serves a request."""
    return request.app[DESK]


@dataclass(frozen=True)
class Visitor:
    """Who is logged in, with the browser's session."""

    account: Account
    session: Session

    @property
    def is_administrator(self) -> bool:
        """Tell whether this person may manage the people of the desk."""
        return self.account.role is Role.ADMINISTRATOR


_VISITOR = web.RequestKey("visitor", Visitor)


def sign_in(request: web.Request, visitor: Visitor) -> None:
    """Remember, for the rest of a request, who sent it."""
    request[_VISITOR] = visitor


def visitor_or_none(request: web.Request) -> Visitor | None:
    """Return who sent a request, or None before login."""
    return request.get(_VISITOR)


def visitor_of(request: web.Request) -> Visitor:
    """Return who sent a request to a view behind the login."""
    visitor = visitor_or_none(request)
    if visitor is None:
        raise web.HTTPUnauthorized
    return visitor
