"""The run: customers on every channel, a process that dies, platforms that fail, and the comparison at the end."""

from __future__ import annotations

import asyncio
import contextlib
import random
import sqlite3
import time
import traceback
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path

from bench.channels.compare import Comparison, compare
from bench.channels.customers import Buyer, Chatter, Customer, counted
from bench.channels.faults import Faults
from bench.channels.killer import Killer
from bench.channels.post import Post
from bot.store.database import Database
from tests.channels.sides.every import SIDES
from tests.channels.sides.side import WebhookSide
from tests.channels.world import World, a_world
from tests.e2e.phrases import ALL
from tests.e2e.process import Parley
from tests.e2e.sentences import LEARNED

_SETTLED_WITHIN_SECONDS = 240
_FINISHED_WITHIN_SECONDS = 420
_MANY = 10_000


@dataclass
class Plan:
    """How long, how much and how bad; everything else follows from the seed."""

    seconds: float
    seed: int = 2026
    kill_every_seconds: float = 15.0
    fault_every_seconds: float = 4.0
    longest_outage_seconds: float = 12.0
    expires_tokens: bool = False


@dataclass
class Outcome:
    """What came of it."""

    comparison: Comparison
    sent: Counter[str]
    counts: Counter[str]
    kills: int
    webhook_seconds: list[float]
    breaches: list[str]
    problems: list[str] = field(default_factory=list)


class Traffic:
    """One run in a folder of its own."""

    def __init__(self, folder: Path, plan: Plan) -> None:
        self._folder = folder
        self._plan = plan
        self._counts: Counter[str] = Counter()
        self._customers: list[Customer] = []
        self._problems: list[str] = []
        self._numbers = iter(range(1, 100_000))
        self._world: World
        self._store: Database

    async def play(self) -> Outcome:
        """Let everything happen, wait until nothing is on its way, and compare."""
        async with a_world() as world:
            self._world = world
            parley = Parley(self._folder, PARLEY_LOG_LEVEL="info", **world.environment())
            await asyncio.to_thread(parley.start)
            world.base = parley.base
            self._store = await Database.open(f"sqlite+aiosqlite:///{parley.folder / 'parley.db'}")
            try:
                return await self._play(parley)
            finally:
                closing = [asyncio.create_task(customer.side.close()) for customer in self._customers]
                await asyncio.wait(closing, timeout=10)
                await self._store.close()
                await asyncio.to_thread(parley.stop)

    async def _play(self, parley: Parley) -> Outcome:
        plan, ends, calms = self._plan, asyncio.Event(), asyncio.Event()
        killer = Killer(parley, self._world, self._chance("kills"), self._counts)
        faults = Faults(
            self._world, self._chance("faults"), self._counts,
            longest_outage=plan.longest_outage_seconds, expires=plan.expires_tokens,
        )  # fmt: skip
        work = [self._start(self._chat(place, channel, ends)) for place, channel in enumerate(SIDES)]
        work += [
            self._start(self._chat(place, channel, ends, is_ordered=False))
            for place, channel in enumerate(SIDES)
            if issubclass(SIDES[channel], WebhookSide)
        ]
        work.append(self._start(self._blocking(ends)))
        work.append(self._start(self._buy(ends)))
        troubles = [
            self._start(killer.play(calms, self._customers, plan.kill_every_seconds)),
            self._start(faults.play(calms, plan.fault_every_seconds)),
        ]
        await asyncio.sleep(plan.seconds)
        ends.set()
        calms.set()
        await self._gather([*troubles, *work])
        for customer in self._customers:
            await customer.post.rest()
        await faults.heal()
        await self._settle(killer, parley)
        found = await compare(self._store, self._customers, killer.moments)
        return Outcome(
            found, counted(self._customers), self._counts, len(killer.moments), self._world.seconds,
            self._world.breaches, [*self._problems, *found.problems],
        )  # fmt: skip

    # --- customers ----------------------------------------------------------------------------------------------------

    def _customer(self, channel: str, language: str, *, is_ordered: bool = True) -> Customer:
        number = next(self._numbers)
        side = SIDES[channel](self._world, number, language)
        post = Post(side, self._chance(f"post {number}"), self._counts)
        customer = Customer(side, post, is_ordered=is_ordered)
        self._customers.append(customer)
        return customer

    async def _chat(self, place: int, channel: str, ends: asyncio.Event, *, is_ordered: bool = True) -> None:
        """Chat until the end; where a customer has written enough, the next one comes."""
        while not ends.is_set():
            phrases = ALL[place % len(ALL)]
            customer = self._customer(channel, phrases.language, is_ordered=is_ordered)
            sentences = (phrases.refund_time, phrases.who_pays, phrases.start_return, phrases.still_there)
            await Chatter(customer, sentences, self._chance(f"chat {customer.side.number}")).play(ends)

    async def _blocking(self, ends: asyncio.Event) -> None:
        """Somebody blocks us: what is said to them then is meant to be dead."""
        customer = self._customer("telegram", "en")
        customer.may_have_dead = True
        chance = self._chance("blocking")

        async def block() -> None:
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(ends.wait(), self._plan.seconds / 3)
            assert isinstance(customer.side, WebhookSide)
            self._world.telegram.blocked_by.add(customer.side.address)

        sentences = (ALL[0].refund_time, ALL[0].who_pays)
        await asyncio.gather(Chatter(customer, sentences, chance).play(ends), block())

    async def _buy(self, ends: asyncio.Event) -> None:
        """Let returns and complaints begin one after the other, on one channel after the other."""
        speakers = [(phrases, kind) for kind in ("return", "complaint") for phrases in (*ALL, *LEARNED)]
        channels = list(SIDES)
        going: list[asyncio.Task[None]] = []
        pause = self._plan.seconds * 0.8 / len(speakers)
        self._chance("speakers").shuffle(speakers)
        for place, (phrases, kind) in enumerate(speakers):
            if ends.is_set():
                break
            customer = self._customer(channels[place % len(channels)], phrases.language)
            customer.order = phrases.order(1 if kind == "return" else 3)
            buyer = Buyer(customer.side, self._store, patience=_FINISHED_WITHIN_SECONDS)
            buyer.customer, buyer.phrases = customer, phrases
            going.append(self._start(buyer.play_return() if kind == "return" else buyer.play_complaint()))
            await asyncio.sleep(pause)
        await self._gather(going)

    # --- the end ------------------------------------------------------------------------------------------------------

    async def _settle(self, killer: Killer, parley: Parley) -> None:
        """Let the pauses run out as if time had passed while the process was away, and wait until all is sent."""
        await killer.kill()
        with contextlib.closing(sqlite3.connect(parley.folder / "parley.db", timeout=30)) as connection:
            moment = datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M:%S.%f")
            connection.execute("UPDATE outbox SET next_attempt_at = ? WHERE state = 'pending'", (moment,))
            long_ago = moment.replace(moment[:4], "2000", 1)
            connection.execute("UPDATE inbox SET processed_at = ? WHERE state = 'put_off'", (long_ago,))
            connection.commit()
        await killer.start()
        ends_at = time.monotonic() + _SETTLED_WITHIN_SECONDS
        while time.monotonic() < ends_at:
            waiting = [customer for customer in self._customers if await self._is_waiting(customer)]
            if not waiting:
                return
            await asyncio.sleep(1)

    async def _is_waiting(self, customer: Customer) -> bool:
        side, got = customer.side, {letter.id for letter in await customer.side.got()}
        async with self._store.uow() as uow:
            put_off = await uow.inbox.put_off(_MANY)
            if await uow.inbox.waiting(side.own) or any(entry.conversation_id == side.own for entry in put_off):
                return True
            pending = await uow.outbox.pending(side.own)
        return any(str(entry.message_id) not in got for entry in pending)

    async def _gather(self, work: list[asyncio.Task[None]]) -> None:
        for result in await asyncio.gather(*work, return_exceptions=True):
            if isinstance(result, BaseException):
                self._problems.append("".join(traceback.format_exception(result)[-3:])[-1500:])

    def _start(self, work) -> asyncio.Task[None]:  # type: ignore[no-untyped-def]
        return asyncio.create_task(work)

    def _chance(self, name: str) -> random.Random:
        return random.Random(f"{self._plan.seed} {name}")
