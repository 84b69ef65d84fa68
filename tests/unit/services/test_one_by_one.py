"""Many things to do, some of which go wrong."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from bot.errors import ConflictError
from bot.services.one_by_one import in_turn, one_by_one
from bot.services.ports import UnitOfWork
from tests.unit.services.world import World


async def test_one_that_goes_wrong_keeps_no_other_from_its_turn_and_is_raised_in_the_end() -> None:
    world, done = World(), []

    async def do(uow: UnitOfWork, key: str) -> None:
        if key in "bd":
            raise KeyError(key)
        if key == "c":
            raise ConflictError(what=key)
        done.append(key)

    with pytest.raises(KeyError, match="b"):
        await one_by_one(world.uow, "abcde", do)
    assert done == ["a", "e"]
    assert await one_by_one(world.uow, "ace", do) == 2


async def test_steps_are_taken_in_turn_also_where_one_before_went_wrong() -> None:
    taken: list[str] = []

    def step(name: str, error: Exception | None = None) -> Callable[[], Awaitable[object]]:
        async def take() -> None:
            taken.append(name)
            if error is not None:
                raise error

        return take

    with pytest.raises(KeyError):
        await in_turn(step("one"), step("two", KeyError()), step("three", ValueError()), step("four"))
    assert taken == ["one", "two", "three", "four"]
    await in_turn(step("five"))
    assert taken[-1] == "five"
