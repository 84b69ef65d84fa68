"""Customers who wait are told once, however many rounds are made at the same time."""

from __future__ import annotations

import asyncio

from bot.aftersales.sla import ALWAYS_OPEN
from bot.conversations.routing_rounds import RoutingRounds
from tests.integration.desk.world import World


async def test_two_rounds_at_once_tell_a_place_once(world: World) -> None:
    rounds = [RoutingRounds(world.uow, world.router.handling, lambda: world.now, ALWAYS_OPEN) for _ in range(3)]
    await asyncio.gather(*(one.run(world.now) for one in rounds))
    async with world.uow() as uow:
        said = await uow.messages.of("c-li")
    assert [message.custom["handoff"]["state"] for message in said if "handoff" in message.custom] == ["queued"]
