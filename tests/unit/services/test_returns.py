"""Opening a return once, within policy."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from bot.aftersales.case import Case, CaseState
from bot.aftersales.labels import IssueType, Payer, Remedy
from bot.aftersales.offer import OfferState
from bot.aftersales.return_ import Return, ReturnMethod, ReturnState
from bot.errors import NotIdentifiedError, PolicyRefusalError
from bot.services import returns
from bot.services.cases import Complaint
from tests.unit.aftersales.builders import NOW, a_line, an_order, euros
from tests.unit.aftersales.policies import A_POLICY
from tests.unit.services.world import A_RETURN, World, proved_world


async def open_return(world: World, complaint: Complaint = A_RETURN) -> tuple[Case, Return]:
    async with world.uow() as uow:
        return await returns.open_return(uow, A_POLICY, complaint, NOW)


async def test_a_return_is_opened_with_its_case() -> None:
    world = await proved_world(an_order(a_line(1, quantity=2), a_line(2)))
    case, return_ = await open_return(world, replace(A_RETURN, lines={2: 1, 1: 2}))
    assert world.database.all(Return) == [return_]
    assert (return_.rma, return_.case_number, return_.order_number) == ("R1000001", case.number, "10482733")
    assert [(line.position, line.quantity, line.reason) for line in return_.lines] == [
        (1, 2, IssueType.CHANGED_MIND),
        (2, 1, IssueType.CHANGED_MIND),
    ]
    assert return_.state is ReturnState.APPROVED
    assert return_.method is ReturnMethod.DROP_OFF
    assert return_.deadline == date(2026, 4, 3)
    assert return_.refund == world.order.total
    assert return_.return_shipping is Payer.CUSTOMER
    assert world.actions()[-2:] == ["case.registered", "return.opened"]


async def test_the_agreed_remedy_is_in_the_offer_ledger() -> None:
    world = await proved_world(an_order(a_line(1), a_line(2)))
    case, _ = await open_return(world)
    (offer,) = case.offers
    assert (offer.remedy, offer.state, offer.amount) == (
        Remedy.RETURN_REFUND,
        OfferState.ACCEPTED,
        euros(50),
    )
    assert case.state is CaseState.EXECUTING


async def test_the_same_message_opens_one_return() -> None:
    world = await proved_world()
    first = await open_return(world)
    second = await open_return(world)
    assert first == second
    assert len(world.database.all(Return)) == len(world.database.all(Case)) == 1


async def test_a_piece_is_not_returned_twice() -> None:
    world = await proved_world()
    await open_return(world)
    with pytest.raises(PolicyRefusalError) as refusal:
        await open_return(world, replace(A_RETURN, message_id="message-2"))
    assert refusal.value.reasons == ("already_returned",)
    assert len(world.database.all(Return)) == 1


async def test_a_return_after_the_window_is_refused_and_leaves_nothing() -> None:
    world = await proved_world(an_order(delivered_days_ago=31))
    with pytest.raises(PolicyRefusalError) as refusal:
        await open_return(world)
    assert refusal.value.reasons == ("window_closed",)
    assert not world.database.all(Return)
    assert not world.database.all(Case)


async def test_without_a_proof_no_return_is_opened() -> None:
    world = World()
    with pytest.raises(NotIdentifiedError):
        await open_return(world)
    assert world.database.all(Return) == []


async def test_above_the_review_amount_a_return_waits_for_a_person() -> None:
    world = await proved_world(an_order(a_line(price=euros(501))))
    case, return_ = await open_return(world)
    assert return_.state is ReturnState.MANUAL_REVIEW
    assert case.state is CaseState.INVESTIGATING
    assert case.offers[0].state is OfferState.PROPOSED


async def test_the_shop_pays_the_way_back_of_faulty_goods() -> None:
    world = await proved_world()
    _, return_ = await open_return(world, replace(A_RETURN, issue=IssueType.DAMAGED))
    assert return_.return_shipping is Payer.SHOP


async def test_goods_travel_back_in_the_way_that_was_chosen() -> None:
    world = await proved_world()
    async with world.uow() as uow:
        _, return_ = await returns.open_return(uow, A_POLICY, replace(A_RETURN, return_method=ReturnMethod.PICKUP), NOW)
    assert return_.method is ReturnMethod.PICKUP
