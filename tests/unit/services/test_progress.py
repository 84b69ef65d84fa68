"""Where a case stands is told by what was started for it, or else by whose turn it is."""

from __future__ import annotations

import pytest

from bot.aftersales.case import CaseState
from bot.services.progress import progress_of
from tests.unit.services.world import World


@pytest.mark.parametrize(("state", "response"), [
    (CaseState.INVESTIGATING, "utter_case_status"),
    (CaseState.OFFERED, "utter_case_status_waiting"),
    (CaseState.WAITING_CUSTOMER, "utter_case_status_waiting"),
    (CaseState.RESOLVED, "utter_case_status_closed"),
    (CaseState.CLOSED, "utter_case_status_closed"),
])  # fmt: skip
async def test_a_case_without_anything_started_tells_whose_turn_it_is(state: CaseState, response: str) -> None:
    world = World()
    case = world.add_case()
    case.state = state
    async with world.uow() as uow:
        told, values = (await progress_of(uow, case)).told()
    assert (told, values["case"], values["state"]["name"]) == (response, case.number, f"label_case_state_{state}")
