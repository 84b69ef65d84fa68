"""Notes which messages have reached the customer, in batches, so that answering never waits for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import structlog

from bot.conversations.ports import UnitOfWork
from bot.services.ports import Clock

log = structlog.get_logger()

_EVERY_SECONDS = 0.5


class Delivery:
    """Collects ids of delivered messages and marks their outbox rows sent.

    A note lost in a crash means only that the client is offered a message again, which it knows by its id.
    """

    def __init__(self, uow: Callable[[], UnitOfWork], clock: Clock) -> None:
        self._uow = uow
        self._clock = clock
        self._sent: list[int] = []
        self._task: asyncio.Task[None] | None = None

    def sent(self, message_ids: list[int]) -> None:
        """Note that messages were handed to the customer's client."""
        if not message_ids:
            return
        self._sent += message_ids
        if self._task is None:
            self._task = asyncio.create_task(self._later())

    async def close(self) -> None:
        """Write down what is still only in memory."""
        await self._flush()

    async def _later(self) -> None:
        await asyncio.sleep(_EVERY_SECONDS)
        self._task = None
        await self._flush()

    async def _flush(self) -> None:
        batch, self._sent = self._sent, []
        if not batch:
            return
        try:
            async with self._uow() as uow:
                await uow.outbox.mark_sent(batch, self._clock())
                await uow.commit()
        except Exception:
            log.exception("delivery.flush_failed", messages=len(batch))
            self._sent = batch + self._sent
