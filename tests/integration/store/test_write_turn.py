"""Writers of one process take turns."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from bot.store import sqlite
from bot.store.sqlite import WriteTurn


class Instant(selectors.DefaultSelector):
    """Lets time pass only while everybody waits, and then at once: nothing here waits for anything outside."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> Any:
        self.now += timeout or 0.0
        return super().select(timeout and 0.0)


class OwnTime(asyncio.SelectorEventLoop):
    """A loop with a clock of its own."""

    def __init__(self) -> None:
        self.instant = Instant()
        super().__init__(self.instant)

    def time(self) -> float:
        return self.instant.now


def in_own_time(test: Callable[[OwnTime], Coroutine[Any, Any, None]]) -> Callable[[], None]:
    """Run a test in a loop whose time it makes itself."""

    def run() -> None:
        loop = OwnTime()
        try:
            loop.run_until_complete(test(loop))
        finally:
            loop.close()

    return run


async def write(turn: WriteTurn, seconds: float, done: list[int], number: int) -> None:
    await turn.take()
    try:
        await asyncio.sleep(seconds)
        done.append(number)
    finally:
        turn.give_back()


@in_own_time
async def test_a_long_queue_that_moves_on_serves_everybody_in_order(_: OwnTime) -> None:
    turn, done = WriteTurn(), list[int]()
    # All of them together take five times as long as one may.
    await asyncio.gather(*(write(turn, sqlite.BUSY_TIMEOUT_SECONDS / 4, done, number) for number in range(20)))
    assert done == list(range(20))


@in_own_time
async def test_who_keeps_the_turn_too_long_is_not_waited_for(_: OwnTime) -> None:
    turn, done = WriteTurn(), list[int]()
    await turn.take()
    with pytest.raises(asyncio.TimeoutError):
        await write(turn, 0.0, done, 1)
    turn.give_back()
    await write(turn, 0.0, done, 2)
    assert done == [2]


@in_own_time
async def test_who_gives_up_waiting_does_not_take_the_turn_along(_: OwnTime) -> None:
    turn, done = WriteTurn(), list[int]()
    await turn.take()
    waiting = asyncio.create_task(write(turn, 0.0, done, 1))
    await asyncio.sleep(0.01)
    waiting.cancel()
    turn.give_back()
    await asyncio.gather(waiting, return_exceptions=True)
    await asyncio.wait_for(write(turn, 0.0, done, 2), 60)
    assert done[-1] == 2


@in_own_time
async def test_a_process_that_stood_still_gives_the_turn_back_before_it_gives_up(loop: OwnTime) -> None:
    turn = WriteTurn()
    await turn.take()
    waiting = asyncio.create_task(turn.take())
    await asyncio.sleep(0.5)
    loop.instant.now += 10 * sqlite.BUSY_TIMEOUT_SECONDS
    # Whoever has the turn needs some steps more than the timer of who waits for it.
    for _ in range(5):
        await asyncio.sleep(0.1)
    turn.give_back()
    await waiting
