"""One engine with everything that keeps it from doing harm: threads, retries, circuit breaker, rate limit."""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from bot.breaker import CircuitBreaker, RateLimit
from bot.translation.engines import Engine
from bot.translation.result import EngineError, Reason
from bot.translation.sentences import split

Sleep = Callable[[float], Awaitable[None]]


@dataclass(frozen=True)
class Limits:
    """How hard an engine is tried.

    Attributes:
        timeout_seconds: How long one request may take.
        requests_per_minute: How many requests it gets in any minute.
        patience_seconds: How long to wait for a free request of that minute rather than giving up at once.
        attempts: How often one request is made, the first time included.
        backoff_seconds: The longest pause after the first failure; doubled after each further one.
        failures: After how many failures in a row the engine is left alone.
        pause_seconds: For how long.
        threads: How many requests may run at once.
    """

    timeout_seconds: float = 4.0
    requests_per_minute: int = 60
    patience_seconds: float = 0.0
    attempts: int = 3
    backoff_seconds: float = 0.3
    failures: int = 5
    pause_seconds: float = 30.0
    threads: int = 4


class GuardedEngine:
    """An engine for coroutines; its threads are its own, so that a slow engine takes none from another."""

    def __init__(
        self,
        engine: Engine,
        limits: Limits,
        clock: Callable[[], float] = time.monotonic,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self.name = engine.name
        self._engine = engine
        self._limits = limits
        self._clock = clock
        self._sleep = sleep
        self._breaker = CircuitBreaker(failures=limits.failures, pause_seconds=limits.pause_seconds, clock=clock)
        self._rate = RateLimit(limits.requests_per_minute, clock)
        self._threads = ThreadPoolExecutor(limits.threads, thread_name_prefix=f"translation-{engine.name}")
        self._free = asyncio.Semaphore(limits.threads)

    async def translate(self, text: str, source: str, target: str, seconds: float) -> str:
        """Return a text translated within some seconds, in pieces where it is long, or raise EngineError."""
        ends_at = self._clock() + seconds
        pieces = []
        for piece in split(text, self._engine.limit_bytes):
            core = piece.strip()
            if not core:
                pieces.append(piece)
                continue
            # Engines drop the space around a text; the pieces need theirs.
            start = piece.index(core)
            translated = (await self._persist(core, source, target, ends_at)).strip()
            pieces.append(f"{piece[:start]}{translated}{piece[start + len(core) :]}")
        return "".join(pieces)

    def close(self) -> None:
        """Take no more work; requests that run end by their time limit."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _persist(self, text: str, source: str, target: str, ends_at: float) -> str:
        """Try, and try again where that may help and there is time."""
        for attempt in range(1, self._limits.attempts + 1):
            try:
                return await self._once(text, source, target, ends_at)
            except EngineError as error:
                # Full jitter: many who failed together must not come back together.
                pause = random.uniform(0, self._limits.backoff_seconds * 2 ** (attempt - 1))
                pause = max(pause, error.retry_after or 0.0)
                if not error.is_transient or attempt == self._limits.attempts or self._clock() + pause >= ends_at:
                    if error.retry_after:
                        self._breaker.pause(error.retry_after)
                    raise
                await self._sleep(pause)
        raise AssertionError("unreachable: the last attempt returns or raises")

    async def _once(self, text: str, source: str, target: str, ends_at: float) -> str:
        await self._wait_for_rate(ends_at)
        if not self._breaker.allows():
            raise EngineError(Reason.PAUSED)
        told = False
        try:
            translated = await self._in_thread(text, source, target, ends_at)
            self._breaker.succeeded()
            told = True
            return translated
        except EngineError as error:
            if error.is_fault:
                self._breaker.failed()
                told = True
            raise
        finally:
            # Cancelled, or refused for the pair's sake: that says nothing about the engine.
            if not told:
                self._breaker.abandon()

    async def _wait_for_rate(self, ends_at: float) -> None:
        gives_up_at = min(ends_at, self._clock() + self._limits.patience_seconds)
        while wait := self._rate.take():
            if self._clock() + wait > gives_up_at:
                raise EngineError(Reason.RATE_LIMITED)
            await self._sleep(wait)

    async def _in_thread(self, text: str, source: str, target: str, ends_at: float) -> str:
        seconds = min(self._limits.timeout_seconds, ends_at - self._clock())
        if seconds <= 0:
            # Our time is up, which is no fault of the engine.
            raise EngineError(Reason.DEADLINE)
        started = self._clock()
        try:
            await asyncio.wait_for(self._free.acquire(), seconds)
        except asyncio.TimeoutError:
            raise EngineError(Reason.TIMEOUT) from None
        seconds -= self._clock() - started
        running = self._threads.submit(self._engine.translate, text, source, target, max(seconds, 0.01))
        loop = asyncio.get_running_loop()

        def give_back(_: Future[str]) -> None:
            # By the thread when it ends, not by the coroutine, which may have stopped waiting before.
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(self._free.release)

        running.add_done_callback(give_back)
        try:
            return await asyncio.wait_for(asyncio.wrap_future(running), max(seconds, 0.01))
        except asyncio.TimeoutError:
            raise EngineError(Reason.TIMEOUT) from None
