"""Lists and counts of tasks, and that each is noted as overdue once, on either database."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from sqlalchemy import text

from bot.aftersales.audit import AuditEvent
from bot.aftersales.task import Department, Task, Workload
from bot.services import tasks
from bot.services.account import Account, Role
from bot.store.engine import create_engine, migrate
from bot.store.unit_of_work import unit_of_work_factory
from tests.integration.conftest import UowFactory
from tests.integration.migrating import move
from tests.integration.store.things import NOW, a_case, a_shop

HOUR = timedelta(hours=1)


async def seven_tasks(uow_factory: UowFactory) -> None:
    """Save tasks due an hour after the other, the first two overdue and the last one done."""
    await a_shop(uow_factory)
    rows = [
        ("a", Department.WAREHOUSE, None), ("b", Department.LEGAL, "ana"), ("c", Department.WAREHOUSE, "ana"),
        ("d", Department.WAREHOUSE, "ben"), ("e", Department.WAREHOUSE, None), ("f", Department.LEGAL, None),
        ("g", Department.WAREHOUSE, "ana"),
    ]  # fmt: skip
    async with uow_factory() as uow:
        uow.cases.add(a_case())
        for number, (key, department, owner) in enumerate(rows, -2):
            uow.tasks.add(Task(key, "C1", department, "other", NOW, NOW + number * HOUR, owner=owner))
        await uow.commit()
        done = await uow.tasks.by_key("g")
        assert done is not None
        done.finish("done", NOW)
        await uow.commit()


async def test_open_tasks_come_soonest_due_first_by_department_and_owner(uow_factory: UowFactory) -> None:
    await seven_tasks(uow_factory)
    async with uow_factory() as uow:

        async def keys(department: Department | None = None, owners: list[str | None] | None = None) -> str:
            return "".join(task.key for task in await uow.tasks.open(department, owners))

        assert await keys() == "abcdef"
        assert await keys(Department.LEGAL) == "bf"
        assert await keys(owners=["ana"]) == "bc"
        assert await keys(owners=[None]) == "aef"
        assert await keys(Department.WAREHOUSE, ["ben", None]) == "ade"


async def test_pages_of_tasks_leave_nothing_out_when_the_last_one_shown_is_done(uow_factory: UowFactory) -> None:
    await seven_tasks(uow_factory)
    async with uow_factory() as uow:
        for task in await uow.tasks.open():
            # Many are due at one moment: then the order of opening counts.
            task.due_at = NOW
        await uow.commit()
        first = await uow.tasks.open(limit=3)
        assert first[-1].id is not None
        await tasks.finish(uow, first[-1].id, "ana", "done", NOW)
        second = await uow.tasks.open(after=first[-1].id, limit=3)
    assert [task.key for task in (*first, *second)] == list("abcdef")


async def test_what_is_open_and_overdue_is_counted_by_department(uow_factory: UowFactory) -> None:
    await seven_tasks(uow_factory)
    async with uow_factory() as uow:
        assert await uow.tasks.workload(NOW) == {
            Department.WAREHOUSE: Workload(4, 1),
            Department.LEGAL: Workload(2, 1),
        }
        assert await uow.tasks.workload(NOW, ["ana", None]) == {
            Department.WAREHOUSE: Workload(3, 1),
            Department.LEGAL: Workload(2, 1),
        }
        assert await uow.tasks.workload(NOW, ["nobody"]) == {}


async def test_two_replicas_and_one_started_anew_note_once_what_is_overdue(uow_factory: UowFactory) -> None:
    await seven_tasks(uow_factory)
    await asyncio.gather(*(tasks.note_overdue(uow_factory, NOW) for _ in range(2)))
    await tasks.note_overdue(uow_factory, NOW)
    async with uow_factory() as uow:
        events: list[AuditEvent] = [event for key in "abcdef" for event in await uow.audit.of_subject(f"task:{key}")]
    assert [(event.subject, event.action) for event in events] == [
        ("task:a", "task.overdue"),
        ("task:b", "task.overdue"),
    ]


async def test_what_was_late_before_is_no_news_and_who_left_keeps_nothing(empty_url: str) -> None:
    engine = create_engine(empty_url)
    uow_factory = unit_of_work_factory(engine)
    await migrate(empty_url)
    await seven_tasks(uow_factory)
    async with uow_factory() as uow:
        uow.accounts.add(Account("ben", "ben", "Ben", "", Role.AGENT, NOW, disabled_at=NOW))
        await uow.commit()
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE tasks SET due_at = '2100-01-01 00:00:00+00:00' WHERE key = 'f'"))
        await connection.run_sync(lambda sync: move(sync, "0031", down=True))
        await connection.run_sync(lambda sync: move(sync, "0032"))
    async with uow_factory() as uow:
        found = {task.key: task for task in await uow.tasks.open()}
        assert await uow.tasks.newly_overdue(NOW + timedelta(days=365 * 90)) == ["f"]
    assert (found["d"].owner, found["c"].owner) == (None, "ana")
    await engine.dispose()
