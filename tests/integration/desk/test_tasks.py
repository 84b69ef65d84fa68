"""The page of tasks over real HTTP: what it lists for whom, what is done there, and how much waits."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from bot.aftersales.task import Department, Task
from bot.desk import task_views
from bot.services import tasks
from tests.integration.desk.conftest import Browser
from tests.integration.desk.test_case_decisions import CASE, do, said, standing
from tests.integration.desk.world import World

LogIn = Callable[[str], Awaitable[Browser]]
CLOSED = "C1000000"


@pytest.fixture
async def ids(world: World) -> dict[str, int]:
    """Three tasks by their keys: one overdue, one of Ben, and one of a case that is over."""
    found = [
        Task("late", CASE, Department.WAREHOUSE, "inspect_return", world.now, world.now - timedelta(hours=3)),
        Task("bens", CASE, Department.WAREHOUSE, "ship_again", world.now, world.now + timedelta(hours=5), owner="ben"),
        Task("rated", CLOSED, Department.SUPERVISOR, "low_rating", world.now, world.now + timedelta(days=1)),
    ]
    async with world.uow() as uow:
        for task in found:
            uow.tasks.add(task)
        await uow.commit()
    return {task.key: task.id for task in found if task.id is not None}


async def listed(browser: Browser, query: str = "") -> list[int]:
    return [int(id) for id in re.findall(r'id="task-(\d+)"', await browser.text(f"/desk/tasks{query}"))]


async def owner(world: World, task_id: int) -> str | None:
    async with world.uow() as uow:
        task = await uow.tasks.get(task_id)
    assert task is not None
    return task.owner


async def test_every_open_task_is_listed_overdue_first_and_leads_to_its_case(
    logged_in: LogIn, ids: dict[str, int]
) -> None:
    ana = await logged_in("ana")
    assert await listed(ana) == [ids["late"], ids["bens"], ids["rated"]]
    page = await ana.text("/desk/tasks")
    assert "3 h late" in page and page.count(" late</span>") == 1
    # Nothing else leads to a case that is over.
    assert re.search(rf'href="/desk/conversations/[\w-]+">{CLOSED}</a>', page)
    assert "10482733" in page and "Ben Okafor" in page


@pytest.mark.parametrize(
    ("query", "keys"),
    [
        ("?department=warehouse", ["late", "bens"]),
        ("?whose=nobody", ["late", "rated"]),
        ("?department=warehouse&whose=nobody", ["late"]),
        ("?whose=mine", ["bens"]),
        ("?department=legal", []),
        ("?department=kitchen&whose=evil&after=x", ["late", "bens", "rated"]),
    ],
)
async def test_the_list_is_narrowed_to_a_department_and_to_whose_it_is(
    logged_in: LogIn, ids: dict[str, int], query: str, keys: list[str]
) -> None:
    assert await listed(await logged_in("ben"), query) == [ids[key] for key in keys]


async def test_pages_lead_on_and_back_and_keep_the_filter(
    logged_in: LogIn, ids: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(task_views, "PAGE", 1)
    ana = await logged_in("ana")
    first = await ana.text("/desk/tasks?department=warehouse")
    (further,) = re.findall(r'href="/desk/tasks(\?[^"]+)" rel="next"', first)
    assert await listed(ana, further.replace("&amp;", "&")) == [ids["bens"]]
    second = await ana.text(f"/desk/tasks{further}".replace("&amp;", "&"))
    assert 'rel="next"' not in second and 'class="button" href="/desk/tasks?department=warehouse"' in second


async def test_what_is_ones_own_or_nobodys_is_counted(logged_in: LogIn, ids: dict[str, int]) -> None:
    counts: dict[str, Any] = {}
    for name in ("ana", "ben"):
        counts[name] = await (await (await logged_in(name)).get("/desk/tasks/count")).json()
    assert counts == {"ana": {"open": 2, "overdue": 1}, "ben": {"open": 3, "overdue": 1}}


async def test_who_may_do_what_with_a_task_is_offered_on_the_page(logged_in: LogIn, ids: dict[str, int]) -> None:
    offered = {}
    for name in ("ana", "ben", "root"):
        page = await (await logged_in(name)).text("/desk/tasks")
        offered[name] = set(re.findall(rf'data-open="(\w+)-{ids["bens"]}"', page))
        assert set(re.findall(rf'id="dialog-(\w+)-{ids["bens"]}"', page)) >= offered[name]
    assert offered == {
        "ana": {"take", "finish"},
        "ben": {"finish", "release"},
        "root": {"take", "finish", "release", "give"},
    }


async def test_a_task_is_put_back_by_its_owner_or_a_supervisor_who_saw_whose_it_is(
    world: World, logged_in: LogIn, ids: dict[str, int]
) -> None:
    ana, ben, root = [await logged_in(name) for name in ("ana", "ben", "root")]
    path = f"tasks/{ids['bens']}/release"
    assert (await do(ana, path, owner="ben")).status == 409
    assert (await do(root, path, owner="ana")).status == 409
    assert await owner(world, ids["bens"]) == "ben"
    assert (await do(ben, path, owner="ben")).status == 200
    assert await owner(world, ids["bens"]) is None
    assert (await do(ben, path, owner="")).status == 409
    assert (await do(ana, f"tasks/{ids['bens']}/take", owner="")).status == 200
    assert (await do(root, path, owner="ana")).status == 200
    assert await owner(world, ids["bens"]) is None


async def test_a_supervisor_gives_a_task_to_somebody_who_works_here(
    world: World, logged_in: LogIn, ids: dict[str, int]
) -> None:
    ana, root = await logged_in("ana"), await logged_in("root")
    path = f"tasks/{ids['bens']}/give"
    assert (await do(ana, path, owner="ben", to="ana")).status == 403
    assert (await do(root, path, owner="", to="ana")).status == 409
    answer = await do(root, path, owner="ben", to="nobody")
    assert answer.status == 400 and "nobody to give" in await said(answer)
    assert (await do(root, path, owner="ben", to="ana")).status == 200
    assert await owner(world, ids["bens"]) == "ana"


async def test_what_is_done_is_finished_in_the_list_by_how_its_case_stood(
    world: World, logged_in: LogIn, ids: dict[str, int]
) -> None:
    ana, seen = await logged_in("ana"), await standing(world)
    dialog = (await ana.text("/desk/tasks")).split(f'id="dialog-finish-{ids["late"]}"')[1].split("</template>")[0]
    assert f'name="seen" value="{seen}"' in dialog
    assert (await do(ana, f"tasks/{ids['late']}/finish", result="Sole is torn.", seen=seen + 1)).status == 409
    assert (await do(ana, f"tasks/{ids['late']}/finish", result="Sole is torn.", seen=seen)).status == 200
    assert await listed(ana) == [ids["bens"], ids["rated"]]


async def test_what_somebody_had_to_do_is_nobodys_when_the_account_is_deactivated(
    world: World, logged_in: LogIn, ids: dict[str, int]
) -> None:
    root = await logged_in("root")
    assert (await root.submit("/desk/people/ben/deactivate")).status == 303
    assert await listed(root, "?whose=nobody") == [ids["late"], ids["bens"], ids["rated"]]
    assert 'value="ben"' not in await root.text("/desk/tasks")


async def test_the_history_of_a_case_tells_who_moved_a_task(
    world: World, logged_in: LogIn, ids: dict[str, int]
) -> None:
    root = await logged_in("root")
    assert (await do(root, f"tasks/{ids['bens']}/give", owner="ben", to="ana")).status == 200
    assert (await do(root, f"tasks/{ids['bens']}/release", owner="ana")).status == 200
    await tasks.note_overdue(world.uow, world.now)
    history = await root.text(f"/desk/cases/{CASE}/timeline")
    for words in ("Task given", "Task released", "Task overdue", "Rita Root"):
        assert words in history
