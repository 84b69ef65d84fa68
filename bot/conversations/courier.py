"""The courier: brings what the outbox holds to messaging platforms, in order, until it arrives or is given up."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import structlog

from bot import metrics, tracing
from bot.conversations import undelivered
from bot.conversations.feed import EVERYTHING, Feed
from bot.conversations.letters import Letters
from bot.conversations.model import Author, Correspondent, OutboundMessage, OutboxState
from bot.conversations.platform import Letter, Platform
from bot.conversations.ports import UnitOfWork
from bot.conversations.typing_signs import TypingSigns
from bot.errors import DeliveryError
from bot.logs import described
from bot.services.ports import Clock

log = structlog.get_logger()

LEASE = timedelta(seconds=45)
"""How long a message stays with whoever sends it; a platform must answer well before."""
MOST_ATTEMPTS = 200
"""How often a message is tried, which with the pauses between is about a day."""
LONGEST_PAUSE_SECONDS = 600.0

_LOOKS_EVERY_SECONDS = 1.0
_AT_ONCE = 8
_GAVE_UP = "gave_up"


class Courier:
    """Sends each conversation's messages one after the other; several replicas may do so at the same time.

    A message is taken with a lease before it is sent and settled afterwards: whoever dies in between leaves it to be
    sent once more under the same id, so that everything arrives at least once. What a platform refuses for good, or
    has not taken after a day of tries, is dead: it stays in the outbox with the reason, and an agent may send it again.
    """

    def __init__(
        self,
        uow: Callable[[], UnitOfWork],
        platforms: Mapping[str, Platform],
        letters: Letters,
        feed: Feed,
        clock: Clock,
    ) -> None:
        self._uow = uow
        self._platforms = platforms
        self._letters = letters
        self._feed = feed
        self._clock = clock
        self._held: dict[str, datetime] = {}
        self._signs = TypingSigns(uow, platforms, self._is_held)
        self._under_way: dict[str, dict[str, asyncio.Task[int]]] = {channel: {} for channel in platforms}
        self._news = asyncio.Event()
        self._showing: set[asyncio.Task[None]] = set()
        self._tasks: list[asyncio.Task[None]] = []
        self._is_closing = False

    def start(self) -> None:
        """Begin to deliver: whenever something is said, and every second."""
        if self._platforms:
            self._tasks = [
                asyncio.create_task(self._listen(), name="courier-listens"),
                asyncio.create_task(self._keep_delivering(), name="courier"),
            ]

    async def close(self) -> None:
        """Let what is being sent arrive, then disconnect."""
        self._is_closing = True
        self._news.set()
        for task in self._tasks:
            task.cancel()
        running = [
            *self._tasks,
            *self._showing,
            *(task for tasks in self._under_way.values() for task in tasks.values()),
        ]
        if running:
            await asyncio.wait(running, timeout=LEASE.total_seconds())
        for platform in self._platforms.values():
            await platform.close()

    async def deliver(self) -> int:
        """Send everything that is due, and return how many letters that were."""
        sent = 0
        while tasks := await self._begin():
            round_sent = sum(await asyncio.gather(*tasks))
            if not round_sent:
                break
            sent += round_sent
        return sent

    async def _listen(self) -> None:
        with self._feed.listen(EVERYTHING) as news:
            while True:
                entry = await news.get()
                if entry["type"] == "message":
                    self._news.set()
                elif entry["type"] == "typing" and entry["author"] == Author.AGENT.value:
                    sign = asyncio.create_task(self._signs.show(entry["conversation_id"]), name="courier-signs")
                    self._showing.add(sign)
                    sign.add_done_callback(self._showing.discard)

    async def _keep_delivering(self) -> None:
        while not self._is_closing:
            self._news.clear()
            try:
                await self._begin()
            except Exception as error:
                # Most likely the database is away; what is in the outbox stays there.
                log.error("courier.looking_failed", error=described(error))
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._news.wait(), _LOOKS_EVERY_SECONDS)

    async def _begin(self) -> list[asyncio.Task[int]]:
        """Begin to deliver to conversations with something due, so many a channel: a slow one must not slow others."""
        now, begun = self._clock(), []
        for channel, running in self._under_way.items():
            if self._is_held(channel) or len(running) >= _AT_ONCE:
                continue
            async with self._uow() as uow:
                due = await uow.outbox.due([channel], now, _AT_ONCE + len(running))
            free = [conversation_id for conversation_id in due if conversation_id not in running]
            for conversation_id in free[: _AT_ONCE - len(running)]:
                task = running[conversation_id] = asyncio.create_task(
                    self._deliver(conversation_id), name="courier-delivers"
                )
                task.add_done_callback(partial(self._ended, running, conversation_id))
                begun.append(task)
        return begun

    def _is_held(self, channel: str) -> bool:
        now = self._clock()
        return self._held.get(channel, now) > now

    def _ended(self, running: dict[str, asyncio.Task[int]], conversation_id: str, task: asyncio.Task[int]) -> None:
        running.pop(conversation_id, None)
        self._news.set()

    async def _deliver(self, conversation_id: str) -> int:
        """Send a conversation's letters until none is due or one did not get through; return how many did."""
        sent = 0
        while not self._is_closing:
            try:
                taken = await self._take(conversation_id)
                if not taken or not await self._send(conversation_id, taken):
                    return sent
            except Exception as error:
                log.error("courier.failed", conversation_id=conversation_id, error=described(error))
                return sent
            sent += 1
        return sent

    async def _take(self, conversation_id: str) -> list[OutboundMessage]:
        """Claim the oldest message, and with it the rest of its answer where the platform merges."""
        now = self._clock()
        async with self._uow() as uow:
            first = await uow.outbox.claim(conversation_id, now, now + LEASE)
            if first is None:
                return []
            taken = [first]
            if self._platforms[first.channel].shape.merges:
                waiting = await uow.outbox.pending(conversation_id)
                told = {m.id: m for m in await uow.messages.some(conversation_id, [m.message_id for m in waiting])}
                cause = told[first.message_id].reply_to
                for message in waiting:
                    if message.message_id == first.message_id or cause is None:
                        continue
                    if told[message.message_id].reply_to != cause:
                        break
                    taken.append(replace(message, attempts=first.attempts))
            await uow.commit()
        return taken

    async def _send(self, conversation_id: str, taken: list[OutboundMessage]) -> bool:
        channel = taken[0].channel
        platform = self._platforms[channel]
        async with self._uow() as uow:
            to = await uow.correspondents.get(conversation_id)
            messages = await uow.messages.some(conversation_id, [entry.message_id for entry in taken])
            try:
                letter = await self._letters.write(uow, messages, to, platform.shape) if to else None
                unwritable = None
            except Exception as error:
                # It must not hold back for ever, unseen, what was said after it.
                log.error("courier.unwritable", conversation_id=conversation_id, error=described(error))
                letter, unwritable = None, DeliveryError("unwritable")
        try:
            if unwritable is not None:
                raise unwritable
            with tracing.span("courier.send", channel=channel):
                platform_id = await self._hand_over(platform, to, letter)
        except DeliveryError as error:
            await self._postpone(taken, error)
            return error.is_permanent
        now = self._clock()
        await self._settle(
            [
                replace(entry, state=OutboxState.SENT, sent_at=now, platform_message_id=platform_id, error=None)
                for entry in taken
            ]
        )
        metrics.DELIVERIES.labels(channel, "sent").inc()
        return True

    async def _hand_over(self, platform: Platform, to: Correspondent | None, letter: Letter | None) -> str | None:
        if to is None:
            raise DeliveryError("no_address", is_permanent=True)
        if letter is None:
            return None
        try:
            return await asyncio.wait_for(platform.send(letter), LEASE.total_seconds() * 2 / 3)
        except asyncio.TimeoutError as error:
            raise DeliveryError("timeout") from error
        except DeliveryError:
            raise
        except Exception as error:
            # A platform's surprise must hold back one conversation only, and be tried again.
            log.error("courier.platform_failed", channel=platform.channel, error=described(error))
            raise DeliveryError("unexpected") from error

    async def _postpone(self, taken: list[OutboundMessage], error: DeliveryError) -> None:
        now, first = self._clock(), taken[0]
        # However soon a platform allows the next try: a letter gets about a day.
        pause = timedelta(seconds=max(error.retry_after_seconds or 0.0, _pause_seconds(first.attempts)))
        is_dead = error.is_permanent or first.attempts >= MOST_ATTEMPTS
        log.warning(
            "courier.given_up" if is_dead else "courier.postponed",
            channel=first.channel,
            conversation_id=first.conversation_id,
            reason=error.reason,
            attempts=first.attempts,
        )
        metrics.DELIVERIES.labels(first.channel, "given_up" if is_dead else "postponed").inc()
        metrics.channel_error(first.channel, error.reason)
        if error.holds_channel:
            self._held[first.channel] = now + timedelta(seconds=error.retry_after_seconds or pause.total_seconds())
        if not is_dead:
            await self._settle([replace(entry, next_attempt_at=now + pause, error=error.reason) for entry in taken])
            return
        reason = error.reason if error.is_permanent else f"{_GAVE_UP}: {error.reason}"
        async with self._uow() as uow:
            await undelivered.give_up(uow, taken, reason, now, is_claimed=True)
            await uow.commit()
        self._feed.publish(first.conversation_id, {"type": "note"})

    async def _settle(self, entries: list[OutboundMessage]) -> None:
        async with self._uow() as uow:
            for entry in entries:
                await uow.outbox.settle(entry, is_claimed=True)
            await uow.commit()


def _pause_seconds(attempts: int) -> float:
    """Return how long to wait after so many attempts: twice as long each time, with jitter, ten minutes at most."""
    longest = min(LONGEST_PAUSE_SECONDS, 2.0 ** min(attempts, 12))
    # Full jitter would allow no pause at all; half of it keeps replicas apart and platforms at peace.
    return longest / 2 + random.random() * longest / 2
