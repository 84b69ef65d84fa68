"""Showing customers on messaging platforms that an agent is typing."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping

import structlog

from bot.conversations.platform import Platform
from bot.conversations.ports import UnitOfWork
from bot.logs import described
from bot.rates import Rate

log = structlog.get_logger()

EVERY_SECONDS = 4.0
"""How often a platform is told while somebody goes on typing; none shows it for less."""

_WITHIN_SECONDS = 5.0


class TypingSigns:
    """Tells platforms that an agent is typing, where they show it; a sign that fails is not worth a second try.

    ``is_held`` tells of a channel whether its platform has asked to be left alone for now.
    """

    def __init__(
        self,
        uow: Callable[[], UnitOfWork],
        platforms: Mapping[str, Platform],
        is_held: Callable[[str], bool],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._uow = uow
        self._platforms = platforms
        self._is_held = is_held
        self._rate = Rate(60 / EVERY_SECONDS, 1, clock=clock)

    async def show(self, conversation_id: str) -> None:
        """Show it to the customer of a conversation, unless that was done a moment ago; raises nothing."""
        if not self._rate.allows(conversation_id):
            return
        try:
            async with self._uow() as uow:
                to = await uow.correspondents.get(conversation_id)
            platform = self._platforms.get(to.channel) if to else None
            if to is not None and platform is not None and not self._is_held(to.channel):
                await asyncio.wait_for(platform.show_typing(to), _WITHIN_SECONDS)
        except Exception as error:
            log.debug("typing.failed", conversation_id=conversation_id, error=described(error))
