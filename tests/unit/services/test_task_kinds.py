"""Every kind of task in the code ends: called off by whatever settles it, or finished by the person whose it is."""

from __future__ import annotations

import ast
from dataclasses import replace
from pathlib import Path

import pytest

import bot.services
from bot.aftersales import task as task_model
from bot.aftersales.labels import IssueType
from bot.aftersales.sla import ALWAYS_OPEN, Metric
from bot.aftersales.task import LOOKED_INTO, Department, Task, TaskState
from bot.services import claims, order_changes, remedies, reviews, sla, tasks
from tests.unit.aftersales.builders import NOW
from tests.unit.aftersales.policies import A_POLICY
from tests.unit.services.lifecycles import a_world_with_case, open_tasks
from tests.unit.services.task_lives import (
    changed_orders,
    complaints,
    customs_and_money,
    goods_sent_again,
    repaired_goods,
    returned_goods,
)
from tests.unit.services.task_lives.lives import Life, decline, looked_into
from tests.unit.services.world import A_RETURN, proved_world

LIVES = [
    *complaints.lives, *changed_orders.lives, *returned_goods.lives, *goods_sent_again.lives, *repaired_goods.lives,
    *customs_and_money.lives,
]  # fmt: skip
"""How a task of each kind goes, except for those that only people end."""

OF_PEOPLE = frozenset(
    {
        "bill_repair", "check_authenticity", "check_safety", "check_shop_event", "look_into_pattern",
        "parcel_came_back", "pay_difference_back", "reclaim_duties", "stop_order", "unexpected_return",
    }
)  # fmt: skip
"""What nothing reports back: whoever has done it says so."""


def kinds_in_code() -> set[str]:
    """Return the kinds of every call that opens a task."""
    named = {
        "lifecycle": {what for _, what in (*LOOKED_INTO.values(), task_model.DECIDE)},
        "agent_offers": {task_model.DECIDE[1]},
        "customs": {task_model.DECIDE[1]},
        "claims": {what for _, what in claims._FILED_BY.values()},
        "order_changes": {"stop_order", *order_changes._CHANGES},
        "replacements": {"collect_difference", "pay_difference_back", "ship_replacement"},
        "returns": {task_model.DECIDE[1]},
        "sla": {f"{metric.value}_overdue" for metric in Metric},
    }
    found: set[str] = set()
    for file in Path(bot.services.__file__).parents[1].rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "open_task":
                what = node.args[3]
                if isinstance(what, ast.Constant):
                    found.add(str(what.value))
                elif isinstance(what, ast.Name) and what.id.isupper():
                    found.add(str(getattr(task_model, what.id)))
                else:
                    found |= named[file.stem]
    return found


def test_every_kind_in_the_code_has_a_known_end() -> None:
    assert kinds_in_code() == {kind for kind, _ in LIVES} | OF_PEOPLE


@pytest.mark.parametrize(("kind", "tell"), LIVES, ids=[f"{kind}: {tell.__name__}" for kind, tell in LIVES])
async def test_a_task_ends_with_what_settles_it(kind: str, tell: Life) -> None:
    worlds = tell()
    world = await worlds.__anext__()
    assert kind in open_tasks(world)
    async for _ in worlds:
        raise AssertionError("tell of one task at a time")
    assert kind not in open_tasks(world)


@pytest.mark.parametrize("kind", sorted(OF_PEOPLE))
async def test_what_nothing_reports_back_is_finished_by_whoever_has_done_it(kind: str) -> None:
    world, case = await a_world_with_case()
    async with world.uow() as uow:
        task = await tasks.open_task(uow, case.number, Department.QUALITY, kind, kind, NOW)
        await uow.commit()
    assert task.id is not None
    async with world.uow() as uow:
        await tasks.finish(uow, task.id, "mia", "done", NOW)
    assert task.state is TaskState.DONE


async def test_a_check_of_goods_goes_on_when_its_customer_is_content() -> None:
    world, case = await looked_into(IssueType.SAFETY_HAZARD)
    await decline(world, case)
    assert open_tasks(world) == ["check_safety"]


async def test_whatever_ends_a_case_nobody_has_to_decide_about_it() -> None:
    world, case = await looked_into(IssueType.OTHER)
    case.resolve(NOW)
    async with world.uow() as uow:
        sla.start(uow, ALWAYS_OPEN, case)
        await uow.commit()
    await sla.follow(world.uow, ALWAYS_OPEN, NOW)
    assert open_tasks(world) == []


async def test_goods_that_are_sold_out_again_need_another_offer_again() -> None:
    world = await proved_world(goods_sent_again.sold_out())
    complaint = replace(A_RETURN, issue=IssueType.LOST_PARCEL, lines={}, wish=remedies.Remedy.RESHIP)
    async with world.uow() as uow:
        case = (await remedies.register(uow, A_POLICY, complaint, NOW)).case
    async with world.uow() as uow:
        outcome = await reviews.approve(uow, A_POLICY, case.number, "mia", NOW)
    assert outcome.reshipment is not None
    assert [task.key for task in world.database.all(Task) if task.is_open] == [
        f"{outcome.reshipment.subject}:unavailable"
    ]
