"""A tracking number that a customer writes is kept with what they have yet to send."""

from __future__ import annotations

from actions.smalltalk import ActionClarify
from bot.aftersales.repair import RepairState
from bot.aftersales.return_ import ReturnState
from bot.services import repairs, returns
from tests.unit.actions.talk import Talk, bind
from tests.unit.aftersales.builders import NOW
from tests.unit.aftersales.policies import A_POLICY
from tests.unit.services.lifecycles import a_world_with_case
from tests.unit.services.world import A_RETURN, proved_world


async def test_of_a_return() -> None:
    world = await proved_world()
    bind(world)
    async with world.uow() as uow:
        _, return_ = await returns.open_return(uow, A_POLICY, A_RETURN, NOW)
    said, _ = await Talk(world).run(ActionClarify(), "nlu_fallback", "KP99", tracking_number="kp99")
    assert said == ["utter_return_tracking_noted"]
    assert (return_.state, return_.tracking_number) == (ReturnState.SHIPPED, "KP99")


async def test_of_a_repair() -> None:
    world, case = await a_world_with_case()
    bind(world)
    async with world.uow() as uow:
        deadline = NOW.date()
        repair = await repairs.add_repair(uow, case, world.order, NOW, in_warranty=True, deadline=deadline)
        await uow.commit()
    talk = Talk(world)
    said, _ = await talk.run(ActionClarify(), "nlu_fallback", "KP99", tracking_number="kp99")
    assert said == ["utter_repair_tracking_noted"]
    assert (repair.state, repair.tracking_number) == (RepairState.SHIPPED, "KP99")
    said, _ = await talk.run(ActionClarify(), "nlu_fallback", "KP100", tracking_number="kp100")
    assert "utter_repair_tracking_noted" not in said
