"""The scheduler: runs each job at its intervals, in one replica at a time; see docs/scheduler.md."""

from __future__ import annotations

import asyncio
import contextlib
import traceback
import uuid
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from bot import metrics, tracing
from bot.errors import ParleyError
from bot.scheduler.lease import UnitOfWork

log = structlog.get_logger()

LEASE = timedelta(seconds=30)
"""How long a replica that died keeps the others from a job, and how far apart we take clocks of machines to be."""

_RENEWS_EVERY_SECONDS = LEASE.total_seconds() / 3
_LONGEST_PAUSE_SECONDS = 30.0
_CLOSING_SECONDS = 10.0


@dataclass(frozen=True)
class Job:
    """Something to be done every so often; ``run`` gets the present moment and may be run again after a crash."""

    name: str
    every: timedelta
    run: Callable[[datetime], Awaitable[object]]


class Scheduler:
    """Runs jobs while it is started."""

    def __init__(self, uow: Callable[[], UnitOfWork], jobs: Sequence[Job], clock: Callable[[], datetime]) -> None:
        self._uow = uow
        self._jobs = jobs
        self._clock = clock
        self._holder = uuid.uuid4().hex
        self._closing = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin; every job has a task of its own, so that a long one delays no other."""
        self._tasks = [asyncio.create_task(self._keep_running(job), name=f"job {job.name}") for job in self._jobs]

    async def close(self) -> None:
        """Let running jobs end, or give them up after a while; what they have not done stays due."""
        self._closing.set()
        if not self._tasks:
            return
        _, late = await asyncio.wait(self._tasks, timeout=_CLOSING_SECONDS)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        self._tasks = []

    async def run_due(self) -> list[str]:
        """Run, one after the other, the jobs that are due and that nobody runs; return the names of those that ran."""
        return [job.name for job in self._jobs if await self._run_if_due(job)]

    async def _keep_running(self, job: Job) -> None:
        while not self._closing.is_set():
            pause_seconds = 1.0
            try:
                await self._run_if_due(job)
                pause_seconds = await self._pause_seconds(job)
            except Exception as error:
                # Most likely the database is away.
                log.error("scheduler.lease_failed", job=job.name, error=described(error))
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._closing.wait(), pause_seconds)

    async def _pause_seconds(self, job: Job) -> float:
        async with self._uow() as uow:
            lease = await uow.job_leases.get(job.name)
        if lease.last_run_at is None:
            return 1.0
        left = (lease.last_run_at + job.every - self._clock()).total_seconds()
        # Not longer, because a replica that runs the job now may die over it.
        return min(max(left, 0.5), _LONGEST_PAUSE_SECONDS)

    async def _run_if_due(self, job: Job) -> bool:
        now = self._clock()
        async with self._uow() as uow:
            lease = await uow.job_leases.get(job.name)
            # Looking first: most of the time nothing is due, and then nothing is written.
            if lease.last_run_at is not None and now - job.every < lease.last_run_at <= now + LEASE:
                return False
            if not await uow.job_leases.take(job.name, self._holder, now, now + LEASE, now - job.every):
                return False
            await uow.commit()
        await self._run(job, now)
        return True

    async def _run(self, job: Job, now: datetime) -> None:
        running = asyncio.ensure_future(_measured(job, now))
        error = ""
        try:
            await self._hold(job, running)
            running.result()
        except asyncio.CancelledError:
            await asyncio.shield(self._end(job, None, "canceled"))
            raise
        except Exception as failure:
            error = described(failure)
            log.error("scheduler.job_failed", job=job.name, error=error)
        metrics.job_ended(job.name, has_failed=bool(error))
        # What was cut off stays due. A job that failed is not run again before its next interval: what fails once
        # mostly fails at once again.
        await self._end(job, None if running.cancelled() else now, error)

    async def _hold(self, job: Job, running: asyncio.Future[object]) -> None:
        """Wait for a job's end, keeping its lease; whatever ends the waiting ends the job."""
        try:
            while not (await asyncio.wait({running}, timeout=_RENEWS_EVERY_SECONDS))[0]:
                async with self._uow() as uow:
                    is_ours = await uow.job_leases.renew(job.name, self._holder, self._clock() + LEASE)
                    await uow.commit()
                if not is_ours:
                    raise LeaseLostError(job=job.name)
        finally:
            # Another replica may run the job from now on, or soon.
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    async def _end(self, job: Job, ran_at: datetime | None, error: str) -> None:
        async with self._uow() as uow:
            await uow.job_leases.end(job.name, self._holder, ran_at, error)
            await uow.commit()


async def _measured(job: Job, now: datetime) -> object:
    with tracing.span("job", job=job.name), metrics.JOB_SECONDS.labels(job.name).time():
        return await job.run(now)


class LeaseLostError(ParleyError):
    """Raised when a job took so long to answer that another replica runs it now."""

    code = "lease_lost"


def described(error: BaseException) -> str:
    """Return what went wrong and where, without the error's own words, which may hold personal data."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    fields = f" ({error})" if isinstance(error, ParleyError) else ""
    return f"{type(error).__name__}{fields}{place}"
