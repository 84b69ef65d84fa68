"""Typed keys under which the application holds what the channels work with."""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web

from bot.channels.limits import Rate
from bot.conversations.ports import UnitOfWork
from bot.conversations.router import Router

ROUTER: web.AppKey[Router] = web.AppKey("router", Router)
UOW: web.AppKey[Callable[[], UnitOfWork]] = web.AppKey("uow")
RATE: web.AppKey[Rate] = web.AppKey("rate", Rate)
ORIGINS: web.AppKey[tuple[str, ...]] = web.AppKey("origins")
