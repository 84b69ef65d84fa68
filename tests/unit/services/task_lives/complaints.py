"""Tasks about a complaint itself: what people decide, and customers who were left waiting or are not content."""

from __future__ import annotations

import functools
from collections.abc import AsyncIterator
from datetime import timedelta

from bot.aftersales.labels import IssueType
from bot.aftersales.sla import ALWAYS_OPEN, Metric, ServiceClock
from bot.aftersales.task import DECIDE, LEADS_TO_DECISION, LOOKED_INTO
from bot.services import cases, follow_up, promises, sla
from tests.unit.aftersales.builders import NOW
from tests.unit.conversations.test_lost_announcements import announce, customer_writes, lose
from tests.unit.services.lifecycles import a_world_with_case
from tests.unit.services.task_lives.lives import Lives, decline, looked_into
from tests.unit.services.world import CONVERSATION, World

lives = Lives()


async def a_decision(issue: IssueType) -> AsyncIterator[World]:
    world, case = await looked_into(issue)
    yield world
    await decline(world, case)


def _decisions() -> None:
    issues = {what: issue for issue, (_, what) in LOOKED_INTO.items() if what in LEADS_TO_DECISION}
    for kind, issue in {**issues, DECIDE[1]: IssueType.OTHER}.items():
        tell = functools.partial(a_decision, issue)
        tell.__name__ = f"a_decision_about_{issue}"  # type: ignore[attr-defined]
        lives.of(kind)(tell)


_decisions()


@lives.of("decide")
async def a_complaint_is_taken_back() -> AsyncIterator[World]:
    world, case = await looked_into(IssueType.OTHER)
    yield world
    async with world.uow() as uow:
        await cases.withdraw(uow, CONVERSATION, case.number, NOW)


@lives.of("promise_broken_again")
async def a_customer_left_waiting_is_decided_about() -> AsyncIterator[World]:
    world, case = await looked_into(IssueType.OTHER)
    for _ in range(3):
        await promises.detect_delays(world.uow, ALWAYS_OPEN, case.next_contact_by)
    yield world
    await decline(world, case)


@lives.of("reach_customer")
async def a_customer_who_heard_nothing_writes() -> AsyncIterator[World]:
    world, case = await a_world_with_case()
    letter = await announce(world, case)
    await lose(world, letter)
    yield world
    await customer_writes(world)


@lives.of("first_response_overdue", "next_response_overdue", "resolution_overdue")
async def a_late_clock_stops() -> AsyncIterator[World]:
    world, case = await looked_into(IssueType.OTHER)
    async with world.uow() as uow:
        for metric in Metric:
            uow.service_clocks.add(ALWAYS_OPEN.clock(metric, metric, "c", "de", case.priority, NOW, case.number))
        await uow.commit()
    late = NOW + timedelta(days=90)
    await sla.check_due(world.uow, late)
    yield world
    async with world.uow() as uow:
        for clock in world.database.all(ServiceClock):
            await sla.stop(uow, clock, late, late)
        await uow.commit()


@lives.of("low_rating")
async def a_customer_is_content_after_all() -> AsyncIterator[World]:
    world, case = await a_world_with_case()
    case.resolve(NOW)
    async with world.uow() as uow:
        await follow_up.rate(uow, CONVERSATION, case.number, 1, None, NOW)
        yield world
        await follow_up.rate(uow, CONVERSATION, case.number, 5, None, NOW)
