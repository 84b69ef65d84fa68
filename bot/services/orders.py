"""Keeping the local copies of orders fresh, where the shop takes its orders in another system.

Parley works on its own copy; the shop's system is asked before a conversation tries to prove an order, and again for a
proved one whose copy is old. Where it is slow or down, the copy is what there is.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

import structlog

from bot.aftersales.identification import MAX_WRONG_TRIES
from bot.breaker import Seconds
from bot.errors import ConflictError
from bot.services import identification
from bot.services.order_sources import Answer, Inquiries
from bot.services.orders_taking import take
from bot.services.ports import Clock, UnitOfWork
from bot.services.privacy import is_erased

log = structlog.get_logger(__name__)


class SourcedOrders:
    """The orders of a source; answers of it become local copies."""

    def __init__(
        self,
        uow: Callable[[], UnitOfWork],
        inquiries: Inquiries,
        clock: Clock,
        *,
        keep: timedelta = timedelta(minutes=5),
        seconds: Seconds = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._uow = uow
        self._inquiries = inquiries
        self._clock = clock
        self._keep = keep
        self._seconds = seconds
        self._sleep = sleep

    async def seek(self, conversation_id: str, number: str, factors: Sequence[str]) -> None:
        """Take an order over from the source if one of some details proves it, before they are tried.

        Nothing is taken over without such a detail. Without one, this lasts as long as the source may take at most,
        whatever it answered: how long it took tells nobody whether an order exists.
        """
        started = self._seconds()
        async with self._uow() as uow:
            record = await uow.identifications.get(conversation_id, number)
            local = await uow.orders.read(number)
            before = await identification.wrong_tries(uow, conversation_id, number, self._clock())
        if record is not None and (record.is_proved or record.is_locked(self._clock())):
            return
        # Those after the last try that is left are not looked at, so nothing may depend on them.
        tried = factors[: MAX_WRONG_TRIES - (record.wrong_tries if record else 0)]
        if not tried or before.allow_proof(local, tried):
            return
        # Until they are tried they count as wrong: many conversations at once must not learn more than limits allow.
        async with self._uow() as uow:
            before = await identification.reserve_tries(uow, conversation_id, number, len(tried), self._clock())
        try:
            answer = await self._inquiries.unproved(number, conversation_id)
            may_be_taken = local is None or not is_erased(local.customer)
            if may_be_taken and before.allow_proof(answer.order(), tried):
                await self._take(answer, conversation_id)
                return
            await self._sleep(max(0.0, self._inquiries.limits.deadline_seconds - (self._seconds() - started)))
        finally:
            async with self._uow() as uow:
                await identification.release_tries(uow, conversation_id, number, len(tried))

    async def refresh(self, conversation_id: str, number: str) -> None:
        """Bring the local copy of an order up to date if the conversation has proved it and the copy is old."""
        async with self._uow() as uow:
            if not await identification.is_proved(uow, conversation_id, number):
                return
            origin = await uow.order_origins.get(number)
        if origin is not None and self._clock() - origin.fetched_at < self._keep:
            return
        answer = await self._inquiries.proved(number)
        if answer.sourced is not None:
            await self._take(answer, conversation_id)

    async def close(self) -> None:
        """Disconnect from the source."""
        await self._inquiries.close()

    async def _take(self, answer: Answer, conversation_id: str) -> None:
        assert answer.sourced is not None
        for is_last in (False, True):
            try:
                async with self._uow() as uow:
                    await take(uow, answer.sourced, self._inquiries.source.name, self._clock(), conversation_id)
                    await uow.commit()
                return
            except ConflictError:
                if is_last:
                    # Somebody keeps changing it: what they see is fresh.
                    log.info("orders.not_taken", reason="conflict")
