"""Changing what a customer has been shown already, on the platform where they see it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

import structlog

from bot.conversations.letters import Letters
from bot.conversations.model import Message, OutboxState
from bot.conversations.platform import Platform
from bot.conversations.ports import UnitOfWork
from bot.errors import DeliveryError, MessageFixedError
from bot.logs import described

log = structlog.get_logger()

Standing = tuple[OutboxState, int] | None
"""How far a message had come on its way: its state and how often it was tried; None where it has no way to go."""

_WITHIN_SECONDS = 10.0
"""An agent waits for it."""


class SentChanges:
    """Brings edited and retracted messages to those platforms that can change what they have shown."""

    def __init__(self, uow: Callable[[], UnitOfWork], platforms: Mapping[str, Platform], letters: Letters) -> None:
        self._uow = uow
        self._platforms = {name: platform for name, platform in platforms.items() if platform.shape.changes}
        self._letters = letters

    @property
    def channels(self) -> frozenset[str]:
        """Return the channels of those platforms."""
        return frozenset(self._platforms)

    async def show(self, message: Message) -> Standing:
        """Let the customer see a message as it is now, or no more where it is empty, before that is stored.

        Returns how far the message had come, for ``confirm``. What has not been tried yet goes out as it is then.
        Raises MessageFixedError: ``under_way`` where nobody knows yet whether the message has arrived, ``refused``
        where it was given up or the platform does not change it, and ``unsure`` where the platform may have.
        """
        assert message.id is not None
        async with self._uow() as uow:
            entry = await uow.outbox.get(message.id)
            platform = self._platforms.get(entry.channel) if entry else None
            to = await uow.correspondents.get(message.conversation_id) if platform else None
            if entry is None or platform is None or to is None:
                return None
            letter = await self._letters.write(uow, [message], to, platform.shape)
        if entry.state is OutboxState.PENDING and entry.attempts:
            raise MessageFixedError("under_way")
        if entry.state is OutboxState.FAILED:
            # Some of its pieces may have arrived.
            raise MessageFixedError("refused")
        if entry.state is OutboxState.SENT and entry.platform_message_id is not None:
            try:
                await asyncio.wait_for(platform.change(to, entry.platform_message_id, letter), _WITHIN_SECONDS)
            except (DeliveryError, asyncio.TimeoutError) as error:
                log.warning("changes.failed", channel=entry.channel, error=described(error))
                is_refused = isinstance(error, DeliveryError) and error.is_permanent
                raise MessageFixedError("refused" if is_refused else "unsure") from error
        return entry.state, entry.attempts

    @staticmethod
    async def confirm(uow: UnitOfWork, message_id: int, standing: Standing) -> None:
        """Make sure, in the transaction that stores a change, that nobody has begun to send the message meanwhile.

        Raises MessageFixedError with ``under_way`` where somebody has: the customer gets the old words.
        """
        if standing is None:
            return
        entry = await uow.outbox.get(message_id, to_change=True)
        if entry is not None and (entry.state, entry.attempts) != standing:
            raise MessageFixedError("under_way")
