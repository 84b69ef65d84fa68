"""Typed keys under which the application holds what the channels work with."""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web

from bot.channels.brakes import Brakes
from bot.conversations.notifier import Notifier
from bot.conversations.ports import UnitOfWork
from bot.conversations.router import Router
from bot.documents.press import Press
from bot.services.document_links import DocumentLinks
from bot.services.evidence_ports import EvidenceStore
from bot.services.ports import Clock

ROUTER: web.AppKey[Router] = web.AppKey("router", Router)
NOTIFIER: web.AppKey[Notifier] = web.AppKey("notifier", Notifier)
UOW: web.AppKey[Callable[[], UnitOfWork]] = web.AppKey("uow")
BRAKES: web.AppKey[Brakes] = web.AppKey("brakes", Brakes)
ORIGINS: web.AppKey[tuple[str, ...]] = web.AppKey("origins")
EVIDENCE: web.AppKey[EvidenceStore] = web.AppKey("evidence")
CLOCK: web.AppKey[Clock] = web.AppKey("clock")
DOCUMENT_LINKS: web.AppKey[DocumentLinks] = web.AppKey("document_links", DocumentLinks)
PRESS: web.AppKey[Press] = web.AppKey("press", Press)
IDENTITY_SECRET: web.AppKey[bytes | None] = web.AppKey("identity_secret")
