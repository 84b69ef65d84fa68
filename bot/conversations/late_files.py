"""Files that a platform was not able to give when they came: asked for again and again, for a day."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import structlog

from bot import metrics
from bot.aftersales.evidence import EvidenceRefusal
from bot.conversations.arrivals import PATIENCE, attach, fetched
from bot.conversations.courier import LONGEST_PAUSE_SECONDS
from bot.conversations.feed import Feed
from bot.conversations.model import InboundMessage
from bot.conversations.platform import Platform
from bot.conversations.ports import UnitOfWork
from bot.errors import DeliveryError, EvidenceRefusedError
from bot.logs import described
from bot.services import evidence
from bot.services.evidence_ports import CleanCopy, EvidenceStore
from bot.services.ports import Clock

log = structlog.get_logger()

EVERY = timedelta(seconds=15)

_LOOKED_AT = 500
_FAILURES = 3
"""After how many files in a row that it does not give a platform is left alone until the next round."""


class LateFiles:
    """Gets the files of messages that were put off; several replicas may do so at the same time.

    What came is kept and shown with its message, and the message waits for its answer again: the bot, or whoever
    handles the conversation, goes on as if it came now. What is refused, or has not come after a day, waits for its
    answer as well, and its sender is told.
    """

    def __init__(
        self,
        uow: Callable[[], UnitOfWork],
        platforms: Mapping[str, Platform],
        files: EvidenceStore,
        feed: Feed,
        clock: Clock,
        wake: Callable[[str], None],
    ) -> None:
        self._uow = uow
        self._platforms = platforms
        self._files = files
        self._feed = feed
        self._clock = clock
        self._wake = wake
        self._held: dict[str, datetime] = {}

    async def run(self, now: datetime) -> None:
        """Try what is due, a channel's files one after the other."""
        async with self._uow() as uow:
            put_off = await uow.inbox.put_off(_LOOKED_AT)
        due: dict[str, list[InboundMessage]] = {}
        for inbound in put_off:
            if _is_due(inbound, now):
                due.setdefault(inbound.channel, []).append(inbound)
        await asyncio.gather(*(self._channel(channel, messages) for channel, messages in due.items()))

    async def _channel(self, channel: str, messages: list[InboundMessage]) -> None:
        failures = 0
        for inbound in messages:
            now = self._clock()
            platform = self._platforms.get(channel)
            if platform is None or inbound.received_at + PATIENCE <= now:
                # Where a channel was given up nobody can be told, but nothing waits for ever.
                await self._take_up(inbound)
                continue
            if failures >= _FAILURES or self._held.get(channel, now) > now:
                continue
            try:
                failures = 0 if await self._try(platform, inbound, now) else failures + 1
            except Exception as error:
                # Most likely the database is away; one file must not keep back the others.
                log.error("late_files.failed", channel=channel, error=described(error))
                failures += 1

    async def _try(self, platform: Platform, inbound: InboundMessage, now: datetime) -> bool:
        """Get a file unless somebody else tries it now; return False where the platform does not give any."""
        async with self._uow() as uow:
            if not await uow.inbox.claim_put_off(inbound, now):
                return True
            await uow.commit()
        try:
            async with self._uow() as uow:
                await evidence.check_room(uow, inbound.conversation_id, now)
            copy = await fetched(platform, self._files, inbound)
            await self._keep(inbound, copy)
        except DeliveryError as error:
            metrics.channel_error(inbound.channel, error.reason)
            log.warning("late_files.not_given", channel=inbound.channel, reason=error.reason)
            if error.is_permanent:
                await self._take_up(inbound)
                return True
            if error.holds_channel:
                self._held[inbound.channel] = now + timedelta(seconds=error.retry_after_seconds or 0.0)
            return False
        except EvidenceRefusedError as error:
            # What an hour has no room for, since many came at once after an outage, the next one may have.
            if EvidenceRefusal(error.reason) is not EvidenceRefusal.TOO_MANY:
                await self._take_up(inbound)
        return True

    async def _keep(self, inbound: InboundMessage, copy: CleanCopy) -> None:
        async with self._uow() as uow:
            if not await uow.inbox.take_up(inbound.id):
                # Another replica was faster, or the customer was forgotten meanwhile: then it belongs to nothing.
                if await uow.evidence.get(inbound.id) is None:
                    await self._files.remove(inbound.id)
                return
            shown = await attach(uow, inbound, copy, self._clock())
            await _give_to_case(uow, inbound, self._clock())
            await uow.commit()
        log.info("late_files.came", channel=inbound.channel, conversation_id=inbound.conversation_id)
        if shown is not None:
            self._feed.publish(inbound.conversation_id, {"type": "change", "message": shown.as_json()})
        self._wake(inbound.conversation_id)

    async def _take_up(self, inbound: InboundMessage) -> None:
        async with self._uow() as uow:
            await uow.inbox.take_up(inbound.id)
            await uow.commit()
        self._wake(inbound.conversation_id)


async def _give_to_case(uow: UnitOfWork, inbound: InboundMessage, now: datetime) -> None:
    """Attach what came to the first case that was opened after it was sent, which would have got it."""
    later = [
        case
        for case in await uow.cases.of_conversation(inbound.conversation_id)
        if case.opened_at >= inbound.received_at
    ]
    if later:
        first = min(later, key=lambda case: case.opened_at)
        await evidence.attach_piece(uow, inbound.id, first.number, now)


def _is_due(inbound: InboundMessage, now: datetime) -> bool:
    """Tell whether a file may be tried again: after pauses that grow with its age, scattered, ten minutes at most."""
    tried_at = inbound.processed_at or inbound.received_at
    age = (tried_at - inbound.received_at).total_seconds()
    longest = min(LONGEST_PAUSE_SECONDS, max(EVERY.total_seconds(), age))
    scatter = zlib.crc32(inbound.id.encode()) / 2**32
    pause = timedelta(seconds=longest / 2 + scatter * longest / 2)
    return tried_at + pause <= now or inbound.received_at + PATIENCE <= now
