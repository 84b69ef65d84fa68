"""Of an order in several parcels nothing is sent again or paid back for goods that the customer has, or gave back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.aftersales.case import CaseState
from bot.aftersales.claim import Claim
from bot.aftersales.labels import IssueType, Remedy
from bot.aftersales.order import Order, ShipmentState
from bot.aftersales.return_ import Return
from bot.services import cases, remedies, returns
from bot.services.remedies import Outcome
from tests.unit.aftersales.builders import NOW, a_line, a_split_order, an_order, euros
from tests.unit.aftersales.policies import A_POLICY
from tests.unit.services.lifecycles import open_tasks
from tests.unit.services.world import A_RETURN, World, proved_world

LOST = replace(A_RETURN, issue=IssueType.LOST_PARCEL, message_id="message-2", lines={})


async def lost(world: World, wish: Remedy) -> Outcome:
    async with world.uow() as uow:
        return await remedies.register(uow, A_POLICY, replace(LOST, wish=wish), NOW)


def in_the_warehouse(order: Order) -> dict[str, int]:
    return {variant.sku: variant.stock for line in order.lines for variant in line.product.variants}


@pytest.mark.parametrize("wish", [Remedy.REFUND_FULL, Remedy.RESHIP])
@pytest.mark.parametrize(("state", "silent"), [(ShipmentState.LOST, 1), (ShipmentState.IN_TRANSIT, 30)])
async def test_a_person_decides_where_one_parcel_came_and_another_did_not(
    state: ShipmentState, silent: int, wish: Remedy
) -> None:
    world = await proved_world(a_split_order(state, silent_days=silent))
    before = in_the_warehouse(world.order)
    outcome = await lost(world, wish)
    assert outcome.case.state is CaseState.INVESTIGATING
    assert (outcome.refund, outcome.reshipment) == (None, None)
    assert in_the_warehouse(world.order) == before
    assert world.database.all(Claim) == []
    assert open_tasks(world) == ["search_parcel"]


async def test_nothing_is_promised_for_the_end_of_a_search_for_one_parcel_of_several() -> None:
    outcome = await lost(await proved_world(a_split_order(ShipmentState.IN_TRANSIT, silent_days=6)), Remedy.RESHIP)
    assert (outcome.case.state, outcome.reshipment) == (CaseState.INVESTIGATING, None)


async def test_what_is_damaged_of_the_parcel_that_came_is_taken_back_while_the_other_is_on_its_way() -> None:
    world = await proved_world(a_split_order(ShipmentState.IN_TRANSIT))
    damaged = replace(A_RETURN, issue=IssueType.DAMAGED, evidence_given=True)
    async with world.uow() as uow:
        case, _ = await returns.open_return(uow, A_POLICY, damaged, NOW)
    assert case.state is CaseState.EXECUTING


@pytest.mark.parametrize("wish", [Remedy.REFUND_FULL, Remedy.RESHIP])
async def test_what_is_on_its_way_back_is_neither_sent_again_nor_paid_with_what_was_lost(wish: Remedy) -> None:
    world = await proved_world(an_order(a_line(1), a_line(2), shipping_fee=euros(0)))
    async with world.uow() as uow:
        await returns.open_return(uow, A_POLICY, A_RETURN, NOW)
    assert len(world.database.all(Return)) == 1
    parcel = world.order.shipments[0]
    parcel.state, parcel.delivered_at = ShipmentState.LOST, None
    outcome = await lost(world, wish)
    assert outcome.case.lines == {2: 1}
    assert outcome.case.state is CaseState.EXECUTING
    if outcome.refund is not None:
        assert outcome.refund.amount == euros(50)
    else:
        assert outcome.reshipment is not None
        assert outcome.reshipment.lines == {2: 1}


async def test_a_complaint_about_a_whole_order_stays_one_where_nothing_is_taken() -> None:
    world = await proved_world(an_order(a_line(1), a_line(2), delivered_days_ago=None, shipment=ShipmentState.LOST))
    outcome = await lost(world, Remedy.RESHIP)
    assert outcome.case.lines == {}


async def test_a_longer_warranty_that_was_agreed_begins_after_what_is_owed_anyway() -> None:
    world = await proved_world()
    case = world.add_case()
    case.lines = {1: 1}
    async with world.uow() as uow:
        verdict = await cases.decide(uow, A_POLICY, world.order, IssueType.DEFECTIVE, {1: 1}, NOW)
        owed = replace(verdict, guaranteed_until=NOW.date().replace(year=2030))
        case.wish = Remedy.WARRANTY_EXTENSION
        cases.agree(case, Remedy.WARRANTY_EXTENSION, owed, NOW)
        case.offers[-1].terms["months"] = "12"
        case.agree()
        case.execute()
        outcome = remedies.Outcome(case)
        await remedies.carry_out(uow, outcome, world.order, owed, NOW)
    assert outcome.extension is not None
    assert outcome.extension.until == NOW.date().replace(year=2031)
