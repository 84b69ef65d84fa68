"""Whoever answers for a case is asked for what it has cost in the end, once, and nobody else is."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.aftersales.case import Case
from bot.aftersales.claim import Claim, ClaimAgainst, ClaimState
from bot.aftersales.labels import IssueType, Liability, Remedy
from bot.aftersales.offer import Offer, OfferState, Proposer
from bot.aftersales.order import Order, Shipment, ShipmentState
from bot.aftersales.refund import Refund
from bot.aftersales.return_ import Finding
from bot.services import claims, exchanges, inspections, liability, recoveries, refunds, remedies, reshipments, reviews
from bot.services import returns as return_services
from tests.unit.aftersales.builders import NOW, a_line, an_order, euros
from tests.unit.aftersales.policies import A_POLICY
from tests.unit.services.lifecycles import LATER, a_world_with_case, open_tasks, returned
from tests.unit.services.world import A_RETURN, AN_EXCHANGE, World, proved_world

DAMAGED = replace(A_RETURN, issue=IssueType.DAMAGED, evidence_given=True)
LOST = replace(A_RETURN, issue=IssueType.LOST_PARCEL, lines={}, wish=Remedy.RESHIP)


def made_by(supplier: str | None, position: int = 1) -> Order:
    line = a_line(position)
    line.product.supplier = supplier
    return an_order(line)


def lost_order() -> Order:
    return an_order(delivered_days_ago=None, shipment=ShipmentState.LOST)


def claimed(world: World) -> list[tuple[ClaimAgainst, str, str, ClaimState]]:
    return [(found.against, found.party, str(found.amount), found.state) for found in world.database.all(Claim)]


async def receive(world: World, rma: str, findings: dict[int, dict[Finding, int]] | None = None) -> None:
    async with world.uow() as uow:
        await return_services.receive(uow, rma, {1: (1, 0)}, LATER)
        await inspections.inspect(uow, rma, findings or {}, LATER)
        await uow.commit()


async def a_liable_case(liable: Liability, *orders: Order, issue: IssueType = IssueType.DAMAGED) -> tuple[World, Case]:
    world, case = await a_world_with_case(*orders, issue=issue)
    case.hold_liable(liable)
    return world, case


async def refund(world: World, case: Case, amount: int, key: str = "offer:1") -> Refund:
    async with world.uow() as uow:
        made = await refunds.agree(uow, case, euros(amount), "agreed", NOW, key=key)
        await uow.commit()
    return made


async def test_carrier_damaged_goods_that_came_back_are_claimed_from_the_carrier_when_they_are_paid_for() -> None:
    world, _, return_ = await returned(complaint=DAMAGED)
    assert claimed(world) == []
    await receive(world, return_.rma)
    assert claimed(world) == [(ClaimAgainst.CARRIER, "Kranich Paket", "54.90 EUR", ClaimState.DRAFT)]
    assert open_tasks(world) == ["file_carrier_claim"]


async def test_a_disputed_return_is_claimed_with_what_was_paid_for_it_in_the_end() -> None:
    world, _, return_ = await returned(complaint=DAMAGED)
    await receive(world, return_.rma, {1: {Finding.WRONG_ITEM: 1}})
    assert claimed(world) == []
    async with world.uow() as uow:
        await inspections.settle(uow, return_.rma, euros(20), "half of it was there", LATER, actor="agent:7")
        await uow.commit()
    assert [amount for _, _, amount, _ in claimed(world)] == ["20.00 EUR"]


async def test_goods_that_a_supplier_made_badly_are_claimed_from_the_supplier() -> None:
    world, _, return_ = await returned(made_by("Nordwerk"), complaint=replace(DAMAGED, issue=IssueType.DEFECTIVE))
    await receive(world, return_.rma)
    assert claimed(world) == [(ClaimAgainst.SUPPLIER, "Nordwerk", "54.90 EUR", ClaimState.DRAFT)]
    assert open_tasks(world) == ["file_supplier_claim"]


async def test_a_wrong_item_is_the_shops_own_mistake_until_a_person_finds_that_the_supplier_sent_it() -> None:
    world, case, return_ = await returned(made_by("Nordwerk"), complaint=replace(DAMAGED, issue=IssueType.WRONG_ITEM))
    await receive(world, return_.rma)
    assert claimed(world) == []
    async with world.uow() as uow:
        await liability.overrule(uow, case.number, "mia", Liability.SUPPLIER, "the carton was labelled wrong", LATER)
    assert claimed(world) == [(ClaimAgainst.SUPPLIER, "Nordwerk", "54.90 EUR", ClaimState.DRAFT)]


async def test_who_is_found_liable_later_is_asked_and_who_is_not_any_more_is_left_alone() -> None:
    world, case = await a_liable_case(Liability.CARRIER, made_by("Nordwerk"))
    await refund(world, case, 20)
    for liable in (Liability.SUPPLIER, Liability.SELLER, Liability.CARRIER):
        async with world.uow() as uow:
            await liability.overrule(uow, case.number, "mia", liable, f"{liable} it was", LATER)
    assert claimed(world) == [
        (ClaimAgainst.CARRIER, "Kranich Paket", "20.00 EUR", ClaimState.WITHDRAWN),
        (ClaimAgainst.SUPPLIER, "Nordwerk", "20.00 EUR", ClaimState.WITHDRAWN),
        (ClaimAgainst.CARRIER, "Kranich Paket", "20.00 EUR", ClaimState.DRAFT),
    ]
    assert open_tasks(world) == ["file_carrier_claim"]


async def test_nothing_is_claimed_from_a_supplier_whom_nobody_knows() -> None:
    first, second = a_line(1), a_line(2)
    first.product.supplier, second.product.supplier = "Nordwerk", "Südwerk"
    world, case = await a_liable_case(Liability.SUPPLIER, an_order(first, second))
    case.lines = {1: 1, 2: 1}
    await refund(world, case, 20)
    assert claimed(world) == []


@pytest.mark.parametrize(("price", "claim"), [(50, "50.00 EUR"), (60, "50.00 EUR"), (42, "50.00 EUR")])
async def test_an_exchange_costs_what_the_goods_did_once_the_replacement_has_left(price: int, claim: str) -> None:
    line = a_line()
    line.product.supplier = "Nordwerk"
    line.product.variants[2].price = euros(price)
    world = await proved_world(an_order(line))
    complaint = replace(AN_EXCHANGE, issue=IssueType.DEFECTIVE, evidence_given=True)
    async with world.uow() as uow:
        _, return_, _ = await exchanges.open_exchange(uow, A_POLICY, complaint, "product1-43", NOW)
        await return_services.register_tracking(uow, return_.rma, "Kranich Paket", "KP9", NOW)
        await uow.commit()
    await receive(world, return_.rma)
    async with world.uow() as uow:
        if price > 50:
            await exchanges.settle_difference(uow, return_.rma, LATER)
        await exchanges.ship(uow, return_.rma, "Kranich Paket", "KP7", LATER)
        await uow.commit()
    assert claimed(world) == [(ClaimAgainst.SUPPLIER, "Nordwerk", claim, ClaimState.DRAFT)]


async def test_what_is_sent_again_is_claimed_once_it_has_left_however_often_that_is_reported() -> None:
    world = await proved_world(lost_order())
    async with world.uow() as uow:
        outcome = await remedies.register(uow, A_POLICY, LOST, NOW)
    assert claimed(world) == []
    assert outcome.reshipment is not None
    for tracking_number in ("KP7", "KP8"):
        async with world.uow() as uow:
            await reshipments.ship(uow, outcome.reshipment.number, "Kranich Paket", tracking_number, LATER)
            await uow.commit()
    assert claimed(world) == [(ClaimAgainst.CARRIER, "Kranich Paket", "50.00 EUR", ClaimState.DRAFT)]


async def test_goods_sold_out_and_then_paid_for_are_claimed_with_the_money() -> None:
    order = lost_order()
    for variant in order.lines[0].product.variants:
        variant.stock = 0
    world = await proved_world(order)
    async with world.uow() as uow:
        case = (await remedies.register(uow, A_POLICY, LOST, NOW)).case
        assert claimed(world) == []
        assert "offer_refund" in open_tasks(world)
    case.offer(Offer(Remedy.REFUND_FULL, Proposer.AGENT, NOW, euros("54.90"), state=OfferState.PROPOSED))
    async with world.uow() as uow:
        await reviews.approve(uow, A_POLICY, case.number, "mia", NOW + timedelta(days=1))
    assert claimed(world) == [(ClaimAgainst.CARRIER, "Kranich Paket", "54.90 EUR", ClaimState.DRAFT)]
    assert open_tasks(world) == ["file_carrier_claim"]


async def test_a_demand_grows_and_shrinks_with_what_the_case_costs_and_is_filed_again() -> None:
    world, case = await a_liable_case(Liability.CARRIER)
    await refund(world, case, 10)
    async with world.uow() as uow:
        await claims.file(uow, "L1000001", "KP-77", "agent:mia", LATER)
        await uow.commit()
    assert open_tasks(world) == []
    second = await refund(world, case, 20, "offer:2")
    assert claimed(world) == [(ClaimAgainst.CARRIER, "Kranich Paket", "30.00 EUR", ClaimState.DRAFT)]
    assert open_tasks(world) == ["file_carrier_claim"]
    async with world.uow() as uow:
        await refunds.cancel(uow, second.number, "agent:mia", LATER)
        await uow.commit()
    assert [amount for _, _, amount, _ in claimed(world)] == ["10.00 EUR"]
    assert world.actions().count("claim.amended") == 2


async def test_what_costs_nothing_any_more_is_not_claimed() -> None:
    world, case = await a_liable_case(Liability.CARRIER)
    made = await refund(world, case, 10)
    async with world.uow() as uow:
        await refunds.cancel(uow, made.number, "agent:mia", LATER)
        await uow.commit()
    assert [state for *_, state in claimed(world)] == [ClaimState.WITHDRAWN]
    assert open_tasks(world) == []


async def test_what_a_party_has_answered_stays_and_only_the_rest_is_claimed_beside_it() -> None:
    world, case = await a_liable_case(Liability.CARRIER)
    await refund(world, case, 10)
    async with world.uow() as uow:
        await claims.file(uow, "L1000001", "KP-77", "agent:mia", LATER)
        await claims.answer(uow, "L1000001", euros(8), "", "agent:mia", LATER)
        await uow.commit()
    await refund(world, case, 20, "offer:2")
    assert [(amount, state) for _, _, amount, state in claimed(world)] == [
        ("10.00 EUR", ClaimState.ACCEPTED),
        ("20.00 EUR", ClaimState.DRAFT),
    ]


async def test_claims_that_people_opened_are_left_alone() -> None:
    world, case = await a_liable_case(Liability.CARRIER)
    async with world.uow() as uow:
        await claims.open_claim(uow, case, ClaimAgainst.CARRIER, "Kranich Paket", euros(5), "by hand", NOW)
        await recoveries.follow(uow, case, NOW)
        await uow.commit()
    assert [amount for _, _, amount, _ in claimed(world)] == ["5.00 EUR"]


async def test_a_case_that_took_another_one_in_claims_the_sum_once() -> None:
    world, case = await a_liable_case(Liability.CARRIER)
    other = world.add_case("C1000002")
    other.issue_type, other.lines, other.liability = case.issue_type, case.lines, case.liability
    moved = await refund(world, other, 10, "offer:2")
    for thing in (moved, *world.database.all(Claim)):
        thing.case_number = case.number
    await refund(world, case, 20)
    assert [(amount, state) for _, _, amount, state in claimed(world)] == [("30.00 EUR", ClaimState.DRAFT)]


async def test_of_several_parcels_the_carrier_of_the_lost_one_is_asked() -> None:
    order = lost_order()
    order.shipments.append(Shipment("s2", "Möwe Express", "ME1", ShipmentState.DELIVERED, delivered_at=NOW))
    world, case = await a_liable_case(Liability.CARRIER, order, issue=IssueType.LOST_PARCEL)
    await refund(world, case, 10)
    assert [party for _, party, _, _ in claimed(world)] == ["Kranich Paket"]
