"""The desk as a sub-application under /desk."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection
from pathlib import Path

import aiohttp_jinja2
import jinja2
from aiohttp import web

from bot.aftersales.policy import Policy
from bot.conversations.button_answers import ButtonAnswers
from bot.conversations.ports import UnitOfWork
from bot.conversations.router import Router
from bot.conversations.translating import Translating, Translator
from bot.desk import (
    actions,
    approval_views,
    audit,
    auth,
    bulk,
    canned,
    case_panel,
    case_work,
    conversations,
    decisions,
    evidence_views,
    formats,
    handoffs,
    inbox_views,
    invitation_views,
    live,
    mentions,
    middlewares,
    own_account,
    people,
    permissions,
    person,
    preferences,
    script_texts,
    second_factor_views,
    settings,
    statistics,
    task_views,
    undelivered,
    words,
    writing,
)
from bot.desk.environments import ENVIRONMENTS, Environments
from bot.desk.keys import DESK, Desk
from bot.desk.throttle import LoginThrottle
from bot.services.document_links import DocumentLinks
from bot.services.evidence_ports import EvidenceStore
from bot.services.ports import Clock
from bot.translation.service import Translations

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
    translator: Translator | None = None,
    links: DocumentLinks | None = None,
    channels: Collection[str] = (),
) -> None:
    """Mount the desk under /desk.

    ``secret`` must be shared by replicas; without one each process makes its own, and a login form that was open
    over a restart has to be sent again. ``secure_cookies`` belongs to HTTPS. Without a
    ``translator`` nothing is translated, and the desk says so. ``links`` leads agents to the papers of returns.
    ``channels`` are those on which the bot can be turned off.
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
        Translating(uow, translator or Translations({}, {})),
        channels,
    )
    environment = aiohttp_jinja2.setup(
        desk,
        loader=jinja2.FileSystemLoader(_HERE / "templates"),
        filters=formats.FILTERS,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    desk[ENVIRONMENTS] = Environments(environment)
    environment.globals.update(can=permissions.can, **case_panel.globals_of(links, clock))
    # Buttons below what the shop asks work whoever has the conversation.
    router.buttons = ButtonAnswers(uow, policy, clock)
    desk.add_routes(auth.ROUTES)
    desk.add_routes(invitation_views.ROUTES)
    desk.add_routes(own_account.ROUTES)
    desk.add_routes(second_factor_views.ROUTES)
    desk.add_routes(conversations.ROUTES)
    desk.add_routes(inbox_views.ROUTES)
    desk.add_routes(bulk.ROUTES)
    desk.add_routes(actions.ROUTES)
    desk.add_routes(handoffs.ROUTES)
    desk.add_routes(words.ROUTES)
    desk.add_routes(writing.ROUTES)
    desk.add_routes(mentions.ROUTES)
    desk.add_routes(undelivered.ROUTES)
    desk.add_routes(decisions.ROUTES)
    desk.add_routes(case_work.ROUTES)
    desk.add_routes(task_views.ROUTES)
    desk.add_routes(approval_views.ROUTES)
    desk.add_routes(evidence_views.ROUTES)
    desk.add_routes(people.ROUTES)
    desk.add_routes(person.ROUTES)
    desk.add_routes(audit.ROUTES)
    desk.add_routes(preferences.ROUTES)
    desk.add_routes(script_texts.ROUTES)
    # Before the page of every other setting, which has any name.
    desk.add_routes(canned.ROUTES)
    desk.add_routes(settings.ROUTES)
    desk.add_routes(statistics.ROUTES)
    desk.router.add_static("/static", _HERE / "static")
    live.setup(desk)
    app.add_subapp(PREFIX, desk)
