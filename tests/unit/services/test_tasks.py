from __future__ import annotations

import pytest

from bot.aftersales.task import Department, Task, TaskState
from bot.errors import IllegalStateError, InvalidInputError
from bot.services import tasks
from tests.unit.aftersales.builders import NOW
from tests.unit.services.world import World


async def opened(world: World) -> Task:
    async with world.uow() as uow:
        task = await tasks.open_task(uow, "C1000001", Department.WAREHOUSE, "inspect_return", "inspect:R1", NOW)
        await uow.commit()
    return task


async def test_a_task_is_opened_once_for_one_occasion() -> None:
    world = World()
    assert await opened(world) is await opened(world)
    assert world.actions() == ["task.opened"]


async def test_a_task_is_finished_with_its_result_by_whoever_had_it() -> None:
    world = World()
    task = await opened(world)
    assert task.id is not None
    async with world.uow() as uow:
        await tasks.take(uow, task.id, "anna", NOW)
        await tasks.finish(uow, task.id, "ben", " sole is torn ", NOW)
    assert (task.state, task.owner, task.result) == (TaskState.DONE, "anna", "sole is torn")
    assert world.actions() == ["task.opened", "task.taken", "task.finished"]


async def test_a_task_is_not_finished_without_a_result_nor_twice() -> None:
    world = World()
    task = await opened(world)
    assert task.id is not None
    async with world.uow() as uow:
        with pytest.raises(InvalidInputError):
            await tasks.finish(uow, task.id, "ben", "  ", NOW)
        await tasks.finish(uow, task.id, "ben", "done", NOW)
        with pytest.raises(IllegalStateError):
            await tasks.finish(uow, task.id, "ben", "done again", NOW)


async def test_a_task_that_something_else_settled_is_called_off() -> None:
    world = World()
    task = await opened(world)
    async with world.uow() as uow:
        await tasks.cancel_by_key(uow, "inspect:R1", NOW)
        await tasks.cancel_by_key(uow, "unknown", NOW)
        await uow.commit()
    assert task.state is TaskState.CANCELED
