"""How many turns run at the same time."""

from __future__ import annotations

import asyncio

import pytest

from bot.conversations.pace import Pace


class Turns:
    """Turns that begin as they are let, and end when they are told."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self.begun: list[str] = []
        self._ends: dict[str, asyncio.Event] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    async def come(self, *names: str) -> None:
        for name in names:
            self._ends[name] = asyncio.Event()
            self._tasks[name] = asyncio.create_task(self._run(name))
            await asyncio.sleep(0)

    async def end(self, name: str) -> None:
        self._ends[name].set()
        await self._tasks[name]
        await asyncio.sleep(0)

    async def _run(self, name: str) -> None:
        async with self._pace.turn():
            self.begun.append(name)
            await self._ends[name].wait()
            if name == "fails":
                raise ValueError(name)


async def test_the_next_begins_when_one_has_ended_in_the_order_in_which_they_came() -> None:
    turns = Turns(Pace(at_once=2, patience_seconds=60))
    await turns.come("a", "b", "c", "d")
    assert turns.begun == ["a", "b"]
    await turns.end("b")
    assert turns.begun == ["a", "b", "c"]
    await turns.end("a")
    assert turns.begun == ["a", "b", "c", "d"]


async def test_a_place_comes_back_where_a_turn_fails() -> None:
    turns = Turns(Pace(at_once=1, patience_seconds=60))
    await turns.come("fails", "next")
    with pytest.raises(ValueError):
        await turns.end("fails")
    assert turns.begun == ["fails", "next"]


async def test_a_turn_that_takes_long_gives_its_place_to_another_and_only_once() -> None:
    pace = Pace(at_once=1, patience_seconds=0.3)
    turns = Turns(pace)
    await turns.come("slow", "second")
    assert turns.begun == ["slow"]
    while "second" not in turns.begun:
        await asyncio.sleep(0.01)
    # From now on nobody takes long, however slow the machine is.
    pace._patience_seconds = 60
    await turns.end("second")
    # The end of "slow" lets nobody in: it has no place any more.
    await turns.end("slow")
    await turns.come("third", "fourth")
    assert turns.begun == ["slow", "second", "third"]
    await turns.end("third")
