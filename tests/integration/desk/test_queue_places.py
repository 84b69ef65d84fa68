"""Customers who wait hear where they stand in the queue: when it is news, and while somebody is there."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.aftersales.business_calendar import Calendar
from bot.aftersales.sla import ALWAYS_OPEN
from bot.conversations.routing_rounds import RoutingRounds, is_news
from tests.integration.desk.handing import CUSTOMER, MINUTE, asks_for_a_person_as, comes, only
from tests.integration.desk.world import World


async def test_waiting_customers_hear_when_they_move_up_and_not_all_the_time(
    world: World, rounds: RoutingRounds
) -> None:
    await only(world, "nobody")
    for number in range(4):
        await asks_for_a_person_as(world, f"c-before-{number}")
    await asks_for_a_person_as(world, CUSTOMER)
    for number in range(3):
        await world.router.handling.take_over(f"c-before-{number}", "ana", "Ana Lima")
    await rounds.run(world.now)
    assert await handoff_facts(world) == []
    world.now += 2 * MINUTE
    await comes(world, "ana")
    await rounds.run(world.now)
    assert [fact["position"] for fact in await handoff_facts(world)] == [2]
    world.now += 2 * MINUTE
    await comes(world, "ana")
    await rounds.run(world.now)
    assert len(await handoff_facts(world)) == 1


async def test_while_the_team_is_closed_no_place_in_the_queue_is_told(world: World) -> None:
    # People are there only on the day after tomorrow, whatever day it is today.
    calendar = Calendar(ZoneInfo("UTC"), {(world.now + timedelta(days=2)).weekday(): ((8 * 60, 16 * 60),)})
    closed = replace(ALWAYS_OPEN, default=replace(ALWAYS_OPEN.default, calendar=calendar))
    rounds = RoutingRounds(world.uow, world.router.handling, lambda: world.now, closed)
    await only(world, "nobody")
    await asks_for_a_person_as(world, "c-before")
    await asks_for_a_person_as(world, CUSTOMER)
    async with world.uow() as uow:
        handoff = await uow.escalations.open_of("c-before")
        assert handoff
        handoff.resolve(world.now)
        await uow.commit()
    for _ in range(3):
        world.now += 2 * MINUTE
        await rounds.run(world.now)
    assert await handoff_facts(world) == []
    world.now = calendar.next_working_moment(world.now)
    await rounds.run(world.now)
    assert [fact["position"] for fact in await handoff_facts(world)] == [1]


async def handoff_facts(world: World) -> list[dict[str, int]]:
    async with world.uow() as uow:
        said = await uow.messages.of(CUSTOMER)
    return [message.custom["handoff"] for message in said if "handoff" in message.custom]


@pytest.mark.parametrize(("told", "position", "minutes", "is_told"), [
    (None, 4, 20, True),
    ((4, 1200, 30), 3, 15, False),
    ((4, 1200, 90), 3, 15, True),
    ((40, 1200, 90), 35, 18, False),
    ((40, 1200, 90), 30, 18, True),
    ((2, 600, 90), 2, 12, False),
    ((2, 600, 90), 3, 30, True),
])  # fmt: skip
def test_a_place_is_told_when_it_is_news(
    world: World, told: tuple[int, int, int] | None, position: int, minutes: int, is_told: bool
) -> None:
    known = None if told is None else (told[0], told[1], world.now - timedelta(seconds=told[2]))
    assert is_news(known, position, minutes * MINUTE, world.now) is is_told
