"""How tasks are told of, from what opens them to what settles them, and complaints that several begin with."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import replace

from bot.aftersales.case import Case
from bot.aftersales.labels import IssueType
from bot.aftersales.return_ import Refusal
from bot.services import remedies, reviews
from tests.unit.aftersales.builders import NOW
from tests.unit.aftersales.policies import A_POLICY
from tests.unit.services.world import A_RETURN, World, proved_world

Life = Callable[[], AsyncIterator[World]]


class Lives(list[tuple[str, Life]]):
    """Kinds of tasks, each with what tells of one: it is opened until the only ``yield``, and then settled."""

    def of(self, *kinds: str) -> Callable[[Life], Life]:
        """Note what tells of tasks of some kinds."""

        def note(tell: Life) -> Life:
            self.extend((kind, tell) for kind in kinds)
            return tell

        return note


async def looked_into(issue: IssueType) -> tuple[World, Case]:
    world = await proved_world()
    complaint = replace(A_RETURN, issue=issue, lines={}, wish=None, evidence_given=True)
    async with world.uow() as uow:
        outcome = await remedies.register(uow, A_POLICY, complaint, NOW)
    return world, outcome.case


async def decline(world: World, case: Case) -> None:
    async with world.uow() as uow:
        await reviews.decline(uow, case.number, "mia", Refusal.OTHER, NOW)
