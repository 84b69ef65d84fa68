"""Writers of one process take turns."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.store import sqlite
from bot.store.sqlite import WriteTurn


@pytest.fixture(autouse=True)
async def own_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let time pass only while everybody waits, and then at once: nothing here waits for anything outside."""
    loop: Any = asyncio.get_running_loop()
    now, select = loop.time(), loop._selector.select

    def pass_time(seconds: float | None) -> Any:
        nonlocal now
        now += seconds or 0.0
        return select(seconds and 0.0)

    monkeypatch.setattr(loop, "time", lambda: now)
    monkeypatch.setattr(loop._selector, "select", pass_time)


async def write(turn: WriteTurn, seconds: float, done: list[int], number: int) -> None:
    await turn.take()
    try:
        await asyncio.sleep(seconds)
        done.append(number)
    finally:
        turn.give_back()


async def test_a_long_queue_that_moves_on_serves_everybody_in_order() -> None:
    turn, done = WriteTurn(), list[int]()
    # All of them together take five times as long as one may.
    await asyncio.gather(*(write(turn, sqlite.BUSY_TIMEOUT_SECONDS / 4, done, number) for number in range(20)))
    assert done == list(range(20))


async def test_who_keeps_the_turn_too_long_is_not_waited_for() -> None:
    turn, done = WriteTurn(), list[int]()
    await turn.take()
    with pytest.raises(asyncio.TimeoutError):
        await write(turn, 0.0, done, 1)
    turn.give_back()
    await write(turn, 0.0, done, 2)
    assert done == [2]


async def test_who_gives_up_waiting_does_not_take_the_turn_along() -> None:
    turn, done = WriteTurn(), list[int]()
    await turn.take()
    waiting = asyncio.create_task(write(turn, 0.0, done, 1))
    await asyncio.sleep(0.01)
    waiting.cancel()
    turn.give_back()
    await asyncio.gather(waiting, return_exceptions=True)
    await asyncio.wait_for(write(turn, 0.0, done, 2), 60)
    assert done[-1] == 2
