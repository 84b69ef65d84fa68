"""Rounds of the routing: who is gone loses what they hold, who is free gets what waits, who waits is told the place."""

from __future__ import annotations

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache

import structlog

from bot.aftersales.escalation import EscalationState, GivenBy
from bot.aftersales.sla import ServiceLevels
from bot.conversations.handling import Handling
from bot.conversations.ports import UnitOfWork
from bot.errors import ConflictError, IllegalStateError, NotFoundError
from bot.services import desk_settings, routing
from bot.services.account import Account, Presence
from bot.services.desk_settings import DeskSettings, RoutingMode
from bot.services.escalations import QueuePlace
from bot.services.ports import Clock
from bot.services.presence import GRACE, presence_of
from bot.services.routing import Floor
from bot.services.routing_ports import Held, Waiting

log = structlog.get_logger()

EVERY = timedelta(seconds=5)
SYSTEM = "system"

_TOLD_EVERY = timedelta(seconds=60)
_TOLD_AT_ONCE = 50
"""How many customers a round tells their place; the others are told by the next ones."""

_GONE_BY = (ConflictError, IllegalStateError, NotFoundError)
"""What somebody else did with a conversation meanwhile: it is theirs now."""


@dataclass
class _Board:
    """What a round works on, read once; ``floor`` and ``last_given`` keep up while conversations are given.

    Thousands may wait: whatever does not depend on the single conversation is worked out once.
    """

    settings: DeskSettings
    levels: ServiceLevels
    everybody: Mapping[str, Account]
    floor: Floor
    held: Sequence[Held]
    waiting: Sequence[Waiting]
    last_given: dict[str, datetime]
    _speakers: dict[str, frozenset[str]] = field(default_factory=dict)

    def speakers(self, language: str) -> frozenset[str]:
        """Return the ids of all who could ever come and are known to write a language."""
        if language not in self._speakers:
            self._speakers[language] = frozenset(
                account.id
                for account in self.everybody.values()
                if account.is_active and account.languages and routing.speaks(account, language)
            )
        return self._speakers[language]


class RoutingRounds:
    """Runs the rounds; any replica may, even two at once: each step expects to find what it saw, or does nothing."""

    def __init__(self, uow: Callable[[], UnitOfWork], handling: Handling, clock: Clock, levels: ServiceLevels) -> None:
        self._uow = uow
        self._handling = handling
        self._clock = clock
        self._levels = levels
        self._task: asyncio.Task[None] | None = None
        self._is_wanted = False
        handling.on_change = self.soon

    def soon(self) -> None:
        """Run a round now, in the background: somebody came, went, or became free."""
        self._is_wanted = True
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run_wanted(), name="routing")

    async def close(self) -> None:
        """Let the running round end."""
        if self._task is not None:
            await asyncio.wait({self._task}, timeout=5)

    async def run(self, now: datetime) -> None:
        """Make one round."""
        with contextlib.suppress(*_GONE_BY):
            await self._give_teams()
        board = await self._read(now)
        if await self._take_away(board, now):
            board = await self._read(now)
        if board.settings.routing.mode is RoutingMode.PUSH and await self._give(board, now):
            board = await self._read(now)
        await self._tell(board, now)

    async def _run_wanted(self) -> None:
        while self._is_wanted:
            self._is_wanted = False
            try:
                await self.run(self._clock())
            except Exception as error:
                # The job makes the next round in a few seconds anyway.
                log.error("routing.round_failed", error=type(error).__name__)

    async def _give_teams(self) -> None:
        async with self._uow() as uow:
            if await routing.give_teams(uow, await desk_settings.read(uow)):
                await uow.commit()

    async def _read(self, now: datetime) -> _Board:
        async with self._uow() as uow:
            settings = await desk_settings.read(uow)
            everybody = {account.id: account for account in await uow.accounts.all()}
            held = await uow.routing.held()
            floor = await routing.floor_of(uow, now, held)
            waiting = await uow.routing.waiting()
        # Those who hold theirs longest come first.
        last_given = {one.agent_id: one.assigned_at for one in held}
        return _Board(settings, settings.service_levels(self._levels), everybody, floor, held, waiting, last_given)

    async def _take_away(self, board: _Board, now: datetime) -> int:
        taken = 0
        for held in board.held:
            why = _absence(board.everybody.get(held.agent_id), held, now)
            if why is not None:
                taken += await self._release(held, why, passes_over=False)
        patience = timedelta(seconds=board.settings.routing.answer_within_seconds)
        async with self._uow() as uow:
            silent = await uow.routing.unanswered(now, patience)
        for held, waiting in silent:
            # Without anybody else who would take it, it is better off where it is.
            passed = waiting._replace(passed_over=[*waiting.passed_over, held.agent_id])
            successor = self._choose(board, passed, now, again=False)
            if successor is not None and await self._release(held, "not_answered", passes_over=True):
                # One free place is a successor for one conversation only.
                board.floor.load[successor.id] += 1
                taken += 1
        return taken

    async def _release(self, held: Held, why: str, *, passes_over: bool) -> bool:
        seen, release = f"agent:{held.agent_id}", self._handling.release
        step = release(held.conversation_id, SYSTEM, why, seen_with=seen, passes_over=passes_over)
        return await _is_done(held.conversation_id, step)

    async def _give(self, board: _Board, now: datetime) -> int:
        given = 0
        for waiting in board.waiting:
            if not any(board.floor.free(account) for account in board.floor.agents):
                break
            chosen = self._choose(board, waiting, now)
            if chosen is None:
                continue
            step = self._handling.give(
                waiting.conversation_id, chosen.id, chosen.display_name, GivenBy.ROUTING, SYSTEM,
                seen_with=EscalationState.QUEUED.value,
            )  # fmt: skip
            if not await _is_done(waiting.conversation_id, step):
                continue
            board.floor.load[chosen.id] += 1
            board.last_given[chosen.id] = now
            given += 1
        return given

    @staticmethod
    def _choose(board: _Board, waiting: Waiting, now: datetime, *, again: bool = True) -> Account | None:
        speakers = board.speakers(waiting.language)
        return routing.choose(waiting, board.floor, speakers, now, board.last_given, again=again)

    async def _tell(self, board: _Board, now: datetime) -> None:
        if not board.waiting:
            return
        async with self._uow() as uow:
            pace = await routing.pace_of(uow, now)

        @cache
        def is_open(team: str | None, language: str) -> bool:
            hours = routing.hours_of(board.settings, board.levels, team, language)
            return routing.opens_at(hours, team, board.floor, now) is None

        room = cache(board.floor.room)
        place: defaultdict[str | None, int] = defaultdict(int)
        told = 0
        for waiting in board.waiting:
            if told >= _TOLD_AT_ONCE:
                return
            place[waiting.team] += 1
            position = place[waiting.team]
            if not is_open(waiting.team, waiting.language):
                continue
            wait = routing.expected_wait(position, room(waiting.team), pace)
            if is_news(waiting.told, position, wait, now):
                found = QueuePlace(EscalationState.QUEUED, position, int(wait.total_seconds()))
                told_at = waiting.told[2] if waiting.told else None
                step = self._handling.tell_place(waiting.conversation_id, found, told_at=told_at)
                await _is_done(waiting.conversation_id, step)
                told += 1


async def _is_done(conversation_id: str, step: Awaitable[object]) -> bool:
    """Take a step with one conversation, and tell whether it was taken; what goes wrong with one stops no other."""
    try:
        await step
    except _GONE_BY:
        return False
    except Exception as error:
        log.error("routing.step_failed", conversation_id=conversation_id, error=type(error).__name__)
        return False
    return True


def is_news(told: tuple[int, int, datetime] | None, position: int, wait: timedelta, now: datetime) -> bool:
    """Tell whether a place in the queue is worth a message after what the customer was told last.

    Moving up is: each place near the front, a quarter of the way further back. So is a wait that gets longer by half
    and at least five minutes. Never more than one message a minute.
    """
    if told is None:
        return True
    before, wait_seconds, told_at = told
    if now - told_at < _TOLD_EVERY:
        return False
    if position < before and (position <= 3 or before - position >= max(2, before // 4)):
        return True
    left = timedelta(seconds=wait_seconds) - (now - told_at)
    return wait - max(left, timedelta(0)) >= max(timedelta(minutes=5), timedelta(seconds=wait_seconds) / 2)


def _absence(account: Account | None, held: Held, now: datetime) -> str | None:
    """Return why somebody does not work on what they hold any more, None while they do."""
    if account is None or not account.is_active:
        return "disabled"
    if presence_of(account, now) is not Presence.OFFLINE:
        return None
    is_seen = account.seen_at is not None and now - account.seen_at <= GRACE
    # Whoever took it just now, without an open page of the desk, is given the same time as one who closed it.
    return "offline" if is_seen or now - held.assigned_at > GRACE else None
