"""Jobs run once among replicas, again after failures, and where another replica left off."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.errors import NotFoundError
from bot.scheduler.lease import Lease
from bot.scheduler.scheduler import LEASE, Job, Scheduler
from tests.channels.platform_server import until
from tests.integration.conftest import UowFactory
from tests.integration.store.things import NOW

MINUTE = timedelta(minutes=1)


class Time:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


class Counter:
    """A job that counts its runs, takes its time or is held until it may end, and fails when told to."""

    def __init__(self, seconds: float = 0.0, *, is_held: bool = False) -> None:
        self.runs: list[datetime] = []
        self.fails: Exception | None = None
        self.was_cut_off = False
        self.may_end = asyncio.Event()
        self._seconds = seconds
        if not is_held:
            self.may_end.set()

    async def __call__(self, now: datetime) -> None:
        self.runs.append(now)
        await asyncio.sleep(self._seconds)
        try:
            await self.may_end.wait()
        except asyncio.CancelledError:
            self.was_cut_off = True
            raise
        if self.fails is not None:
            raise self.fails


async def lease(uow_factory: UowFactory, name: str = "count") -> Lease:
    async with uow_factory() as uow:
        return await uow.job_leases.get(name)


async def test_two_schedulers_on_one_database_run_a_job_once(uow_factory: UowFactory) -> None:
    time, count = Time(), Counter(0.05)
    schedulers = [Scheduler(uow_factory, [Job("count", MINUTE, count)], time) for _ in range(5)]
    for number in range(4):
        ran = await asyncio.gather(*(scheduler.run_due() for scheduler in schedulers))
        assert sorted(ran) == [[], [], [], [], ["count"]], number
        time.now += MINUTE
    assert count.runs == [NOW + number * MINUTE for number in range(4)]


async def test_a_job_is_not_run_before_its_time_not_even_by_a_process_that_has_just_started(
    uow_factory: UowFactory,
) -> None:
    time, count = Time(), Counter()
    await Scheduler(uow_factory, [Job("count", MINUTE, count)], time).run_due()
    time.now += MINUTE - timedelta(seconds=1)
    assert await Scheduler(uow_factory, [Job("count", MINUTE, count)], time).run_due() == []
    time.now += timedelta(seconds=1)
    assert await Scheduler(uow_factory, [Job("count", MINUTE, count)], time).run_due() == ["count"]


async def test_a_job_that_fails_is_noted_without_its_words_and_run_again_next_time(uow_factory: UowFactory) -> None:
    time, count = Time(), Counter()
    scheduler = Scheduler(uow_factory, [Job("count", MINUTE, count)], time)
    count.fails = ValueError("anna@example.org")
    assert await scheduler.run_due() == ["count"]
    noted = (await lease(uow_factory)).last_error
    assert noted.startswith("ValueError at test_scheduler.py:")
    assert "anna" not in noted
    count.fails = NotFoundError("case", "C1")
    time.now += MINUTE
    await scheduler.run_due()
    assert (await lease(uow_factory)).last_error.startswith("NotFoundError (kind=case, key=C1) at")
    count.fails = None
    time.now += MINUTE
    await scheduler.run_due()
    assert await lease(uow_factory) == Lease("count", last_run_at=time.now)


async def test_a_replica_that_died_over_a_job_keeps_the_others_from_it_only_as_long_as_its_lease(
    uow_factory: UowFactory,
) -> None:
    time, count = Time(), Counter()
    async with uow_factory() as uow:
        assert await uow.job_leases.take("count", "the dead", NOW, NOW + LEASE, NOW - MINUTE)
        await uow.commit()
    scheduler = Scheduler(uow_factory, [Job("count", MINUTE, count)], time)
    assert await scheduler.run_due() == []
    time.now += LEASE
    assert await scheduler.run_due() == ["count"]
    async with uow_factory() as uow:
        await uow.job_leases.end("count", "the dead", NOW, "")
        assert not await uow.job_leases.renew("count", "the dead", NOW)
        await uow.commit()
    assert (await lease(uow_factory)).last_run_at == time.now


async def test_closing_waits_for_a_running_job_and_gives_its_lease_back(uow_factory: UowFactory) -> None:
    time, count = Time(), Counter(is_held=True)
    scheduler = Scheduler(uow_factory, [Job("count", MINUTE, count)], time)
    scheduler.start()
    await until(lambda: count.runs)
    assert (await lease(uow_factory)).holder is not None
    closing = asyncio.create_task(scheduler.close())
    await asyncio.sleep(0.15)
    assert not closing.done()
    count.may_end.set()
    await asyncio.wait_for(closing, 60)
    assert await lease(uow_factory) == Lease("count", last_run_at=NOW)
    assert count.runs == [NOW]


async def test_a_job_that_is_cut_off_stays_due(uow_factory: UowFactory) -> None:
    count = Counter(is_held=True)
    scheduler = Scheduler(uow_factory, [Job("count", MINUTE, count)], Time())
    running = asyncio.create_task(scheduler.run_due())
    await until(lambda: count.runs)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert await lease(uow_factory) == Lease("count", last_error="canceled")


@pytest.mark.parametrize("is_back", [False, True])
async def test_a_job_whose_lease_cannot_be_renewed_is_ended_before_another_replica_runs_it(
    uow_factory: UowFactory, monkeypatch: pytest.MonkeyPatch, is_back: bool
) -> None:
    monkeypatch.setattr("bot.scheduler.scheduler._RENEWS_EVERY_SECONDS", 0.02)
    away = asyncio.Event()

    def sometimes() -> Any:
        if away.is_set():
            if is_back:
                away.clear()
            raise OSError("the database is away")
        return uow_factory()

    time, count, other = Time(), Counter(is_held=True), Counter()
    running = asyncio.create_task(Scheduler(sometimes, [Job("count", MINUTE, count)], time).run_due())
    await until(lambda: count.runs)
    away.set()
    (ended,) = await asyncio.wait_for(asyncio.gather(running, return_exceptions=True), 60)
    assert count.was_cut_off
    assert isinstance(ended, list if is_back else OSError)
    left = await lease(uow_factory)
    assert (left.holder is None, left.last_run_at) == (is_back, None)
    time.now += timedelta() if is_back else LEASE
    assert await Scheduler(uow_factory, [Job("count", MINUTE, other)], time).run_due() == ["count"]


async def test_a_job_that_another_replica_took_meanwhile_is_ended_and_leaves_it_alone(
    uow_factory: UowFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.scheduler.scheduler._RENEWS_EVERY_SECONDS", 0.02)
    time, count = Time(), Counter(is_held=True)
    running = asyncio.create_task(Scheduler(uow_factory, [Job("count", MINUTE, count)], time).run_due())
    await until(lambda: count.runs)
    later = NOW + timedelta(hours=1)
    async with uow_factory() as uow:
        assert await uow.job_leases.take("count", "another", later, later + LEASE, later - MINUTE)
        await uow.commit()
    await asyncio.wait_for(running, 60)
    assert count.was_cut_off
    assert (await lease(uow_factory)).holder == "another"


async def test_a_run_noted_by_a_clock_that_was_wrong_keeps_nobody_from_the_job(uow_factory: UowFactory) -> None:
    ahead, time, count = Time(), Time(), Counter()
    for wrong, runs in ((LEASE, []), (LEASE + timedelta(seconds=1), ["count"])):
        ahead.now = time.now + wrong
        assert await Scheduler(uow_factory, [Job("count", MINUTE, Counter())], ahead).run_due() == ["count"]
        # Clocks of machines differ a little, and that is no reason to run everything twice.
        assert await Scheduler(uow_factory, [Job("count", MINUTE, count)], time).run_due() == runs
        time.now += timedelta(days=1)
    assert count.runs == [NOW + timedelta(days=1)]


async def test_a_long_job_delays_no_other(uow_factory: UowFactory) -> None:
    long, short = Counter(is_held=True), Counter()
    jobs = [Job("long", MINUTE, long), Job("short", MINUTE, short)]
    scheduler = Scheduler(uow_factory, jobs, Time())
    scheduler.start()
    await until(lambda: long.runs and short.runs)
    assert len(long.runs) == len(short.runs) == 1
    for task in scheduler._tasks:
        task.cancel()
    await scheduler.close()
