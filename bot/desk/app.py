"""The desk as a sub-application under /desk."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from pathlib import Path

import aiohttp_jinja2
import jinja2
from aiohttp import web

from bot.aftersales.labels import Liability
from bot.aftersales.policy import Policy
from bot.aftersales.return_ import Refusal
from bot.conversations.ports import UnitOfWork
from bot.conversations.router import Router
from bot.desk import actions, auth, conversations, decisions, evidence_views, formats, live, middlewares, people
from bot.desk.keys import DESK, Desk
from bot.desk.throttle import LoginThrottle
from bot.services.evidence_ports import EvidenceStore
from bot.services.ports import Clock

PREFIX = "/desk"
_HERE = Path(__file__).parent


def setup(
    app: web.Application,
    *,
    uow: Callable[[], UnitOfWork],
    router: Router,
    clock: Clock,
    evidence: EvidenceStore,
    policy: Policy,
    secret: bytes | None = None,
    secure_cookies: bool = False,
) -> None:
    """Mount the desk under /desk.

    ``secret`` must be shared by replicas; without one each process makes its own, and a login form that was open
    over a restart has to be sent again. ``secure_cookies`` belongs to HTTPS.
    """
    desk = web.Application(middlewares=middlewares.ALL)
    desk[DESK] = Desk(
        uow,
        router,
        clock,
        secret or secrets.token_bytes(32),
        secure_cookies,
        LoginThrottle(),
        evidence,
        policy,
    )
    environment = aiohttp_jinja2.setup(
        desk,
        loader=jinja2.FileSystemLoader(_HERE / "templates"),
        filters=formats.FILTERS,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.globals.update(refusals=list(Refusal), liabilities=list(Liability))
    desk.add_routes(auth.ROUTES)
    desk.add_routes(conversations.ROUTES)
    desk.add_routes(actions.ROUTES)
    desk.add_routes(decisions.ROUTES)
    desk.add_routes(evidence_views.ROUTES)
    desk.add_routes(people.ROUTES)
    desk.router.add_static("/static", _HERE / "static")
    live.setup(desk)
    app.add_subapp(PREFIX, desk)
