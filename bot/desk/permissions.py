"""What each role may do at the desk, and the guard in front of every view."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import wraps

from aiohttp import web

from bot.aftersales.labels import Label
from bot.desk.keys import Visitor, visitor_of
from bot.services.account import Role

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Permission(Label):
    """Something that not everybody may do."""

    READ = "read"
    """See conversations, cases and orders, and search them."""
    ANSWER = "answer"
    """Take conversations over, answer, note, translate, return to the bot, resolve."""
    DECIDE = "decide"
    """Decide about cases within one's own limit: approve, decline, offer, repair, overrule the liability."""
    SUPERVISE = "supervise"
    """Assign to colleagues, whisper, approve above an agent's limit, merge cases."""
    STATISTICS = "statistics"
    """Read the figures of the desk and its people."""
    AUDIT = "audit"
    """Read and export the audit log."""
    MANAGE_PEOPLE = "manage_people"
    """Invite, change and lock accounts."""
    SETTINGS = "settings"
    """Change how the desk works for everybody."""


_AGENT = frozenset({Permission.READ, Permission.ANSWER, Permission.DECIDE})
_SUPERVISOR = _AGENT | {Permission.SUPERVISE, Permission.STATISTICS, Permission.AUDIT}
PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.AGENT: _AGENT,
    Role.SUPERVISOR: _SUPERVISOR,
    Role.ADMINISTRATOR: _SUPERVISOR | {Permission.MANAGE_PEOPLE, Permission.SETTINGS},
}


def may(role: Role, permission: Permission) -> bool:
    """Tell whether a role includes a permission."""
    return permission in PERMISSIONS[role]


def can(visitor: Visitor, permission: str) -> bool:
    """Tell templates whether somebody has a permission, named by its code."""
    return may(visitor.account.role, Permission(permission))


def needs(permission: Permission) -> Callable[[Handler], Handler]:
    """Let only people with a permission into a view; everybody else gets a 403.

    The permission stays readable as ``view.permission``, so that a test finds views without one.
    """

    def guard(view: Handler) -> Handler:
        @wraps(view)
        async def guarded(request: web.Request) -> web.StreamResponse:
            if not may(visitor_of(request).account.role, permission):
                raise web.HTTPForbidden(reason="Your role does not include this.")
            return await view(request)

        guarded.permission = permission  # type: ignore[attr-defined]
        return guarded

    return guard
