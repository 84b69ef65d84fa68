from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot.aftersales.audit import AuditEvent
from bot.aftersales.case import Case
from bot.aftersales.task import BY_HAND, OTHER, Department, Task, TaskState
from bot.desk.case_codes import TASKS
from bot.errors import ConflictError, IllegalStateError, InvalidInputError
from bot.services import tasks
from bot.services.account import Account, Role
from tests.unit.aftersales.builders import NOW
from tests.unit.services.test_task_kinds import kinds_in_code
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


async def test_a_task_goes_back_from_whoever_has_it_and_from_others_only_by_a_supervisor() -> None:
    world = World()
    task = await opened(world)
    assert task.id is not None
    async with world.uow() as uow:
        with pytest.raises(ConflictError):
            await tasks.release(uow, task.id, "anna", NOW, for_others=True)
        await tasks.take(uow, task.id, "anna", NOW)
        with pytest.raises(ConflictError):
            await tasks.release(uow, task.id, "ben", NOW)
        assert task.owner == "anna"
        await tasks.release(uow, task.id, "anna", NOW)
        assert task.owner is None
        await tasks.take(uow, task.id, "anna", NOW)
        await tasks.release(uow, task.id, "rita", NOW, for_others=True)
    assert task.owner is None
    assert [event.actor for event in world.database.all(AuditEvent) if event.action == "task.released"] == [
        "agent:anna", "agent:rita",
    ]  # fmt: skip


async def test_a_task_is_given_only_to_somebody_who_works_here() -> None:
    world = World()
    task = await opened(world)
    assert task.id is not None
    ben, gone = (Account(id, id, id.title(), "", Role.AGENT, NOW) for id in ("ben", "gone"))
    gone.disabled_at = NOW
    world.database.all(Account).extend([ben, gone])
    async with world.uow() as uow:
        for nobody in ("gone", "unknown", ""):
            with pytest.raises(InvalidInputError):
                await tasks.give(uow, task.id, nobody, "rita", NOW)
        await tasks.give(uow, task.id, "ben", "rita", NOW)
    assert task.owner == "ben"
    event = world.database.all(AuditEvent)[-1]
    assert (event.actor, event.action, event.data["agent"]) == ("agent:rita", "task.given", "ben")


async def test_what_is_over_has_no_new_owner() -> None:
    world = World()
    task = await opened(world)
    assert task.id is not None
    async with world.uow() as uow:
        await tasks.finish(uow, task.id, "anna", "done", NOW)
        for change in (tasks.take(uow, task.id, "ben", NOW), tasks.release(uow, task.id, "anna", NOW)):
            with pytest.raises(IllegalStateError):
                await change
    assert task.owner == "anna"


async def test_that_a_task_is_overdue_is_noted_once_and_not_of_what_is_done() -> None:
    world = World()
    late, done = await opened(world), Task("k", "C1", Department.LEGAL, "other", NOW, NOW)
    done.finish("done", NOW)
    world.database.all(Task).append(done)
    assert await tasks.note_overdue(world.uow, late.due_at) == 0
    after = late.due_at + timedelta(seconds=1)
    assert await tasks.note_overdue(world.uow, after) == 1
    assert await tasks.note_overdue(world.uow, after + timedelta(days=9)) == 0
    assert late.overdue_at == after
    assert world.actions() == ["task.opened", "task.overdue"]


async def test_a_task_that_something_else_settled_is_called_off() -> None:
    world = World()
    task = await opened(world)
    async with world.uow() as uow:
        await tasks.cancel_by_key(uow, "inspect:R1", NOW)
        await tasks.cancel_by_key(uow, "unknown", NOW)
        await uow.commit()
    assert task.state is TaskState.CANCELED


async def asked(world: World, **wish: Any) -> Task:
    case = world.database.all(Case)[0]
    async with world.uow() as uow:
        given = {"department": Department.FINANCE, "what": "check_payment", **wish}
        return await tasks.open_by_hand(uow, case, agent_id="anna", now=NOW, **given)


async def test_an_agent_asks_a_department_by_the_time_that_it_has() -> None:
    world = World()
    seen = world.add_case().standing
    task = await asked(world, note=" charged twice? ")
    assert (task.what, task.note, task.due_at) == ("check_payment", "charged twice?", NOW + timedelta(days=2))
    (event,) = world.database.all(AuditEvent)
    assert (event.actor, event.action) == ("agent:anna", "task.opened")
    # What is written down in the audit log stays when a customer is erased.
    assert "charged" not in str(event.data)
    assert world.database.all(Case)[0].standing != seen


async def test_the_same_may_be_asked_twice_and_otherwise_due() -> None:
    world = World()
    world.add_case()
    due_at = NOW + timedelta(days=9)
    first, second = await asked(world), await asked(world, department=Department.LEGAL, due_at=due_at)
    assert first.key != second.key
    assert (second.department, second.due_at) == (Department.LEGAL, due_at)


@pytest.mark.parametrize(
    ("wish", "field", "problem"),
    [
        ({"what": "inspect_return"}, "what", "unknown"),
        ({"what": OTHER, "note": "  "}, "note", "missing"),
        ({"note": "x" * 2001}, "note", "too_long"),
        ({"due_at": NOW}, "due_at", "out_of_range"),
        ({"due_at": NOW + timedelta(days=91)}, "due_at", "out_of_range"),
    ],
)
async def test_nothing_useless_is_asked(wish: dict[str, Any], field: str, problem: str) -> None:
    world = World()
    world.add_case()
    with pytest.raises(InvalidInputError) as caught:
        await asked(world, **wish)
    assert (caught.value.field, caught.value.problem) == (field, problem)
    assert world.database.all(Task) == []


def test_people_open_only_kinds_that_the_process_knows_and_one_for_everything_else() -> None:
    assert set(BY_HAND) - {OTHER} <= kinds_in_code()


def test_the_desk_has_words_for_every_kind() -> None:
    assert kinds_in_code() | set(BY_HAND) == set(TASKS)
