"""What administrators change is what cases, clocks and jobs go by."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, cast

from bot.aftersales.case import Case
from bot.aftersales.sla import ALWAYS_OPEN, Metric, ServiceClock
from bot.conversations.feed import Feed
from bot.jobs import jobs
from bot.services import cases
from bot.services.desk_settings import SettingKey
from bot.services.privacy import Retention
from bot.services.service_level_documents import targets_of
from tests.unit.aftersales.builders import NOW
from tests.unit.aftersales.policies import A_POLICY
from tests.unit.services.world import A_RETURN, World, proved_world


async def promise(world: World, **targets: str) -> None:
    """Change what customers are promised, whatever the priority."""
    value = targets_of(ALWAYS_OPEN)
    for of_priority in value["teams"]["support"].values():
        of_priority.update(targets)
    async with world.uow() as uow:
        await uow.desk_settings.put(SettingKey.TARGETS.value, value, 0)
        await uow.commit()


async def opened(world: World) -> Case:
    async with world.uow() as uow:
        case, _, _ = await cases.draft(uow, A_POLICY, A_RETURN, NOW)
        await uow.commit()
    return case


async def test_a_new_case_is_promised_what_the_browser_says() -> None:
    world = await proved_world()
    await promise(world, next_contact="1h", resolution="3h")
    case = await opened(world)
    assert case.next_contact_by == NOW + timedelta(hours=1)
    due = {clock.metric: clock.due_at for clock in world.database.all(ServiceClock)}
    assert due[Metric.RESOLUTION] == NOW + timedelta(hours=3)


async def test_jobs_look_at_the_settings_at_every_run() -> None:
    world = World()
    case = world.add_case()
    keep = Retention(90, 90)
    work = {job.name: job for job in jobs(cast(Any, world.uow), ALWAYS_OPEN, _none(), _none(), keep, Feed())}
    await promise(world, resolution="2h")
    await work["service_levels"].run(NOW)
    (clock,) = [clock for clock in world.database.all(ServiceClock) if clock.metric is Metric.RESOLUTION]
    assert clock.due_at == case.opened_at + timedelta(hours=2)


def _none() -> Any:
    """Stand for what these jobs do not need."""
    return None
